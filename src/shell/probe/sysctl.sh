# What haprov asks about kernel parameters: their values in the kernel, and the file that sets them at boot.
# Needs: init paths
# Gives: path

# Sets "path", with "." and "/" swapped: net.ipv4.conf.eth0/100.forwarding is net/ipv4/conf/eth0.100/forwarding.
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

# One grep reads all: the shell's "read" reads byte by byte, and these files give only the first byte that way.
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

# Prints all that is set at boot; how and where the file of kernel parameters is written; the state of that file.
probe_sysctl_file() { # PATH LIMIT
  place=$(sysctl_place "$1")
  boot_sysctls
  echo =
  echo "$place"
  probe_file "${place#* * }" "$2" root root
}
