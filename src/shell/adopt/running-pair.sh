# What `haprov adopt` reads on a host: the configuration and its files, the units, and what else the pair depends on.
# Needs: probe init haproxy-files loaded on-disk named-files firewall-probe selinux-probe sysctl

adopt_host() {
  know_keepalived
  tell_units
  # The configurations of HAProxy and keepalived may use their units' variables.
  environment=$(unit_environment haproxy; unit_environment keepalived)
  [ -z "$environment" ] || printf '%s\n' "$environment" | while IFS= read -r each; do tell_row environment "$each"; done
  tell_row keepalived "$keepalived_main" "$keepalived_id"
  know_haproxy_files
  files=$known_haproxy_files
  ifs=$IFS
  IFS=$newline
  set -f
  set -- $files
  set +f
  IFS=$ifs
  for each in "$@"; do tell_row haproxy "$each"; done
  tell_named_files "$environment" "$@" "$keepalived_main"
  tell_disk
  tell_others
  tell_sysctls
  tell_firewall
  tell_selinux
  probe_packages haproxy keepalived psmisc rsyslog | while read -r name version; do tell_row package "$name" "$version"; done
}

# Whether the programs would start again with what is there now, and what was changed since HAProxy began.
tell_disk() {
  read_clock
  newest=$(newest_haproxy)
  tell_row disk "clock $clock $uptime $newest"
  { ! have haproxy || look_at_configuration "$newest"; look_at_keepalived; } | while IFS= read -r each; do tell_row disk "$each"; done
}

tell_units() {
  for unit in haproxy keepalived; do
    probe_service $unit | while IFS= read -r each; do tell_row unit $unit "$each"; done
    if has_systemd; then
      systemctl show -p FragmentPath -p DropInPaths -- $unit.service 2>/dev/null |
        while IFS= read -r each; do tell_row unit $unit "$each"; done
    fi
  done
}

# Prints files that belong to the pair, and that no configuration names.
tell_others() {
  for folder in /etc/haproxy/ /etc/keepalived/; do
    [ ! -d $folder ] || find ${folder%/} \( -type f -o -type l \) 2>/dev/null | sed 1000q |
      while IFS= read -r each; do tell_row there "$each"; done
  done
  for each in /etc/sysconfig/haproxy /etc/sysconfig/keepalived /etc/systemd/system/haproxy.service.d/*.conf \
    /etc/systemd/system/keepalived.service.d/*.conf /etc/systemd/system/haproxy.service /etc/systemd/system/keepalived.service \
    /etc/logrotate.d/haproxy /etc/rsyslog.d/*haproxy*; do
    [ ! -f "$each" ] || { tell_row beside "$each"; tell_one_file "$each"; }
  done
}

tell_sysctls() {
  rows=$(boot_sysctls | grep -E 'ip_nonlocal_bind|ip_forward|forwarding|arp_|rp_filter|accept_local|net\.ipv4\.vs\.|somaxconn|port_range|conntrack|file-max|nr_open|promote_secondaries|tcp_')
  printf '%s\n' "$rows" | while IFS= read -r each; do [ -z "$each" ] || tell_row boot-sysctl "$each"; done
  # Lint knows by the file itself that HAProxy may bind a VIP which is elsewhere.
  printf '%s\n' "$rows" | sed -n 's|^\([^:]*\):[ \t-]*net[./]ipv[46][./]ip_nonlocal_bind[ \t]*=[ \t]*1[ \t]*$|\1|p' | sort -u |
    while IFS= read -r each; do case $each in /etc/sysctl.d/*) tell_one_file "$each" ;; esac; done
  # Each once: of a key that is asked twice both values would come as one.
  set -- $({ printf 'x:%s=\n' net.ipv4.ip_nonlocal_bind net.ipv6.ip_nonlocal_bind net.ipv4.ip_forward; printf '%s\n' "$rows"; } |
    sed -n 's/^[^:]*:[ \t-]*\([A-Za-z0-9_.\/-]*\)[ \t]*=.*/\1/p' | sort -u)
  probe_sysctls "$@" | while IFS= read -r each; do tell_row sysctl "$each"; done
}

tell_firewall() {
  if firewall_runs; then
    firewall_rows runtime | while IFS= read -r each; do tell_row firewall "$each"; done
  elif have iptables-save; then
    tell_row rules "$(iptables-save 2>/dev/null | grep -c '^-A')"
  elif have nft; then
    tell_row rules "$(nft list ruleset 2>/dev/null | grep -c ';')"
  fi
}

tell_selinux() {
  selinux_is_on || return 0
  tell_row selinux "$(getenforce 2>/dev/null)"
  for each in haproxy_connect_any keepalived_connect_any; do tell_row boolean $each "$(active_boolean $each)"; done
  store=$(selinux_store) && [ -f "$store/ports.local" ] || return 0
  grep '^portcon' "$store/ports.local" | while IFS= read -r each; do tell_row port-label "$each"; done
}
