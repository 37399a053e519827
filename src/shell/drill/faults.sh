# What a drill breaks on a host, and how the host repairs it: `run` and `undo` of a transaction's only step, so that the
# host repairs itself also when the laptop has gone. $step is the step's folder.
# Needs: probe init haproxy-processes units transaction system loaded link drain-files

# Writes the time down, by /proc/uptime, which never jumps.
mark() { read -r marked _ </proc/uptime && echo "$marked" >"$step/$1"; } # NAME

begin_fault() { begin && mark made; }

# Sends a signal to all processes of a unit at once.
signal_unit() { # SIGNAL UNIT
  if [ -d /run/systemd/system ]; then
    main=$(systemctl show -p MainPID -- "$(unit_name "$2")")
    attempt systemctl kill -s "$1" "$(unit_name "$2")" || { [ "$1" = KILL ] && has_died "${main#MainPID=}"; }
  else
    attempt kill -s "$1" $(pids_of "$2")
  fi
}

# systemctl may fail with EIO where a process died while it was sending signals.
has_died() { # PID
  [ "${1:-0}" -gt 0 ] || return
  for look in 1 2 3 4 5 6 7 8 9 10; do
    row=$(cat "/proc/$1/stat" 2>/dev/null)
    case ${row##*") "} in '' | Z* | X*) return 0 ;; esac
    sleep 0.3
  done
  return 1
}

start_again() { # UNIT
  [ -f "$step/begun" ] || return 0
  # A unit that runs already came back by its Restart=.
  ! is_active "$(unit_name "$1")" || came_back "$1"
  mark repaired
  [ ! -d /run/systemd/system ] || systemctl reset-failed "$(unit_name "$1")" 2>/dev/null
  sum=$(sum_for "$(unit_name "$1")")
  move_unit start "$(unit_name "$1")"
  note_loaded "$sum"
  is_active "$(unit_name "$1")" || { unit_report "$1"; fail "$1 does not start again"; }
}

came_back() { # UNIT
  [ -d /run/systemd/system ] || return 0
  systemctl show -p ActiveEnterTimestampMonotonic -- "$(unit_name "$1")" |
    awk -F = '$2 > 0 { printf "%.2f\n", $2 / 1000000 }' >"$step/returned"
}

kill_unit() { # UNIT
  begin_fault && signal_unit KILL "$1"
}

# A child that is stopped first cannot notice that its parent died, and clean up after it.
kill_unit_at_once() { # UNIT
  begin_fault && signal_unit STOP "$1" && signal_unit KILL "$1"
}

hang_unit() { # UNIT
  begin_fault && signal_unit STOP "$1"
}

wake_unit() { # UNIT
  [ -f "$step/begun" ] || return 0
  mark repaired
  signal_unit CONT "$1"
  is_active "$(unit_name "$1")" || start_again "$1"
}

stop_unit() { # UNIT
  begin_fault && move_unit stop "$(unit_name "$1")"
}

drain_flag=/var/lib/haprov/drain-for-run

# Raises the run's flag, and writes the files that the user's own configuration looks at.
set_drain() { # PATH_CONTENT...
  begin_fault && : >"$drain_flag" && write_drain_files "$step/drain-files" "$@"
}

drop_drain() {
  [ -f "$step/begun" ] || return 0
  mark repaired
  restore_drain_files "$step/drain-files" && rm -f "$drain_flag"
}

# --- the cut link: the host receives and sends nothing except on loopback -------------------------------------------

nft_mend() { for family in netdev inet arp; do echo "nft delete table $family haprov_drill 2>/dev/null"; done; }

# Does not drop ARP, which iptables cannot: the other hosts still resolve the host's addresses.
iptables_rules() { # VERB
  for tool in iptables ip6tables; do
    have $tool || continue
    echo "$tool $1 INPUT ! -i lo -m comment --comment haprov_drill -j DROP 2>/dev/null"
    echo "$tool $1 OUTPUT ! -o lo -m comment --comment haprov_drill -j DROP 2>/dev/null"
  done
}

is_cut() {
  { have nft && nft list tables; have iptables && iptables -S; have ip6tables && ip6tables -S; } 2>/dev/null | grep -q haprov_drill
}

# SSH is cut as well, so the host mends the link by itself; it cuts after half a second, so that its answer gets out.
cut_link() { # SECONDS
  begin || return
  tool=$(link_tool)
  case $tool in
    nft) { echo "nft -f - <<'.'"; nft_cut; echo .; } >"$step/cut" && nft_mend >"$step/mend" ;;
    iptables) iptables_rules -I >"$step/cut" && iptables_rules -D >"$step/mend" ;;
    *) fail 'the host has neither nft nor iptables'; return ;;
  esac || return
  setsid sh -c '
    now() { read -r uptime _ </proc/uptime && echo "$uptime"; }
    sleep 0.5
    now >"$1/made"
    sh "$1/cut"
    sleep "$2"
    sh "$1/mend"
    now >"$1/repaired"' haprov-drill "$step" "$1" </dev/null >/dev/null 2>&1 3>&- 8>&- 9>&- &
  echo $! >"$step/timer"
}

mend_link() {
  [ -f "$step/begun" ] || return 0
  timer=$(cat "$step/timer" 2>/dev/null)
  if [ -n "$timer" ] && tr '\0' ' ' <"/proc/$timer/cmdline" 2>/dev/null | grep -qF "haprov-drill $step"; then
    # No "--": dash and busybox take it for a process.
    kill -KILL "-$timer"
  fi
  [ -f "$step/repaired" ] || mark repaired
  [ ! -f "$step/mend" ] || sh "$step/mend"
  ! is_cut || fail 'the link is still cut: nft list ruleset, and iptables -S, name what haprov_drill left'
}
