# Every part of a step has a time limit. Beside a verb runs one process, the limiter, which counts the seconds of the
# current part. It ends a part that exceeds its limit, with everything that the part started: all processes of the verb's
# process group that began after it. It does not find those that left the group by setsid.
# Needs: apart
# Given: home
limiter=
parts_run=0

# Runs a function for SECONDS at most; exit code 124 where the limiter ended it.
limited() { # FUNCTION SECONDS
  parts_run=$((parts_run + 1))
  tell_limit "$2" 0
  # The limiter was about to end the previous part, which ended just before.
  [ ! -L "$home/overdue.$$" ] || forget_limiter
  [ -n "$limiter" ] || start_limiter
  begin_apart end_by_term "$1"
  worker=$!
  tell_limit "$2" "$worker"
  { wait "$worker"; } 2>/dev/null
  limited_result=$?
  tell_limit 0 0
  [ -L "$home/overdue.$$" ] || return $limited_result
  forget_limiter || echo 'a process of it cannot be ended: not even signal 9 is answered'
  echo "it did not end within $2 s, and was ended; \"timeout\" of the resource says how long it may take"
  return 124
}

# A lost connection does not end a part of a step; SIGTERM does.
end_by_term() { # FUNCTION
  trap '' PIPE HUP INT
  "$1"
}

# Tells the limiter the current limit. Overwrites the file in place, which works on a full disk, too.
tell_limit() { printf '%8d %8d %8d\n' $parts_run "$1" "$2" 1<>"$home/limit.$$"; } # SECONDS WORKER

# The limiter sends USR1 where a part's process does not end even by SIGKILL; that interrupts the wait for the part.
start_limiter() {
  trap : USR1
  begin_apart count_seconds
  limiter=$!
}

# Closes its descriptors by exec: a shell that redirects a function keeps copies of the old ones open, and a reader of the
# verb's output would wait until the limiter ends.
count_seconds() {
  exec </dev/null >/dev/null 2>&1 3>&-
  end_by_term watch_limit
}

forget_limiter() {
  wait "$limiter" 2>/dev/null
  limiter_result=$?
  limiter=
  rm -f "$home/overdue.$$"
  return $limiter_result
}

watch_limit() {
  read -r own _ </proc/self/stat
  read -r about </proc/$$/stat
  set -- ${about##*") "}
  group=$3
  last=
  while sleep 1 && kill -0 $$; do
    read -r clock _ </proc/uptime
    read -r at seconds worker <"$home/limit.$$" || continue
    [ "$at" = "$last" ] || { last=$at since=${clock%.*}; }
    [ "$seconds" -gt 0 ] && [ $((${clock%.*} - since)) -gt "$seconds" ] && ln -s "$at" "$home/overdue.$$" || continue
    # The verb writes the next part's limit first, and looks for the mark then; here it is the other way round.
    read -r at _ <"$home/limit.$$"
    [ "$at" = "$last" ] || exit 0
    end_part
    exit
  done
  rm -f "$home/limit.$$"
}

# Sends SIGTERM, and after five seconds SIGKILL, to which only a process that waits for a failed disk does not react.
end_part() {
  read -r about <"/proc/$worker/stat" || return
  set -- ${about##*") "}
  shift 19
  part_began=$1
  for try in 1 2 3 4 5 6 7 8 9 10; do
    set -- $(processes_of_part)
    [ $# -gt 0 ] || return 0
    case $try in 1) kill -TERM "$@" ;; [6-9] | 10) kill -KILL "$@" ;; esac
    sleep 1
  done
  kill -USR1 $$
  return 1
}

processes_of_part() {
  cat /proc/[0-9]*/stat | awk -v group="$group" -v verb=$$ -v own="$own" -v began="$part_began" '
    { pid = $1; sub(/^.*\) /, ""); parent[pid] = $2; start[pid] = $20; if ($3 == group && $1 !~ /[ZX]/) member[pid] }
    END {
      for (pid in member) {
        for (up = pid; up > 1 && up != own; up = parent[up]);
        if (up != own && pid != verb && start[pid] >= began) print pid
      }
    }'
}
