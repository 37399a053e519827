# What haprov reads on a host. Nothing here changes anything.
# POSIX sh and what a minimal EL host has: coreutils, awk, rpm, iproute, procps, systemd or init scripts.
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
export LC_ALL PATH
umask 077

have() { command -v "$1" >/dev/null 2>&1; }

fail() { echo "$*" >&2; return 1; }

quietly() { note_command "$1"; ( eval "$1" ) >/dev/null 2>&1 </dev/null; }

# A transaction remembers it for its report.
note_command() { :; }

hash_of() { set -- "$(sha256sum <"$1")" && printf '%s' "${1%% *}"; }

newline='
'

# The one edit that "line" means: lines that match (or are the line already) become one line, at the first's place.
edit_line() { # PATH|- LINE MATCH
  # EL6's awk takes "{2}" for text unless it is told not to.
  options=
  case $3 in *'{'*) [ -n "$(echo aa | awk '/^a{2}$/')" ] || options=--re-interval ;; esac
  LINE=$2 MATCH=$3 awk $options '
    BEGIN { line = ENVIRON["LINE"]; match_ = ENVIRON["MATCH"] }
    ($0 "") == (line "") || (match_ != "" && $0 ~ match_) { if (!done) print line; done = 1; next }
    { print }
    END { if (!done) print line }
  ' "$1"
}

# Calls a function with each "INTERFACE ADDRESS/PREFIX" of the host.
each_address() { # FUNCTION
  last_= name_=
  for word_ in ${known_addresses-$(ip -o addr show 2>/dev/null)}; do
    case $last_ in inet | inet6) "$1" "${name_%@*}" "$word_" ;; esac
    case $word_ in inet | inet6) name_=$last_ ;; esac
    last_=$word_
  done
  return 0
}

know_addresses() { known_addresses=$(ip -o addr show 2>/dev/null); }

# The interface that has the address right now.
interface_with() { # ADDRESS
  ip -o addr show to "$1" 2>/dev/null | awk '{ sub(/@.*/, "", $2); print $2; exit }'
}

# What rpm has said already: "NAME VERSION-RELEASE" a line, with one at either end.
known_packages=$newline
know_packages() { # NAME...
  known_packages=$newline$(rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE}\n' "$@" 2>/dev/null)$newline
}

# Sets "version", if it is known and there is only one.
is_known_package() { # NAME
  case $known_packages in *"$newline$1 "*"$newline$1 "*) return 1 ;; *"$newline$1 "*) ;; *) return 1 ;; esac
  version=${known_packages#*"$newline$1 "}
  version=${version%%"$newline"*}
}

are_known_packages() { # NAME...
  for name in "$@"; do is_known_package "$name" || return; done
}

probe_packages() { # NAME...
  are_known_packages "$@" || know_packages "$@"
  for name in "$@"; do
    if is_known_package "$name"; then
      printf '%s\t%s\n' "$name" "$version"
    elif version=$(rpm -q --qf '%{VERSION}-%{RELEASE} ' "$name" 2>/dev/null); then
      printf '%s\t%s\n' "$name" "${version% }"
    elif version=$(rpm -q --whatprovides --qf '%{NAME}-%{VERSION}-%{RELEASE} ' "$name" 2>/dev/null); then
      # yum would install nothing: another package is this one too.
      printf '%s\t%s\n' "$name" "${version% }"
    else
      printf '%s\t-\n' "$name"
    fi
  done
}

# "." and "/" change places: net.ipv4.conf.eth0/100.forwarding is net/ipv4/conf/eth0.100/forwarding.
path_of_sysctl() { # KEY
  path=/proc/sys/
  rest=$1.
  while [ -n "$rest" ]; do
    part=${rest%%.*}
    rest=${rest#*.}
    case $part in */*) part=$(printf %s "$part" | tr / .) ;; esac
    path=$path$part${rest:+/}
  done
}

# All are read by one grep: the shell's own "read" takes a byte at a time where it may, and the kernel gives one only.
probe_sysctls() { # KEY...
  count=$#
  for key in "$@"; do
    path_of_sysctl "$key"
    if [ -f "$path" ] && [ -r "$path" ]; then set -- "$@" "$path"; fi
  done
  known_=$(shift $count; [ $# = 0 ] || grep -as '' -- "$@" /dev/null)$newline
  set -f
  for key in "$@"; do
    [ $count -gt 0 ] || break
    count=$((count - 1))
    path_of_sysctl "$key"
    if [ ! -f "$path" ] || [ ! -r "$path" ]; then printf '%s=-\n' "$key"; continue; fi
    rest=$newline$known_ value=
    while :; do
      case $rest in *"$newline$path:"*) ;; *) break ;; esac
      rest=${rest#*"$newline$path:"}
      value="$value ${rest%%"$newline"*}"
      rest=$newline${rest#*"$newline"}
    done
    set -- $value
    printf '%s=%s\n' "$key" "$*"
  done
  set +f
}

# The file that sets kernel parameters at boot: how it is written, and where; what else is set then; what it holds.
probe_sysctl_file() { # PATH LIMIT
  place=$(sysctl_place "$1")
  boot_sysctls
  echo =
  echo "$place"
  probe_file "${place#* * }" "$2" root root
}

# A run is alive while its watcher, or a verb of it, holds its lock.
is_alive() { # HOME
  [ -f "$1/guard" ] && [ -f "$1/alive" ] || return 1
  ! ( flock -n 8 && flock -n 9 ) 8<"$1/alive" 9<"$1/guard"
}

probe_lock() {
  [ -L /var/lib/haprov/lock ] || return 0
  holder=$(readlink /var/lib/haprov/lock)
  holder_home=/var/lib/haprov/runs/${holder%% *}
  echo "lock=$holder"
  echo "lock-state=$(readlink "$holder_home/state")"
  if is_alive "$holder_home"; then echo lock-alive=yes; fi
}

tell_address() { echo "address=$1 $2"; }

probe_facts() {
  echo "clock=$(date +%s)"
  echo "uid=${EUID:-$(id -u)}"
  about=$(uname -nr)
  echo "hostname=${about% *}"
  echo "kernel=${about##* }"
  echo "init=$(init_system)"
  if have dnf; then echo installer=dnf; elif have yum; then echo installer=yum; else echo installer=none; fi
  for tool in rpm sha256sum base64 awk stat readlink setsid flock ip ps; do
    have "$tool" || echo "missing=$tool"
  done
  each_address tell_address
  if are_known_packages haproxy keepalived; then
    for name in haproxy keepalived; do is_known_package "$name" && echo "installed=$name ${version%-*}"; done
  else
    rpm -q --qf 'installed=%{NAME} %{VERSION}\n' haproxy keepalived 2>/dev/null
  fi
  probe_release
  probe_lock
  [ ! -e /var/lib/haprov/drained ] || echo "drained=yes $(head -n 1 /var/lib/haprov/drained)"
}

# EL6 has no os-release. Kin of RHEL have its file beside their own.
probe_release() {
  if [ -r /etc/os-release ]; then
    while IFS= read -r row || [ -n "$row" ]; do printf 'os.%s\n' "$row"; done </etc/os-release
    return
  fi
  for file in /etc/oracle-release /etc/centos-release /etc/redhat-release /etc/system-release; do
    [ -r "$file" ] || continue
    echo "release=$(head -n 1 "$file")"
    return
  done
}
