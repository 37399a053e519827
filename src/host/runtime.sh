# HAProxy's runtime socket, by whatever on a minimal host can speak to it. An answer that is not empty is a refusal; 69
# means that no HAProxy has made the socket.
tell_haproxy() { # COMMAND
  socket=/var/lib/haproxy/stats
  [ -S $socket ] || return 69
  if command -v socat >/dev/null 2>&1; then
    printf '%s\n' "$1" | timeout 5 socat - UNIX-CONNECT:$socket
  else
    # HAProxy takes the request line for commands, and ";" for their end.
    curl -s --max-time 5 --http0.9 -X "$1;" --unix-socket $socket http://localhost/ 2>/dev/null ||
      curl -s --max-time 5 -X "$1;" --unix-socket $socket http://localhost/
  fi
}
