# Many scripts at once over one channel, for hosts that open no more (MaxSessions).

# Sends standard input on as rows "NUMBER STREAM HEX", and "NUMBER STREAM" at its end; first "NUMBER STREAM by PID", whom to
# end when nobody wants more of it. A row is one write of less than 4096 bytes, so that rows never mix.
send_rows() { # NUMBER STREAM
  echo "$1 $2 by $(exec sh -c 'echo $PPID')"
  while piece=$(dd bs=2000 count=1 2>/dev/null | od -An -v -tx1 | tr -d ' \n') && [ -n "$piece" ]; do
    echo "$1 $2 $piece"
  done
  echo "$1 $2"
}

# Runs a script in a shell of its own, and sends its output, and "NUMBER x CODE" when it has ended.
relay() { # NUMBER SCRIPT
  exec 3>&1
  {
    {
      { printf '%s' "$2" | sh -s 3>&- 4>&-; echo "$1 x $?" >&3; } 2>&4 4>&- | send_rows "$1" o >&3 4>&-
    } 4>&1 | send_rows "$1" e >&3
  }
}
