# Packages, kernel parameters, units and commands as steps of a transaction.
# Needs: probe sysctl init haproxy-processes units transaction loaded recover server-states boot

# --- packages ---------------------------------------------------------------------------------------------------

check_packages_absent() { # NAME...
  for name in "$@"; do
    is_there "$name" && { drifted "package $name was not installed when the plan was made, and is now"; return 1; }
  done
  :
}

# Whether a package is installed, or another one provides it.
is_there() { rpm -q "$1" >/dev/null 2>&1 || rpm -q --whatprovides "$1" >/dev/null 2>&1; } # NAME

# Installed packages stay when a run is taken back, so that what their scripts have stopped or disabled is mended here.
install_packages() { # NAME...
  if have dnf; then installer=dnf; else installer=yum; fi
  have yum && installer=yum
  running_services >"$step/running" && boot_links >"$step/links" || return
  attempt "$installer" -y -q install "$@" </dev/null
  result=$?
  undo_disabling "$step" || return
  start_what_ran "$step/running" 'the packages stay' || [ $result != 0 ] || return
  [ $result = 0 ] || note_command "$installer -y -q install $*"
  return $result
}

# The packages stay, and what ran before them runs.
undo_packages() {
  [ ! -f "$step/running" ] || [ -n "$booting" ] || start_what_ran "$step/running" 'the packages stay'
}

verify_packages() { # NAME...
  for name in "$@"; do
    is_there "$name" || { fail "package $name is still not installed"; return 1; }
  done
}

# --- kernel parameters ------------------------------------------------------------------------------------------

check_sysctls() { # KEY=VALUE...
  for pair in "$@"; do
    found=$(probe_sysctls "${pair%%=*}")
    [ "$found" = "$pair" ] || { drifted "sysctl ${pair%%=*} should be \"${pair#*=}\" and is \"${found#*=}\""; return 1; }
  done
}

save_sysctls() { # KEY...
  probe_sysctls "$@" >"$step/before"
}

# Writes down how the kernel shows each value that it was given, which may differ from what was written.
set_sysctls() { # KEY=VALUE...
  for pair in "$@"; do
    attempt sysctl -q -w "$pair" || return
    probe_sysctls "${pair%%=*}" >>"$step/kernel"
  done
}

verify_sysctls() { # WORD...   three each: KEY VALUE FORM
  while [ $# -gt 0 ]; do
    made=$(grep -F -- "$1=" "$step/kernel" | tail -n 1) found=$(probe_sysctls "$1")
    [ "$found" = "$made" ] || { fail "sysctl $1 was set to \"$2\", and is \"${found#*=}\" a moment later: something on the host sets it too"; return; }
    case $3 in
      '*' | "${made#*=}") ;;
      *) [ "$2" = "${made#*=}" ] || { fail "sysctl $1 was set to \"$2\", and the kernel made \"${made#*=}\" of it: ask for that, or for what it can take"; return; } ;;
    esac
    shift 3
  done
}

restore_sysctls() {
  [ -f "$step/before" ] || return 0
  wrong=0
  while IFS= read -r pair; do
    # Some versions of sysctl(8) refuse an empty value.
    path_of_sysctl "${pair%%=*}"
    { sysctl -q -w "$pair" || printf '%s\n' "${pair#*=}" >"$path"; } 2>/dev/null
    found=$(probe_sysctls "${pair%%=*}")
    [ "$found" = "$pair" ] || { echo "sysctl ${pair%%=*} was \"${pair#*=}\" before, and is \"${found#*=}\""; wrong=1; }
  done <"$step/before"
  return $wrong
}

# --- services ---------------------------------------------------------------------------------------------------

property() { probe_service "$2" | sed -n "s/^$1=//p"; } # NAME UNIT

# A unit that stops, fails or restarts by itself has not drifted.
check_service() { # UNIT ACTIVE ENABLED
  found_active=$(property ActiveState "$1") found_enabled=$(property UnitFileState "$1")
  case "$2 ${found_active:-none}" in
    "$found_active $2" | 'failed inactive' | 'inactive failed' | activating* | auto-restart*) [ "$found_enabled" != "${3#none}" ] || return 0 ;;
  esac
  drifted "$1 was \"$2, $3\" when the plan was made, and is \"$found_active $found_enabled\" now"
}

save_service() { # UNIT enable|disable|-
  probe_service "$1" >"$step/before" || return
  [ "$2" = - ] || boot_links >"$step/links"
}

change_service() { # UNIT enable|disable|- start|stop|reload|restart|-
  reread_unit "$(unit_name "$1")" || return
  unit=$(own_name "$1")
  printf '%s\n' "$unit" >"$step/begun" && settle "$step/begun" "$step" || return
  if [ "$2" != - ]; then switch_unit "$2" "$unit" && boot_links >"$step/links.now" || return; fi
  if [ "$3" != - ]; then
    workers=$(workers_of "$unit") sum=$(sum_for "$unit")
    case $3 in start | restart) : >"$step/started" && forget_failures "$unit" || return ;; esac
    keep_states "$unit"
    bring "$3" "$unit" "$workers"
    moved=$?
    forget_states
    [ $moved = 0 ] || return $moved
    [ "$3" = stop ] || note_loaded "$sum"
  fi
}

