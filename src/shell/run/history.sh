# What earlier runs left on the host. Nothing here changes anything, but for end_run and unlock_dead.
# Needs: probe paths recover

# A row a run: its name, state, "alive" or "-", its manifest and journal in base64 ("-" where there is none), its number
# and its folder's format ("-" where that is damaged).
probe_history() {
  for home in /var/lib/haprov/runs/*; do
    case ${home##*/} in *[!A-Za-z0-9._-]*) continue ;; esac
    [ -d "$home" ] || continue
    found=$(readlink "$home/state") || found=-
    alive=-
    if ! has_ended "$found" && is_alive "$home"; then alive=alive; fi
    { read -r number <"$home/number"; } 2>/dev/null || number=0
    printf '%s %s %s %s %s %s %s\n' "${home##*/}" "$found" "$alive" "$(in_base64 head "$home/manifest")" "$(in_base64 tail "$home/journal")" "${number:-0}" "$(format_of "$home")"
  done
}

# Both ends of a damaged file may be long.
in_base64() { # head|tail FILE
  encoded=$([ ! -f "$2" ] || "$1" -c 262144 -- "$2" | base64 | tr -d '\n')
  printf %s "${encoded:--}"
}

# What one step wrote down before it changed anything.
probe_record() { # RUN NUMBER
  home=/var/lib/haprov/runs/$1
  step=$home/steps/$2
  for mark in was-absent staged begun removed; do [ ! -e "$step/$mark" ] || echo "has=$mark"; done
  [ ! -f "$step/after" ] || echo "after=$(cat "$step/after")"
  [ ! -f "$step/made" ] || echo "made=$(base64 <"$step/made" | tr -d '\n')"
  probe_file "$step/before" 1073741824
}

# How the steps of a run are made and undone.
probe_parts() { base64 <"/var/lib/haprov/runs/$1/$2"; } # RUN FILE

# --- a lock that nobody needs any more ----------------------------------------------------------------------------

# Each verb of a run, and its watcher, leads a group that all belongs to which it started. They ignore everything
# gentler, lest a lost connection ends them half way.
end_run() { # RUN
  home=/var/lib/haprov/runs/$1
  for try in 1 2 3 4 5; do
    for pid in $(processes_of_run); do
      read -r about <"/proc/$pid/stat" || continue
      set -- ${about##*") "}
      # No "--": dash and busybox take it for a process.
      if [ "$3" = "$pid" ]; then kill -KILL "-$pid"; else kill -KILL "$pid"; fi
    done 2>/dev/null
    is_alive "$home" || return 0
    sleep 1
  done
  return 1
}

# By their command lines; the pattern comes from elsewhere, so that grep does not find itself.
processes_of_run() {
  for each in $(printf '%s\n' "$home/transaction" | grep -lsF -f - /proc/[0-9]*/cmdline); do
    words=$(tr '\0' ' ' <"$each")
    case $words in "sh $home/transaction "*) each=${each#/proc/}; echo "${each%/*}" ;; esac
  done 2>/dev/null
  return 0
}

# Prints the state that the run came to. One that was ended may be taken back by its own operator for a while.
unlock_dead() { # RUN [SECONDS]
  lock=/var/lib/haprov/lock
  patience=${2:-0}
  while found=$(recover_run "$1") && [ "$found" = alive ]; do
    [ "$patience" -gt 0 ] || break
    patience=$((patience - 1))
    sleep 1
  done
  # Without its folder, a run can neither go on nor back.
  if [ "$found" = gone ] || has_ended "$found"; then
    holder=$(readlink "$lock")
    case $holder in "$1 "*) rm -f -- "$lock" ;; esac
  fi
  echo "$found"
}
