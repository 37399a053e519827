# What earlier runs left on the host. Nothing here changes anything, but for end_run and unlock_dead; comes after probe.sh.

# A row a run: its name, state, "alive" or "-", and its manifest and journal in base64 ("-" where there is none).
probe_history() {
  for home in /var/lib/haprov/runs/*; do
    case ${home##*/} in *[!A-Za-z0-9._-]*) continue ;; esac
    [ -d "$home" ] || continue
    found=$(readlink "$home/state") || found=-
    alive=-
    case $found in finished | restored | broken) ;; *) if is_alive "$home"; then alive=alive; fi ;; esac
    { read -r number <"$home/number"; } 2>/dev/null || number=0
    printf '%s %s %s %s %s %s\n' "${home##*/}" "$found" "$alive" "$(in_base64 head "$home/manifest")" "$(in_base64 tail "$home/journal")" "${number:-0}"
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
  sed -n "s/^s$2_limit=/limit=/p" "$home/transaction"
  for part in validate run undo; do
    echo "$part=$(recorded_part "$home/transaction" "$2" "$part" | base64 | tr -d '\n')"
  done
  probe_file "$step/before" 1073741824
}

# The body of one function of a transaction: up to the "}" before what follows it.
recorded_part() { # FILE NUMBER PART
  [ -f "$1" ] || return 0
  awk -v number="$2" -v part="$3" '
    BEGIN {
      start = "s" number "_" part "() {"
      if (part == "validate") stop = "s" number "_run() {"
      else if (part == "run") stop = "s" number "_verify() {"
      else stop = "# " (number + 1) " "
      library = "# What haprov reads on a host."
    }
    !inside && $0 == start { inside = 1; next }
    !inside { next }
    index($0, stop) == 1 && held == "}" { exit }
    part == "undo" && index($0, library) == 1 && held == "}" { exit }
    seen { print held }
    { held = $0; seen = 1 }
  ' "$1"
}

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
  case $found in finished | restored | broken | gone)
    holder=$(readlink "$lock")
    case $holder in "$1 "*) rm -f -- "$lock" ;; esac ;;
  esac
  echo "$found"
}
