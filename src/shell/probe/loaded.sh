# Records what HAProxy runs: the checksum of the files that it has read, and the start of its newest process in clock ticks.
# haprov writes the record when it starts or reloads HAProxy; after a start or reload by others, nothing is known.
# Needs: haproxy-files haproxy-processes
# Gives: loaded_file
loaded_file=/var/lib/haprov/haproxy-loaded

# Runs a command on the files that HAProxy reads; fails where there are none.
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
  haproxy_processes | awk '
    {
      file = "/proc/" $1 "/stat"
      if ((getline < file) > 0 && $22 > newest) newest = $22
      close(file)
    }
    END { print newest + 0 }'
}

# A full disk is no failure: then nothing is known.
note_loaded() { # SUM_BEFORE_IT_CAME_UP   nothing for a unit that is not HAProxy's
  [ -n "$1" ] || return 0
  { echo "$(newest_haproxy) $1" >$loaded_file.new && mv -f $loaded_file.new $loaded_file; } 2>/dev/null || rm -f $loaded_file.new
}

# Prints whether HAProxy runs the "same" files as on the disk, or "other"; nothing where it is not known.
compare_loaded() { # TICKS_OF_NEWEST_PROCESS
  read -r ticks sum 2>/dev/null <$loaded_file && [ "$ticks" = "$1" ] || return 0
  if [ "$sum" = "$(sum_of_configuration)" ]; then echo same; else echo other; fi
}
