# HAProxy's runtime sockets, with the programs that a minimal host has. After a command that changes something, an answer
# that is not empty is a refusal.
# Needs: haproxy-words haproxy-processes
# Given: patience
# Gives: first_socket

level_admin=' level admin( |$)'

# Prints the files that the running HAProxy was started with.
running_files() {
  set -- $(haproxy_processes | awk '{ for (i = 4; i < NF; i++) if ($i == "-f" && !seen[$(i + 1)]++) print $(i + 1) }')
  for file in "$@"; do
    if [ -d "$file" ]; then printf '%s\n' "$file"/*.cfg; else printf '%s\n' "$file"; fi
  done
}

# Prints the runtime sockets in the files that the running HAProxy was started with: a path or ADDRESS:PORT a line.
haproxy_sockets() { # [admin]   only such as let a server be drained
  level=
  [ "${1:-}" != admin ] || level=$level_admin
  set -- $(running_files)
  [ $# = 0 ] || cat -- "$@" 2>/dev/null | sockets_in "$level"
}

# Sets "first_socket" to the first of them at level admin; empty where there is none.
find_first_socket() {
  first_socket=$(haproxy_sockets admin)
  first_socket=${first_socket%%"
"*}
}

# For awk: of a socket at all addresses, prints one on loopback. Leaves out what cannot be asked: an abstract socket, one that
# HAProxy is given, and a variable.
reads_sockets='
  $1 == "stats" && $2 == "socket" && $0 ~ level {
    many = split($3, places, ",")
    for (i = 1; i <= many; i++) {
      place = places[i]
      loopback = place ~ /6@/ ? "::1" : "127.0.0.1"
      sub(/^(stream[+])?(unix|uxst|ip|ipv[46]|tcp[46]?)@/, "", place)
      if (place ~ /[$]/) continue
      if (place !~ /^\//) {
        if (place ~ /@/ || !match(place, /:[0-9]+$/)) continue
        host = substr(place, 1, RSTART - 1)
        port = substr(place, RSTART)
        gsub(/[][]/, "", host)
        if (host == "" || host == "*" || host == "0.0.0.0") host = loopback
        if (host == "::") host = "::1"
        place = host port
      }
      if (!seen[place]++) print place
    }
  }
'

sockets_in() { # LEVEL [FILE...]   a pattern
  socket_level=$1
  shift
  read_lines "$reads_sockets" level="$socket_level" "$@"
}

# Whether the file of a running HAProxy's socket is not there any more: a reload hands the socket on, and makes no file anew.
is_lost() { # SOCKET
  case $1 in /*) [ ! -S "$1" ] ;; *) return 1 ;; esac
}

# Prints "lost-socket PATH" where the file of the first socket at level admin is gone.
tell_lost_socket() { # FILE...   what the running HAProxy reads
  [ $# -gt 0 ] || return 0
  first_=$(sockets_in "$level_admin" "$@")
  first_=${first_%%"
"*}
  ! is_lost "$first_" || echo "lost-socket $first_"
}

# Prints "admin" where HAProxy takes commands that change something, "lost PATH" where the file of its socket is gone, "none"
# where it runs and takes no commands.
tell_admin_sockets() {
  find_first_socket
  if [ -z "$first_socket" ]; then [ -z "$(haproxy_processes)" ] || echo none
  elif is_lost "$first_socket"; then echo "lost $first_socket"
  else echo admin
  fi
}

# Sends commands to HAProxy, and gives up after $patience seconds, 5 by default. Exit code 69: there is no socket, or nobody
# behind it; 124: it accepts the connection and does not answer; 127: the host has no program that can use the socket.
tell_haproxy() { # COMMAND [SOCKET]
  socket=${2:-/var/lib/haproxy/stats}
  case $socket in
    /*) [ -S "$socket" ] || return 69 ;;
    *:*) timeout "${patience:-5}" bash -c 'exec 3<>"/dev/tcp/$1/$2" && (exec printf "%s\n" "$3" >&3) && exec cat <&3' - "${socket%:*}" "${socket##*:}" "$1"; return ;;
    *) return 1 ;;
  esac
  if command -v socat >/dev/null 2>&1; then
    { said_=$(printf '%s\n' "$1" | timeout "${patience:-5}" socat - "UNIX-CONNECT:$socket" 2>&1 >&3); } 3>&1
    found_=$?
    case $said_ in
      *'Connection refused'*) return 69 ;;
      ?*) printf '%s\n' "$said_" >&2 ;;
    esac
    return $found_
  fi
  # HAProxy reads curl's request line as commands; ";" ends the last of ours.
  curl -s --max-time "${patience:-5}" --http0.9 -X "$1;" --unix-socket "$socket" http://localhost/ 2>/dev/null ||
    curl -s --max-time "${patience:-5}" -X "$1;" --unix-socket "$socket" http://localhost/ 2>/dev/null
  case $? in 0) ;; 7) return 69 ;; 28) return 124 ;; 2 | 127) return 127 ;; *) return 1 ;; esac
}
