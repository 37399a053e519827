# What haprov asks about kernel parameters: those that the kernel has, and the file that sets them at boot.
# Needs: init paths
# Gives: path

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
