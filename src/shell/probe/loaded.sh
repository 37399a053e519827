# What HAProxy runs: the sum of the files that it has read, beside when its newest process began, in the kernel's ticks.
# haprov writes it down whenever it had them read; of a HAProxy that others started or reloaded since, nothing is known.
# Needs: haproxy-files
loaded_file=/var/lib/haprov/haproxy-loaded

# Runs a command on what HAProxy reads; fails where that is nothing.
with_configuration() { # COMMAND WORD...
  read_files=$(haproxy_files)
  [ -n "$read_files" ] || return
  for file in $read_files; do set -- "$@" "$file"; done
  "$@" 2>/dev/null
}

sum_of_configuration() {
  set -- "$(with_configuration cat -- | sha256sum)"
  printf '%s\n' "${1%% *}"
}

newest_haproxy() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk '$2 == "(haproxy)" && $22 > newest { newest = $22 } END { print newest + 0 }'
}

# On a full disk it is not known, which is no failure.
note_loaded() { # SUM_BEFORE_IT_CAME_UP   nothing for a unit that is not HAProxy's
  [ -n "$1" ] || return 0
  { echo "$(newest_haproxy) $1" >$loaded_file.new && mv -f $loaded_file.new $loaded_file; } 2>/dev/null || rm -f $loaded_file.new
}

# "same" or "other" than what is on the disk now; nothing where it is not known.
compare_loaded() { # TICKS_OF_NEWEST_PROCESS
  read -r ticks sum 2>/dev/null <$loaded_file && [ "$ticks" = "$1" ] || return 0
  if [ "$sum" = "$(sum_of_configuration)" ]; then echo same; else echo other; fi
}
