# How a host of the pair is doing right now. Nothing here changes anything; a few forks, since it is asked often.
# Needs: probe init runtime

# HAProxy's own page on loopback; bash speaks TCP, which is all that a minimal host has. exec: the printf of coreutils
# sends the request in one piece; that of bash goes line by line, and the second would wait for an ACK.
ask_haproxy() { # HEALTH_PORT PATH
  timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && (exec printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3) && exec cat <&3' - "$1" "$2" 2>/dev/null
}

observe() { # HEALTH_PORT UNIT...
  health_port=$1
  shift
  if [ $# -gt 0 ]; then
    active_states "$@" | while read -r state; do echo "unit $1 $state"; shift; done
  fi
  each_address say_address
  observe_ports
  observe_drain
  observe_servers "$health_port"
}

say_address() { echo "address ${2%/*}"; } # INTERFACE_NAME ADDRESS/PREFIX

# ss asks for those that listen; the kernel's own list goes through all that there could be, which takes long where the
# machine is large.
observe_ports() {
  ss -ltn 2>/dev/null ||
    awk '$4 == "0A" { n = split($2, a, ":"); if (!seen[a[n]]++) print "listen", a[n] }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

observe_drain() {
  [ ! -e /var/lib/haprov/drained ] || echo drained yes
  [ ! -f /var/lib/haprov/drained-servers ] || sed 's/^/drained-server /' /var/lib/haprov/drained-servers
}

# By haprov's own listener, else by the sockets that its configuration names; or why it could not be asked: it takes the
# connection and says nothing, or nothing is there to ask.
observe_servers() { # HEALTH_PORT
  why=none patience=2
  told=$(ask_haproxy "$1" '/stats;csv')
  [ $? != 124 ] || why=silent
  case $told in
    *'# pxname'*) ;;
    *)
      told=
      for socket in $(haproxy_sockets); do
        rows=$(tell_haproxy 'show stat' "$socket" 2>/dev/null)
        case $? in 124) why=silent ;; 127) why=no-tool ;; esac
        case $rows in *'# pxname'*) told="$told$rows
" ;; esac
      done
      ;;
  esac
  [ -n "$told" ] && [ $why != silent ] || echo "haproxy $why"
  [ -n "$told" ] || return 0
  printf '%s\n' "$told" | sed -n '/^# pxname/,$ s/^/stat /p'
}
