# Background processes of this shell, which ignores most signals. A process can never reset a signal that is ignored when
# it begins (ksh: nor one that its parent ignores), and daemons need signals: so nothing is ignored while one begins.

# Starts a command in the background that ignores no signal and holds neither lock; "$!" is its PID.
begin_apart() { # COMMAND WORD...
  trap : PIPE HUP INT TERM
  ( trap - PIPE HUP INT TERM; "$@" ) 8>&- 9>&- &
  trap '' PIPE HUP INT TERM
}
