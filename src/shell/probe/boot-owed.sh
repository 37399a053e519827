# The packages that only a boot has all of a host use, and those of them that are newer than its last boot: one list for all who ask.
# Needs: probe on-disk
# Gives: boot_packages booted

# Those of dnf's needs-restarting -r (or EL7's), which itself takes seconds, with what the host's settings add; and all kernels.
boot_packages=
list_boot_packages() {
  set -- glibc systemd dbus dbus-daemon dbus-broker linux-firmware microcode_ctl
  have dnf || set -- "$@" udev openssl-libs gnutls
  for each_ in '' -64k -debug -lt -ml -PAE -plus -rt -uek; do set -- "$@" "kernel$each_" "kernel$each_-core"; done
  for each_ in /etc/dnf/plugins/needs-restarting.d/*.conf; do
    [ ! -f "$each_" ] || set -- "$@" $(cat "$each_")
  done
  boot_packages=$*
}

# As know_packages, with what tell_boot_owed looks at.
know_boot_packages() { # NAME...
  list_boot_packages
  know_packages "$@" $boot_packages
}

# Sets "booted": when the host's first process began, in seconds since 1970.
read_boot() {
  read_clock
  read -r row_ </proc/1/stat
  set -- ${row_##*") "}
  shift 19
  booted=$(((${clock%.*}${clock#*.} - ${uptime%.*}${uptime#*.} + $1) / 100))
}

# Prints "newer NAME VERSION SECONDS_SINCE_1970" of each that was installed since the host has booted.
tell_boot_owed() {
  [ -n "$boot_packages" ] || know_boot_packages
  rest_=$known_packages
  while [ -n "$rest_" ]; do
    set -- ${rest_%%"$newline"*} 0 0 0
    rest_=${rest_#*"$newline"}
    case " $boot_packages " in *" $1 "*) [ "$3" -le "$booted" ] || echo "newer $1 $2 $3" ;; esac
  done
}
