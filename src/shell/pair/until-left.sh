# Programs of the user's that a laptop reads as they go on.

# Runs a command in a session of its own, without input. When standard input ends, the laptop wants no more of it, or is
# gone: all of the session is ended.
run_until_left() { # COMMAND
  exec 3<&0
  setsid sh -c "$1" </dev/null 3<&- &
  command=$!
  { cat <&3 >/dev/null; trap '' TERM; end_session "$command"; } >/dev/null 2>&1 &
  watcher=$!
  exec 3<&-
  # bash would say how a signal ended it.
  wait "$command" 2>/dev/null
  code=$?
  # It goes on where it ends the session already: the first process of it may be the first to end.
  kill "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  exit "$code"
}

# All of the session, in whatever process groups they are: `timeout` makes one of its own.
end_session() { # LEADER
  # Before its session begins, a process is of another.
  kill -TERM "$1" $(those_in_session "$1")
  session_ends "$1" && return
  # All are stopped first: a parent that sees its child end would start another.
  kill -STOP $(those_in_session "$1")
  kill -KILL $(those_in_session "$1")
  # A busy host may let a moment pass before they are gone.
  session_ends "$1"
}

# Whether it ends within two seconds.
session_ends() { # LEADER
  for tenth in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    sleep 0.1
    [ -n "$(those_in_session "$1")" ] || return 0
  done
  return 1
}

those_in_session() { # LEADER
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v leader="$1" '
    { pid = $1; sub(/^.*\) /, "") }
    $4 == leader && $1 !~ /^[ZX]/ { print pid }'
}
