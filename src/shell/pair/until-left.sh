# Programs of the user's that a laptop reads as they go on.

# Runs a command in a session of its own, without input. When standard input ends, the laptop wants no more of it, or is
# gone: all of the session is ended.
run_until_left() { # COMMAND
  exec 3<&0
  setsid sh -c "$1" </dev/null 3<&- &
  command=$!
  { cat <&3 >/dev/null; end_session "$command"; } >/dev/null 2>&1 &
  watcher=$!
  exec 3<&-
  # bash would say how a signal ended it.
  wait "$command" 2>/dev/null
  code=$?
  kill "$watcher" 2>/dev/null
  exit "$code"
}

# Before its session begins, a process is of no group of its own.
end_session() { # PID
  kill -TERM "-$1" || kill -TERM "$1" || return
  for tenth in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    sleep 0.1
    kill -0 "-$1" || return 0
  done
  kill -KILL "-$1"
}
