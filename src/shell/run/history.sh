# The records of earlier runs on the host. Nothing here changes anything, except for end_run and unlock_dead.
# Needs: probe paths recover

# Prints a row for each run: its name, state, "alive" or "-", its manifest and journal in base64 ("-" where there is none),
# its number and its folder's format ("-" where that is damaged).
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

# Prints such a row for the newest run, where there is one with a number; whether it lives is not asked.
probe_last_run() {
  most=0 last=
  for home in /var/lib/haprov/runs/*; do
    { read -r number <"$home/number" && [ "$number" -gt "$most" ]; } 2>/dev/null && most=$number last=$home
  done
  [ -z "$last" ] || echo "${last##*/} $(readlink "$last/state") - $(in_base64 head "$last/manifest") $(in_base64 tail "$last/journal") $most $(cat "$last/format" 2>/dev/null || echo 1)"
}

# Prints the first or last 256 KiB of a file, because a damaged file may be large.
in_base64() { # head|tail FILE
  encoded=$([ ! -f "$2" ] || "$1" -c 262144 -- "$2" | base64 | tr -d '\n')
  printf %s "${encoded:--}"
}

# Prints what one step recorded before and after its change; a file with more than LIMIT bytes without its content.
probe_record() { # RUN NUMBER [LIMIT]
  home=/var/lib/haprov/runs/$1
  step=$home/steps/$2
  for mark in was-absent staged begun removed purged; do [ ! -e "$step/$mark" ] || echo "has=$mark"; done
  [ ! -f "$step/after" ] || echo "after=$(cat "$step/after")"
  [ ! -f "$step/made" ] || echo "made=$(base64 <"$step/made" | tr -d '\n')"
  probe_file "$step/before" "${3-1073741824}"
}

# Prints what one step did to the file at PATH: its record, the mark of a secret, what it wrote or was about to write, and what is
# there now, with a row "=" between them.
probe_change() { # RUN NUMBER PATH LIMIT
  probe_record "$1" "$2" "$4"
  echo =
  step=/var/lib/haprov/runs/$1/steps/$2
  if [ -f "$step/secret" ]; then read -r secret <"$step/secret" || :; echo "${secret:-unknown}"; else echo none; fi
  echo =
  probe_file "$step/wrote" "$4"
  echo =
  probe_file "$3" "$4"
}

# Prints what the host remembers of lines that had a secret.
probe_secret_lines() { if [ -s /var/lib/haprov/secret-lines ]; then cat /var/lib/haprov/secret-lines 2>/dev/null || :; fi; }

# Prints the parts of a run's steps.
probe_parts() { base64 <"/var/lib/haprov/runs/$1/$2"; } # RUN FILE

# --- a lock that nobody needs any more ----------------------------------------------------------------------------

# Kills the verbs of a run and its watcher, each with its process group. They ignore all weaker signals, so that a lost
# connection does not end them half way.
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

# Prints the PIDs of the run's verbs and watcher, by their command lines. The pattern comes from stdin, so that grep does not
# find itself.
processes_of_run() {
  for each in $(printf '%s\n' "$home/transaction" | grep -lsF -f - /proc/[0-9]*/cmdline); do
    words=$(tr '\0' ' ' <"$each")
    case $words in "sh $home/transaction "*) each=${each#/proc/}; echo "${each%/*}" ;; esac
  done 2>/dev/null
  return 0
}

# Ends a dead run and removes its lock; prints the run's state. Waits SECONDS where a process is restoring the host already.
unlock_dead() { # RUN [SECONDS]
  patience=${2:-0}
  while found=$(recover_run "$1") && [ "$found" = alive ]; do
    [ "$patience" -gt 0 ] || break
    patience=$((patience - 1))
    sleep 1
  done
  # A run without its folder can neither be finished nor restored.
  if [ "$found" = gone ] || has_ended "$found"; then
    drop_lock "/var/lib/haprov/runs/$1"
    mark_=$(readlink /var/lib/haprov/rolling) || mark_=
    case $mark_ in *" $1 "*) rm -f /var/lib/haprov/rolling ;; esac
  fi
  echo "$found"
}