bring() { # start|stop|reload|restart UNIT OLD_WORKERS
  move_unit "$1" "$2" || { moved=$?; unit_report "$2"; return $moved; }
  [ "$1" != stop ] || return 0
  hand_states_over "$2" "$3"
  [ "$1" != reload ] || prove_reload "$2" "$3"
}

# Prints HAProxy's PIDs; nothing for other units, whose processes do not show a reload.
workers_of() { # UNIT
  [ "$1" != haproxy.service ] || pids_of "$1"
}

# Prints the checksum of the files that HAProxy is going to read.
sum_for() { # UNIT
  [ "$1" != haproxy.service ] || sum_of_configuration
}

# HAProxy's reload succeeds also where its master kept the old configuration: only a new worker proves it.
prove_reload() { # UNIT OLD_WORKERS
  [ "$1" = haproxy.service ] || return 0
  ! comes_anew "$1" "$2" || return 0
  unit_report "$1"
  fail 'HAProxy was told to reload, and no new worker came up: the old one still runs the old configuration'
}

# Waits for a worker that is not one of the old, five seconds at most; most come within a tenth of one.
comes_anew() { # UNIT OLD_WORKERS
  for pause in 0.05 0.05 0.05 0.05 0.05 0.25 0.25 0.25 0.25 0.25 0.5 0.5 0.5 0.5 0.5 0.5 0.5; do
    for worker in $(workers_of "$1"); do
      case "
$2
" in *"
$worker
"*) ;; *) return 0 ;; esac
    done
    sleep $pause
  done
  return 1
}

verify_service() { # UNIT enable|disable|- active|inactive|-
  unit=$(own_name "$1")
  if [ "$3" = active ]; then
    stays_active "$1" "$unit" || return
  elif [ "$3" = inactive ]; then
    ! is_active "$unit" || { fail "$1 is still active"; return; }
  fi
  switched=$(property UnitFileState "$unit")
  case $2:$switched in
    -:* | enable:enabled) ;;
    # Units in these states cannot be enabled or disabled themselves.
    enable:static | enable:indirect | enable:alias | enable:generated | enable:transient) ;;
    disable:enabled | enable:*) fail "$1 is \"$switched\" instead of \"${2}d\" at boot" ;;
  esac
}

# Called twice for a unit that was started: see look_again.
stays_active() { # NAME UNIT
  if is_active "$2"; then
    [ -e "$step/started" ] || return 0
    life=$(life_of "$2")
    if [ ! -e "$step/life" ]; then printf '%s\n' "$life" >"$step/life"; return; fi
    [ "$life" != "$(cat "$step/life")" ] || return 0
  fi
  unit_report "$2" >&2
  [ ! -e "$step/life" ] || { fail "$1 came up and ended again: it is $(property ActiveState "$2")"; return; }
  ! has_done_its_work "$2" || { fail "$1 has done its work and is over (Type=oneshot without RemainAfterExit=yes), so it never stays active: leave \"running\" out"; return; }
  fail "$1 is $(property ActiveState "$2") instead of active"
}

restore_service() { # UNIT
  [ -f "$step/begun" ] && [ -f "$step/before" ] || return 0
  unit=$(cat "$step/begun")
  [ -n "$unit" ] || unit=$(own_name "$1")
  was() { sed -n "s/^$1=//p" "$step/before"; }
  reread_unit "$unit"
  put_links_back "$step" || return
  if [ -n "$booting" ]; then forget_states; leave_to_boot "$unit" "$(was ActiveState)"; return; fi
  before=$(was ActiveState)
  case $before in
    active | reloading | activating)
      workers=$(workers_of "$unit") sum=$(sum_for "$unit")
      forget_failures "$unit"
      keep_states "$unit" "$step/kept-states"
      move_unit reload-or-restart "$unit" || move_unit restart "$unit"
      hand_states_over "$unit" "$workers"
      # Without a socket at level admin, nothing has waited for it.
      [ -z "$kept_states" ] || comes_anew "$unit" "$workers" || :
      forget_states
      note_loaded "$sum"
      is_active "$unit" || [ "$(was SubState)" = auto-restart ] || fail "$1 ran before, and does not come up again: $(unit_report "$unit")" || return
      ;;
    *)
      move_unit stop "$unit" 2>/dev/null
      ! is_active "$unit" || fail "$1 did not run before, and cannot be stopped" || return
      # The unit's file may be removed next, and systemd would go on listing the failed unit.
      [ "$before" = failed ] || forget_failures "$unit"
      ;;
  esac
  # A unit that came with a package stays, so it may be enabled or disabled where it had no state before.
  before=$(was UnitFileState) is=$(property UnitFileState "$unit")
  case $before in
    '' | "$is") ;;
    *) fail "$1 was \"$before\" at boot, and is \"$is\" now" ;;
  esac
}

# --- commands ---------------------------------------------------------------------------------------------------

# Passes the script by a pipe: a program's words and its environment can be looked at, and the script may have a secret.
in_shell() { # SCRIPT
  printf '%s\n' "$1" | sh -c 'haprov_script=$(cat) && exec </dev/null && eval "$haprov_script"'
}

run_command() { # SCRIPT
  [ ! -e "$step/unneeded" ] || return 0
  begin || return
  note_command "sh -c $1"
  in_shell "$1" 3>&- 8>&- 9>&-
}

undo_command() { # SCRIPT
  [ -f "$step/begun" ] || return 0
  note_command "sh -c $1"
  in_shell "$1" 3>&- 8>&- 9>&-
}
