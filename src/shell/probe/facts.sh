# The facts of a host.
# Needs: probe init

probe_lock() {
  if [ ! -L /var/lib/haprov/lock ]; then
    if roll_at_work >/dev/null; then
      printf 'lock=%s\nlock-state=confirmed\nlock-alive=yes\nlock-roll=yes\nlock-waits=%s\n' "${whose_#* }" "$left_"
    fi
    return 0
  fi
  holder=$(readlink /var/lib/haprov/lock)
  holder_home=/var/lib/haprov/runs/${holder%% *}
  echo "lock=$holder"
  lock_state=$(readlink "$holder_home/state")
  echo "lock-state=$lock_state"
  if is_alive "$holder_home"; then echo lock-alive=yes; fi
  if is_read_only "$holder_home"; then echo lock-stuck=yes; fi
  tell_waits "$holder_home" "$lock_state"
}

# Tells for how many seconds a run waits for its laptop; where a verb is at work, for how many it will then.
tell_waits() { # HOME STATE
  { read -r words_ && read -r words_; } 2>/dev/null <"$1/transaction" || return 0
  words_=${words_##* lease=}
  lease_=${words_%% *} limit_=${words_##*=} mark_=
  case $2 in
    staged | confirmed) limit_=$lease_ mark_=$(readlink "$1/lease") ;;
    committed) mark_=$(readlink "$1/since") ;;
    committing) ;;
    *) limit_=$lease_ ;;
  esac
  case $limit_ in '' | *[!0-9]*) return 0 ;; esac
  # One of a group waits for those that it does not hear.
  [ "$2" != confirmed ] || ! grep -qs '^peers=.*=' "$1/transaction" || limit_=$((limit_ + 60)) mark_=$(readlink "$1/since")
  case $mark_ in *[!0-9]*) return 0 ;; esac
  read -r up_ _ </proc/uptime
  left_=$((limit_ + ${mark_:-${up_%%.*}} - ${up_%%.*}))
  [ $left_ -gt 0 ] || left_=0
  echo "lock-waits=$left_"
}

tell_address() { echo "address=$1 $2"; } # INTERFACE_NAME ADDRESS/PREFIX

probe_facts() {
  echo "clock=${EPOCHSECONDS:-$(date +%s)}"
  echo "uid=${EUID:-$(id -u)}"
  { read -r about </proc/sys/kernel/hostname; } 2>/dev/null || about=$(uname -n)
  echo "hostname=$about"
  { read -r about </proc/sys/kernel/osrelease; } 2>/dev/null || about=$(uname -r)
  echo "kernel=$about"
  printf 'init='
  init_system
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
  probe_roll
  [ ! -e /var/lib/haprov/drained ] || echo "drained=yes $(head -n 1 /var/lib/haprov/drained)"
}

# The note of a roll that is at work, or was left: a drain keeps others away by such a mark, too.
probe_roll() {
  [ -f /var/lib/haprov/roll ] || return 0
  while IFS= read -r about; do printf 'roll=%s\n' "$about"; done </var/lib/haprov/roll
  if roll_at_work >/dev/null; then case ${whose_#* } in drain-*) ;; *) echo roll-at-work=yes ;; esac fi
}

# EL6 has no os-release. Derivatives of RHEL have redhat-release besides their own file.
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
