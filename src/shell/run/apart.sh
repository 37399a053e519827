# Processes that go on beside this shell, which ignores most signals. What is ignored when a process begins it can never
# take back (ksh: nor what its parent ignores), and daemons must hear: so nothing is ignored while one begins.

# Begins a command that hears every signal, and has neither lock; "$!" is its process.
begin_apart() { # COMMAND WORD...
  trap : PIPE HUP INT TERM
  ( trap - PIPE HUP INT TERM; "$@" ) 8>&- 9>&- &
  trap '' PIPE HUP INT TERM
}
