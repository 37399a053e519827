# Servers to which HAProxy sends no new requests, because their host is drained. HAProxy forgets that when it reloads or
# restarts, so each balancer keeps a list of them, one "service/server ADDRESS" a line: the address says which host is
# meant, also when the name is another's. Lists of earlier versions have no addresses.
# Needs: runtime haproxy-words
# Gives: drained_list
drained_list=/var/lib/haprov/drained-servers

drained_servers() { [ ! -f $drained_list ] || cat $drained_list; }

is_drained() { drained_servers | grep -q "^$(printf '%s' "$1" | sed 's/[].[*^$\]/\\&/g')\( \|$\)"; } # SERVER

# Prints a row "service/server ADDRESS" for each server in files of HAProxy's; with "disabled" only for those that begin in
# maintenance.
server_places() { # [disabled] [FILE...]
  only_=
  [ "${1:-}" != disabled ] || { only_=disabled; shift; }
  [ $# -gt 0 ] || return 0
  cut_lines "$@" 2>/dev/null | awk -v only="$only_" '
    function begins_disabled(from, by_default, i) {
      for (i = from; i <= NF; i++) { if ($i == "disabled") by_default = 1; if ($i == "enabled") by_default = 0 }
      return by_default
    }
    $1 ~ /^(listen|backend|frontend|defaults|global|peers|ring|log-forward)$/ {
      proxy = $1 ~ /^(listen|backend)$/ ? $2 : ""
      if (in_defaults = $1 == "defaults") shared = 0
      disabled = shared
      next
    }
    $1 == "default-server" { disabled = begins_disabled(2, disabled); if (in_defaults) shared = disabled }
    ($1 != "server" && $1 != "server-template") || proxy == "" { next }
    {
      first = last = ""
      if ($1 == "server-template") {
        many = split($3, ends, "-")
        first = many > 1 ? ends[1] : 1
        last = ends[many]
        $3 = $4
        $4 = ""
      }
      if (only && !begins_disabled(4, disabled)) next
      place = tolower($3)
      sub(/^ipv[46]@/, "", place)
      sub(/:[-+]?[0-9]*$/, "", place)
      gsub(/[][]/, "", place)
      # A variable of the environment, which HAProxy knows: the title is believed.
      if (index(place, "$")) place = "-"
      if (first == "") print proxy "/" $2, place
      else for (number = first; number <= last && number < first + 1000; number++) print proxy "/" $2 number, place
    }'
}

# Prints drained servers as those at the same addresses are called in PLACES. Who is not there: "carry" prints it as it is,
# the others believe its name; "add" leaves out a name without an address that is not there either.
called_in() { # PLACES add|remove|carry LINES
  [ -n "$1" ] || { printf '%s\n' "$3"; return; }
  printf '%s\n\n%s\n' "$1" "$3" | awk -v how="$2" '
    !asked && $0 == "" { asked = 1; next }
    !asked { place[$1] = $2; at[$2] = at[$2] $0 "\n"; next }
    NF == 0 { next }
    { known = $1 in place }
    NF > 1 && known && (place[$1] == $2 || place[$1] == "-") { print; next }
    NF > 1 && $2 in at { printf "%s", at[$2]; next }
    known && (NF == 1 || how != "carry") { print $1, place[$1] }
    NF > 1 || (!known && how != "add")' | awk '!seen[$0]++'
}

# Prints the titles of those that HAProxy can be told of: not of one whose name is another host's in PLACES.
titles_in() { # PLACES LINES
  printf '%s\n\n%s\n' "$1" "$2" | awk '
    !asked && $0 == "" { asked = 1; if (NR > 1) next }
    !asked { place[$1] = $2; next }
    NF && !(NF > 1 && $1 in place && place[$1] != $2 && place[$1] != "-") && !seen[$1]++ { print $1 }'
}

# Sets "admin_socket" to the running HAProxy's socket with level admin; looks once. Fails where it has none, because a
# socket of another level would accept the command, and its refusal looks like an answer; and where its file is gone.
find_socket() {
  [ -z "${admin_socket:-}" ] || return 0
  find_first_socket
  if [ -z "$first_socket" ]; then
    [ "$(tell_admin_sockets)" != none ] || { echo 'HAProxy there has no stats socket at level admin' >&2; return 1; }
  elif is_lost "$first_socket"; then
    echo "HAProxy there runs, and its socket $first_socket is not there any more: systemctl restart haproxy makes it anew" >&2
    return 1
  fi
  admin_socket=${first_socket:-/var/lib/haproxy/stats}
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

# Leaves out servers in maintenance, by a hand or as the configuration says: each of the two states would end it.
set_servers() { # drain|ready SERVER...
  find_socket || return
  wanted=$1
  shift
  resting=" $(tell_haproxy 'show stat -1 4 -1' "$admin_socket" 2>/dev/null | awk -F, '$18 == "MAINT" { print $1 "/" $2 }' | tr '\n' ' ')"
  for server in "$@"; do
    shift
    case $resting in *" $server "*) ;; *) set -- "$@" "$server" ;; esac
  done
  tell_worker "$(server_commands "$wanted" "$@")"
}

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

# Writes what a command prints to a new file and makes it the list. Where two change it at once, one waits ten seconds at most.
# The lock is on a folder that only root can open, because everybody who can open a file can lock it.
rewrite_drained() { # COMMAND WORD...
  runs=${drained_list%/*}/runs
  mkdir -p "$runs" && chmod 755 "${runs%/*}" && chmod 700 "$runs" || return
  (
    turns=0
    until flock -n 9; do
      [ $((turns += 1)) -le 50 ] || { echo "$drained_list is locked by another" >&2; exit 75; }
      sleep 0.2
    done
    "$@" >$drained_list.new || { rm -f $drained_list.new; exit 1; }
    if [ -s $drained_list.new ]; then mv -f $drained_list.new $drained_list; else rm -f $drained_list.new $drained_list; fi
  ) 9<"$runs"
}

# Prints the list with or without LINES, and without former names at their addresses.
listed_with() { # PLACES add|remove LINES
  { printf '%s\n;\n%s\n;\n' "$1" "$3"; drained_servers; } | awk '
    $0 == ";" { part++; next }
    !NF { next }
    !part { standing[$0]; next }
    part < 2 { named[$0]; titled[$1]; if (NF > 1) meant[$2]; next }
    $0 in named || (NF == 1 && $1 in titled) { next }
    !($2 in meant && !($0 in standing))' &&
    { [ "$2" = remove ] || [ -z "$3" ] || printf '%s\n' "$3"; }
}

# LINES are "service/server ADDRESS", or only the name where nobody knows the address.
change_drained() { # add|remove LINE...
  change=$1
  shift
  places=$(server_places $(running_files))
  lines=$(called_in "$places" "$change" "$(printf '%s\n' "$@")")
  rewrite_drained listed_with "$places" "$change" "$lines"
}

keep_drained() { change_drained add "$@" && set_servers drain $(titles_in "$places" "$lines"); } # LINE...

give_back() { change_drained remove "$@" && set_servers ready $(titles_in "$places" "$lines"); } # LINE...

# On a host that is retired: it balances nothing any more.
forget_drained() { rm -f $drained_list; }

# After a reload: tells HAProxy the commands again and again until a worker that is not one of the old has taken them.
tell_new_worker() { # OLD_WORKERS COMMANDS
  # Until then the new worker sends requests as if nothing was known, so this retries every 20 ms, for four seconds at most.
  told_=$(tell_admin_sockets)
  case $told_ in none | 'lost '*) false ;; esac || return
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
