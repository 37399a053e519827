# A roll: the hosts of a pair are patched or booted one after the other.
# Needs: init probe
# Given: run
roll_file=/var/lib/haprov/roll

# Prints what differs from boot to boot: the kernel's name for it and, because a container shares its host's kernel, when the
# process began that all others come from.
boot_mark() {
  { read -r kernel_ </proc/sys/kernel/random/boot_id; } 2>/dev/null || kernel_=-
  { read -r first_ </proc/1/stat; } 2>/dev/null || first_=
  # The name of the process, in brackets, may have spaces in it.
  set -- ${first_##*") "}
  echo "$kernel_:${20:--}"
}

# Every host is told what each has behind it, so that a laptop that goes on with the roll needs none in particular.
note_roll() { # ROW...
  mkdir -p "${roll_file%/*}" && chmod 755 "${roll_file%/*}" && printf '%s\n' "$@" >$roll_file.new && mv -f $roll_file.new $roll_file && { sync -- $roll_file 2>/dev/null || sync; }
}

# The host keeps that the roll is over: one that was away then has a note that says otherwise.
end_roll() { # ROLL
  [ -f $roll_file ] || return 0
  read -r _ noted_ _ <$roll_file || noted_=
  [ "$noted_" != "$1" ] || { rm -f $roll_file-before && sed '1s/^/over /' $roll_file >$roll_file.new && mv -f $roll_file.new $roll_file; }
}

# How the host was before a roll took it out, for one that goes on: nobody can see that any more.
keep_before() { # TEXT
  printf '%s\n' "$1" >$roll_file-before.new && mv -f $roll_file-before.new $roll_file-before && { sync -- $roll_file-before 2>/dev/null || sync; }
}

tell_before() { cat $roll_file-before 2>/dev/null || :; }

# Keeps others from the host for LEASE seconds, also where no run has its lock: it boots, or its turn is over. Fails with 75, and
# prints who it is, where others are at work. What somebody took away meanwhile (haprov unlock) is not put there again.
hold_for_roll() { # begin|renew RUN LEASE SINCE OWNER
  mkdir -p "${roll_file%/*}" && chmod 755 "${roll_file%/*}" || return
  # Of two that begin at once, the second finds the first.
  ( flock 9 && hold_alone "$@" ) 9<"${roll_file%/*}"
}

hold_alone() { # begin|renew RUN LEASE SINCE OWNER
  if ! holder=$(roll_at_work); then
    holder=$(readlink /var/lib/haprov/lock) && is_alive "/var/lib/haprov/runs/${holder%% *}" || holder=$2
  fi
  [ "${holder%% *}" = "$2" ] || { echo "$holder"; return 75; }
  [ "$1" = begin ] || [ -L /var/lib/haprov/rolling ] || return 0
  read -r up_ _ </proc/uptime
  ln -sfn "${up_%%.*} $3 $2 $4 $5" "/var/lib/haprov/rolling.$$" && mv -fT "/var/lib/haprov/rolling.$$" /var/lib/haprov/rolling
}

# A renewal that is under way has ended then.
let_go_of_roll() { # RUN
  [ -L /var/lib/haprov/rolling ] || return 0
  ( flock 9 && drop_roll_mark "$1" ) 9<"${roll_file%/*}"
}

drop_roll_mark() { # RUN
  mark_=$(readlink /var/lib/haprov/rolling) || return 0
  case $mark_ in *" $1 "*) rm -f /var/lib/haprov/rolling ;; esac
}

# A run's journal says what became of its boot, which comes when the run is over: first that the run owes one.
owe_boot() { note_boot "$run" due; }

note_boot() { # RUN due|told|refused|back|late [DETAIL]
  its_=/var/lib/haprov/runs/$1/journal
  [ -f "$its_" ] || return 0
  printf '%s\tboot\t-\t%s\n' "$(date +%s%3N)" "$2${3:+ $3}" >>"$its_" && { sync -- "$its_" 2>/dev/null || sync; }
}

