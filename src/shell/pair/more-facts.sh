# What is known of a host beside what every command asks: for people, and for programs that list hosts.
# Needs: probe boot-owed init selinux-probe firewall-probe

tell_more_facts() {
  read_boot
  echo "booted=$booted"
  tell_boot_owed
  echo "kernel=$(uname -r)"
  echo "machine=$(uname -m)"
  echo "cpus=$(grep -c '^processor' /proc/cpuinfo)"
  awk '$1 == "MemTotal:" { print "memory=" $2 }' /proc/meminfo
  if selinux_is_on; then echo "selinux=$(getenforce)"; else echo selinux=off; fi
  tell_firewalls
  tell_synchronized
  if have haproxy; then haproxy -vv 2>&1 | sed 's/^/haproxy=/'; fi
  if have keepalived; then keepalived -v 2>&1 | sed 's/^/keepalived=/'; fi
  [ -z "${SUDO_USER:-}" ] || echo "sudo=$SUDO_USER"
}

# Those that are on.
tell_firewalls() {
  ! firewall_runs || echo firewall=firewalld
  for name in nftables iptables ip6tables; do
    ! is_active "$name" || echo "firewall=$name"
  done
}

# Whether something sets the clock by others' clocks: "yes" or "no"; nothing where nobody says.
tell_synchronized() {
  if have chronyc && is_active chronyd; then
    LC_ALL=C chronyc -n tracking 2>/dev/null | awk '/^Leap status/ { print "synchronized=" (/Not/ ? "no" : "yes") }'
  elif have ntpstat; then
    if ntpstat >/dev/null 2>&1; then echo synchronized=yes; else echo synchronized=no; fi
  elif have timedatectl; then
    LC_ALL=C timedatectl status 2>/dev/null | awk '/synchronized:/ { print "synchronized=" $NF }'
  fi
}
