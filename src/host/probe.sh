# What haprov reads on a host. Nothing here changes anything.
# POSIX sh and what a minimal EL host has: coreutils, awk, rpm, iproute, procps, systemd or init scripts.
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
export LC_ALL PATH
umask 077

have() { command -v "$1" >/dev/null 2>&1; }

quietly() { ( eval "$1" ) >/dev/null 2>&1 </dev/null; }

hash_of() { set -- "$(sha256sum <"$1")" && printf '%s' "${1%% *}"; }

# A link is followed: the file behind it is what counts and what is replaced.
real_path() { readlink -m -- "$1"; }

probe_file() { # PATH LIMIT
  if [ -f "$1" ]; then
    size=$(stat -L -c %s -- "$1")
    printf 'file %s %s\n' "$(stat -L -c '%U %G %a %s' -- "$1")" "$(hash_of "$1")"
    if [ "$size" -le "$2" ]; then base64 <"$1"; fi
  elif [ -e "$1" ] || [ -L "$1" ]; then
    echo "other a $(stat -c %F -- "$1")"
  else
    echo absent
  fi
}

# The one edit that "line" means: lines that match (or are the line already) become one line, at the first's place.
edit_line() { # PATH LINE MATCH
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

probe_line() { # PATH LINE MATCH
  probe_file "$1" 262144
  if [ -f "$1" ]; then
    edited=$(edit_line "$@" && echo .) || return
    echo =
    printf %s "${edited%.}" | base64
  fi
}

# The interface that has the address right now.
interface_with() { # ADDRESS
  ip -o addr show to "$1" 2>/dev/null | awk '{ sub(/@.*/, "", $2); print $2; exit }'
}

probe_directory() { # PATH
  if [ -d "$1" ]; then
    echo "directory $(stat -L -c '%U %G %a' -- "$1")"
  elif [ -e "$1" ] || [ -L "$1" ]; then
    echo "other a $(stat -c %F -- "$1")"
  else
    echo absent
  fi
}

probe_packages() { # NAME...
  if found=$(rpm -q --qf '%{NAME}\t%{VERSION}-%{RELEASE}\n' "$@" 2>/dev/null) && [ "$(printf '%s\n' "$found" | wc -l)" = $# ]; then
    printf '%s\n' "$found" | while IFS='	' read -r name version; do
      printf '%s\t%s\n' "$1" "$version"
      shift
    done
    return
  fi
  for name in "$@"; do
    if version=$(rpm -q --qf '%{VERSION}-%{RELEASE} ' "$name" 2>/dev/null); then
      printf '%s\t%s\n' "$name" "${version% }"
    else
      printf '%s\t-\n' "$name"
    fi
  done
}

probe_sysctls() { # KEY...
  for key in "$@"; do
    path=/proc/sys/$(printf %s "$key" | tr './' '/.')
    if [ -f "$path" ] && [ -r "$path" ]; then
      printf '%s=%s\n' "$key" "$(tr '\n\t' '  ' <"$path")"
    else
      printf '%s=-\n' "$key"
    fi
  done
}

# The file that sets kernel parameters at boot: how it is written, and where; what else is set then; what it holds.
probe_sysctl_file() { # PATH LIMIT
  place=$(sysctl_place "$1")
  boot_sysctls
  echo =
  echo "$place"
  probe_file "${place#* * }" "$2"
}

# A run is alive while its watcher, or a verb of it, holds its lock.
is_alive() { # HOME
  [ -f "$1/guard" ] && [ -f "$1/alive" ] || return 1
  ! ( flock -n 8 && flock -n 9 ) 8<"$1/alive" 9<"$1/guard"
}

probe_lock() {
  newest=$(ls -1 /var/lib/haprov/runs 2>/dev/null | sort | tail -n 1)
  [ -z "$newest" ] || echo "newest-run=$newest"
  [ -L /var/lib/haprov/lock ] || return 0
  holder=$(readlink /var/lib/haprov/lock)
  holder_home=/var/lib/haprov/runs/${holder%% *}
  echo "lock=$holder"
  echo "lock-state=$(readlink "$holder_home/state")"
  if is_alive "$holder_home"; then echo lock-alive=yes; fi
}

probe_facts() {
  echo "uid=$(id -u)"
  echo "hostname=$(uname -n)"
  echo "kernel=$(uname -r)"
  echo "init=$(init_system)"
  if have dnf; then echo installer=dnf; elif have yum; then echo installer=yum; else echo installer=none; fi
  for tool in rpm sha256sum base64 awk stat readlink setsid flock ip ps; do
    have "$tool" || echo "missing=$tool"
  done
  ip -o addr show 2>/dev/null | awk '($3 == "inet" || $3 == "inet6") { sub(/@.*/, "", $2); print "address=" $2 " " $4 }'
  rpm -q --qf 'installed=%{NAME} %{VERSION}\n' haproxy keepalived 2>/dev/null
  probe_release
  probe_lock
}

# EL6 has no os-release. Kin of RHEL have its file beside their own.
probe_release() {
  if [ -r /etc/os-release ]; then
    sed 's/^/os./' /etc/os-release
    return
  fi
  for file in /etc/oracle-release /etc/centos-release /etc/redhat-release /etc/system-release; do
    [ -r "$file" ] || continue
    echo "release=$(head -n 1 "$file")"
    return
  done
}
