# Servers to which HAProxy sends no new requests, because their host is drained. HAProxy forgets that when it reloads or
# restarts, so each balancer keeps a list of them, one "service/server" a line.
# Needs: runtime
drained_list=/var/lib/haprov/drained-servers

drained_servers() { [ ! -f $drained_list ] || cat $drained_list; }

is_drained() { drained_servers | grep -qxF -e "$1"; } # SERVER

# Sets "admin_socket" to the running HAProxy's socket with level admin; looks once. Fails where it has none, because a
# socket of another level would accept the command, and its refusal looks like an answer.
find_socket() {
  [ -n "${admin_socket:-}" ] || { admin_socket=$(haproxy_sockets admin); admin_socket=${admin_socket%%"
"*}; }
  [ -n "$admin_socket" ] || [ "$(tell_admin_sockets)" != none ] || { echo 'HAProxy there has no stats socket at level admin' >&2; return 1; }
  admin_socket=${admin_socket:-/var/lib/haproxy/stats}
}

# Prints the commands, a ";" behind each.
server_commands() { # drain|ready SERVER...
  [ $# -gt 1 ] || return 0
  wanted_state=$1 weight=100%
  shift
  [ "$wanted_state" = ready ] || weight=0%
  version=$(haproxy -v 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')
  for server in "$@"; do
    # HAProxy before 1.6 has no server states: weight 0 drains a server.
    case $version in
      1.[3-5]) printf '%s' "set weight $server $weight;" ;;
      *) printf '%s' "set server $server state $wanted_state;" ;;
    esac
  done
}

# One worker of HAProxy executes a line of commands; "show info" at its end prints the worker's PID.
tell_worker() { find_socket && tell_haproxy "$1show info" "$admin_socket"; } # COMMANDS

set_servers() { tell_worker "$(server_commands "$@")"; } # drain|ready SERVER...

# Drains servers for a run. After SECONDS the host runs READY_SCRIPT, which makes them ready again.
lend_servers() { # READY_SCRIPT SECONDS SERVER...
  setsid sh -c "sleep $2
$1" </dev/null >/dev/null 2>&1 &
  shift 2
  set_servers drain "$@"
}

# Leaves out servers on the list of drained ones.
ready_servers() { # SERVER...
  for server in "$@"; do
    shift
    is_drained "$server" || set -- "$@" "$server"
  done
  [ $# = 0 ] || set_servers ready "$@"
}

# Writes the list to a new file and renames it. Where two change it at once, one waits ten seconds at most. The lock is on
# a folder that only root can open, because everybody who can open a file can lock it.
change_drained() { # add|remove SERVER...
  change=$1
  shift
  runs=${drained_list%/*}/runs
  mkdir -p "$runs" && chmod 755 "${runs%/*}" && chmod 700 "$runs" || return
  (
    turns=0
    until flock -n 9; do
      [ $((turns += 1)) -le 50 ] || { echo "$drained_list is locked by another" >&2; exit 75; }
      sleep 0.2
    done
    { printf '%s\n' "$@" ''; drained_servers; } |
      awk '!listed { if ($0 == "") listed = 1; else named[$0]; next } !($0 in named)' >$drained_list.new &&
      { [ "$change" = remove ] || printf '%s\n' "$@" >>$drained_list.new; } || { rm -f $drained_list.new; exit 1; }
    if [ -s $drained_list.new ]; then mv -f $drained_list.new $drained_list; else rm -f $drained_list.new $drained_list; fi
  ) 9<"$runs"
}

keep_drained() { change_drained add "$@" && set_servers drain "$@"; } # SERVER...

give_back() { change_drained remove "$@" && set_servers ready "$@"; } # SERVER...

# After a reload: tells HAProxy the commands again and again until a worker that is not one of the old has taken them.
tell_new_worker() { # OLD_WORKERS COMMANDS
  # Until then the new worker sends requests as if nothing was known, so this retries every 20 ms, for four seconds at most.
  [ "$(tell_admin_sockets)" != none ] || return
  read -r up _ </proc/uptime
  until_then=$((${up%%.*} + 4))
  for tens in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    for look in 1 2 3 4 5 6 7 8 9 10; do
      worker=$(patience=1; tell_worker "$2" | sed -n 's/^Pid: *\([0-9]*\).*/\1/p')
      case " $(echo $1) " in
        *" ${worker:-none} "*) ;;
        *) [ -z "$worker" ] || return 0 ;;
      esac
      read -r up _ </proc/uptime
      [ "${up%%.*}" -lt $until_then ] || return
      sleep 0.02
    done
  done
  return 1
}
