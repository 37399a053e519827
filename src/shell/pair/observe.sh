# The observation of a host: its units, ports and servers now. Nothing here changes anything. It forks little, because it
# runs often.
# Needs: probe init haproxy-processes runtime

# Requests a page of HAProxy on loopback. On a minimal host only bash can open a TCP connection. "exec printf" runs the
# printf of coreutils, which sends the request in one packet; bash's own writes line by line, and the second line waits for
# an ACK.
ask_haproxy() { # PORT PATH [LOGIN]   LOGIN is USER:PASSWORD in base64
  timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && (exec printf "GET %s HTTP/1.0\r\n${3:+Authorization: Basic $3\r\n}\r\n" "$2" >&3) && exec cat <&3' - "$@" 2>/dev/null
}

observe() { # ASKED UNIT...
  asked=$1
  shift
  if [ $# -gt 0 ]; then
    states_yet "$@" | while read -r state; do echo "unit $1 $state"; shift; done
  fi
  each_address say_address
  observe_ports
  observe_drain
  observe_servers "$asked"
  observe_old_sessions
}

say_address() { echo "address ${2%/*}"; } # INTERFACE_NAME ADDRESS/PREFIX

# ss asks the kernel for listening sockets only; reading /proc/net/tcp takes long on a large machine.
observe_ports() {
  ss -ltn 2>/dev/null ||
    awk '$4 == "0A" { n = split($2, a, ":"); if (!seen[a[n]]++) print "listen", a[n] }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

observe_drain() {
  [ ! -e /var/lib/haprov/drained ] || echo drained yes
  [ ! -f /var/lib/haprov/drained-servers ] || sed 's/^/drained-server /' /var/lib/haprov/drained-servers
  [ ! -d /var/lib/haprov/drain-files ] || sed 's/^/drain-file /' /var/lib/haprov/drain-files/*/path 2>/dev/null
}

# Asks HAProxy at haprov's own listener, else at the sockets of its configuration. Where that fails it prints why: HAProxy
# accepts the connection and does not answer (silent), nothing listens (none), or the host has no program to ask (no-tool).
observe_servers() { # ASKED   PORT/PATH, and a login behind a blank
  why=none patience=2
  asked=${1%% *} login=
  case $1 in *' '*) login=${1#* } ;; esac
  told=$(ask_haproxy "${asked%%/*}" "/${asked#*/};csv" $login)
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

# After a reload, HAProxy's old workers serve what they are at, and none of that is in the new worker's statistics. An old
# worker listens no more. Asking for the sockets of processes costs much, so this is not done where there is one worker.
observe_old_sessions() {
  haproxy_processes |
    awk '{ pids[$1]; parents[$2] } END { for (pid in pids) if (!(pid in parents)) workers++; exit (workers < 2) }' || return 0
  { ss -ltnp; echo sessions; ss -tnp; } 2>/dev/null | awk '
    $1 == "sessions" { isSession = 1; next }
    /"haproxy",/ {
      isOld = 1
      for (left = $NF; match(left, /"haproxy",(pid=)?[0-9]+/); left = substr(left, RSTART + RLENGTH)) {
        pid = substr(left, RSTART, RLENGTH)
        gsub(/[^0-9]/, "", pid)
        if (!isSession) listens[pid]
        if (pid in listens) isOld = 0
      }
      if (isSession && isOld) print "old-session", $(NF - 2), $(NF - 1)
    }'
}
