# Probes VIPs from a host: a request each INTERVAL and target, each on a connection of its own and in the background.
# Needs bash for TCP, and timeout; changes nothing. Rows: "ready PID UPTIME", "beat", "request TARGET FROM TO EXIT TEXT".
# /proc/uptime is the clock: it never jumps, and reading it forks nothing.

# exec: the printf of coreutils sends the request in one piece; that of bash goes line by line, and each may wait for an ACK.
request() { # TARGET ADDRESS PORT LIMIT [REQUEST]
  read -r sent _ </proc/uptime
  said=$(timeout "$4" bash -c '
    exec 3<>"/dev/tcp/$2/$3" || exit
    [ -n "${5-}" ] || exit 0
    (exec printf "%s\r\n\r\n" "$5" >&3)
    IFS= read -r status <&3
    printf "%s" "$status"
    cat <&3 >/dev/null' haprov-probe "$@" 2>&1 </dev/null)
  code=$?
  read -r ended _ </proc/uptime
  printf 'request %s %s %s %s %s\n' "$1" "$sent" "$ended" "$code" "$(printf %s "$said" | tr -cd '\40-\176' | cut -c 1-200)"
}

# A write that fails means that nobody listens any more.
probe_vips() { # INTERVAL SECONDS
  for tool in bash timeout; do
    command -v "$tool" >/dev/null 2>&1 || { echo "missing $tool"; return 0; }
  done
  going=yes
  trap 'going=' USR1
  read -r now _ </proc/uptime
  last=$((${now%.*} + $2))
  echo "ready $$ $now"
  while [ -n "$going" ] && [ "${now%.*}" -lt "$last" ]; do
    request_all
    sleep "$1"
    read -r now _ </proc/uptime
    echo beat || exit 0
  done
  wait
}