# The connection may break before the init system has answered.
boot_host() { # RUN
  note_boot "$1" told "$(boot_mark)"
  said_=$(if has_systemd; then systemctl reboot; else shutdown -r now; fi 2>&1) && return
  code_=$?
  printf '%s\n' "$said_" >&2
  # What a host ends that goes down has refused nothing.
  [ $code_ -ge 128 ] || note_boot "$1" refused "$code_ $(printf %s "$said_" | tail -c 8000 | base64 | tr -d '\n')"
  return $code_
}

# Where the host has booted since it was told to, it is seen: by the RUN that told it to, or late by somebody else.
seen_back() { # RUN
  told_=$(awk -F '[\t ]' -v mark="$(boot_mark)" '$2 == "boot" { last[FILENAME] = $4; told[FILENAME] = $5 } END { for (file in last) if (last[file] == "told" && told[file] != mark) print file }' /var/lib/haprov/runs/*/journal 2>/dev/null)
  for journal_ in $told_; do
    journal_=${journal_%/journal} word_=late
    [ "${journal_##*/}" != "$1" ] || word_=back
    note_boot "${journal_##*/}" $word_
  done
}

# Whether the host can be told to boot.
can_boot() {
  if has_systemd; then
    [ "$(systemctl is-system-running 2>/dev/null)" != stopping ] || fail 'it is going down already'
  else
    have shutdown || fail 'it has no shutdown'
  fi
}

# Prints what must be as it was after a boot, besides what the inventory says: NAME=VALUE; "service UNIT=yes" of what runs, "=skipped" of what was not to.
tell_surroundings() {
  echo "clock=$(date +%s)"
  if have getenforce; then echo "SELinux=$(getenforce)"; fi
  for unit_ in firewalld iptables ip6tables nftables; do
    found_=$(probe_service $unit_)
    case $found_ in *ActiveState=active*) echo "$unit_=active" ;; *) echo "$unit_=inactive" ;; esac
  done
  { running_services; skipped_services; } | sed 's/^/service /; s/ \([a-z]*\)$/=\1/'
  for key_ in net/ipv4/ip_forward net/ipv4/ip_nonlocal_bind net/ipv4/conf/all/arp_ignore net/ipv4/conf/all/arp_announce \
    net/ipv4/conf/all/rp_filter net/ipv4/ip_local_port_range net/ipv4/tcp_max_syn_backlog net/core/somaxconn \
    net/ipv6/ip_nonlocal_bind net/ipv6/conf/all/forwarding net/netfilter/nf_conntrack_max fs/nr_open; do
    [ -r "/proc/sys/$key_" ] || continue
    value_=$(tr -s '\t ' ' ' <"/proc/sys/$key_")
    key_=$(printf %s "$key_" | tr / .)
    was_taken_out "$key_ = $value_" || echo "$key_=$value_"
  done
}

# Prints "UNIT START" of each unit that has a process: one that ends and is begun anew runs whenever it is looked at.
tell_starts() { # UNIT...
  has_systemd || return 0
  for unit_ in "$@"; do
    systemctl show -p ExecMainStartTimestampMonotonic -- "$unit_" | sed -n "s/^ExecMainStartTimestampMonotonic=\\([1-9].*\\)/$unit_ \\1/p"
  done
}

# Whether a run of haprov found this in a file, and no file that the boot reads has it now: the boot ends what still runs by it.
was_taken_out() { # LINE
  grep -qsxF -e "$1" /var/lib/haprov/runs/*/steps/*/before || return
  ! { boot_sysctls; grep -sH '^[^#;]*=' /etc/sysctl.conf; } | sed 's/^[^:]*:[[:blank:]-]*//; s/[[:blank:]]*=[[:blank:]]*/ = /; s/[[:blank:]]*$//' |
    tr -s '/\t ' '.  ' | grep -qxF -e "$1"
}
