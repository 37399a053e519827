# No part of a step goes on for ever. Beside a verb that makes steps runs one process, which counts the seconds of the
# part that is at work. One that outlasts its limit is ended with everything that it started: all that is in the verb's
# process group and began after it. What has left the group by a setsid of its own is not found.
# Needs: apart
# Given: home
limiter=
parts_run=0

# Runs a function for so long at most; 124 where it was ended.
limited() { # FUNCTION SECONDS
  parts_run=$((parts_run + 1))
  tell_limit "$2" 0
  # It was about to end the part before this one, which was just done.
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

# A lost connection ends no part of a step.
end_by_term() { # FUNCTION
  trap '' PIPE HUP INT
  "$1"
}

# Written over what stands there, which takes no space: the disk may be full.
tell_limit() { printf '%8d %8d %8d\n' $parts_run "$1" "$2" 1<>"$home/limit.$$"; } # SECONDS WORKER

# What it does not end by signals it tells, and leaves behind.
start_limiter() {
  trap : USR1
  begin_apart count_seconds
  limiter=$!
}

# It closes what it was given by itself: a shell that redirects a function keeps the old ones open beside it, and who
# waits for the verb's last word would wait for the limiter's next second.
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
    # Whoever goes on to the next part looks for the mark after it has said so.
    read -r at _ <"$home/limit.$$"
    [ "$at" = "$last" ] || exit 0
    end_part
    exit
  done
  rm -f "$home/limit.$$"
}

# Five seconds to end by itself; then it has no choice, but for what waits for a disk that is gone.
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
