# How a host of the pair is doing right now. Nothing here changes anything; a few forks, since it is asked often.

# HAProxy's own page on loopback; bash speaks TCP, which is all that a minimal host has.
ask_haproxy() { # HEALTH_PORT PATH
  bash -c 'exec 3<>/dev/tcp/127.0.0.1/$1 && printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3 && timeout 2 cat <&3' - "$1" "$2" 2>/dev/null
}

observe() { # HEALTH_PORT UNIT...
  health_port=$1
  shift
  if [ $# -gt 0 ]; then
    active_states "$@" | while read -r state; do echo "unit $1 $state"; shift; done
  fi
  ip -o addr show | awk '($3 == "inet" || $3 == "inet6") { sub(/\/.*/, "", $4); print "address", $4 }'
  awk '$4 == "0A" { n = split($2, a, ":"); print "listen", a[n] }' /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u
  [ -e /var/lib/haprov/drained ] && echo drained yes
  ask_haproxy "$health_port" '/stats;csv' | sed -n '/^# pxname/,$ s/^/stat /p'
  :
}
