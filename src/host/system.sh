# Packages, kernel parameters, services and commands as steps of a transaction.

# --- packages ---------------------------------------------------------------------------------------------------

check_packages_absent() { # NAME...
  for name in "$@"; do
    rpm -q "$name" >/dev/null 2>&1 && { drifted "package $name was not installed when the plan was made, and is now"; return 1; }
  done
  :
}

install_packages() { # NAME...
  if have dnf; then installer=dnf; else installer=yum; fi
  have yum && installer=yum
  attempt "$installer" -y -q install "$@" </dev/null
}

verify_packages() { # NAME...
  for name in "$@"; do
    rpm -q "$name" >/dev/null 2>&1 || rpm -q --whatprovides "$name" >/dev/null 2>&1 || { fail "package $name is still not installed"; return 1; }
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

# What the kernel makes of each is written down: nobody else knows how it says what it was told.
set_sysctls() { # KEY=VALUE...
  for pair in "$@"; do
    attempt sysctl -q -w "$pair" || return
    probe_sysctls "${pair%%=*}" >>"$step/kernel"
  done
}

verify_sysctls() { # KEY VALUE FORM...
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
    # An empty value is none to some sysctl(8).
    path_of_sysctl "${pair%%=*}"
    { sysctl -q -w "$pair" || printf '%s\n' "${pair#*=}" >"$path"; } 2>/dev/null
    found=$(probe_sysctls "${pair%%=*}")
    [ "$found" = "$pair" ] || { echo "sysctl ${pair%%=*} was \"${pair#*=}\" before, and is \"${found#*=}\""; wrong=1; }
  done <"$step/before"
  return $wrong
}

# --- services ---------------------------------------------------------------------------------------------------

property() { probe_service "$2" | sed -n "s/^$1=//p"; }

check_service() { # UNIT ACTIVE ENABLED
  found="$(property ActiveState "$1") $(property UnitFileState "$1")"
  [ "$found" = "$2 ${3#none}" ] || drifted "$1 was \"$2, $3\" when the plan was made, and is \"$found\" now"
}

save_service() { # UNIT
  probe_service "$1" >"$step/before"
}

change_service() { # UNIT ENABLE MOVE
  unit=$(unit_name "$1")
  begin || return
  reread_unit "$unit" || return
  if [ "$2" != - ]; then switch_unit "$2" "$unit" || return; fi
  if [ "$3" != - ]; then
    workers=$(workers_of "$unit") sum=$(sum_for "$unit")
    move_unit "$3" "$unit" || { moved=$?; unit_report "$unit"; return $moved; }
    [ "$3" = stop ] || stay_drained "$unit" "$workers"
    [ "$3" != reload ] || prove_reload "$unit" "$workers" || return
    [ "$3" = stop ] || note_loaded "$sum"
  fi
}

# HAProxy's processes; of other units a reload cannot be told from their processes.
workers_of() { # UNIT
  [ "$1" != haproxy.service ] || ps -C haproxy -o pid= 2>/dev/null | tr -d ' '
}

# Of what HAProxy is going to read.
sum_for() { # UNIT
  [ "$1" != haproxy.service ] || sum_of_configuration
}

# A new HAProxy sends requests to every server: those whose host is drained it is told of before anything else is.
stay_drained() { # UNIT OLD_WORKERS
  [ "$1" = haproxy.service ] || return 0
  redrain "$2" || emit warning "$number" "$(echo "HAProxy could not be told again which servers are drained: haprov drain does" | base64 | tr -d '\n')"
}

# HAProxy reports a reload as done that its master gave up: only a worker that was not there before proves it.
prove_reload() { # UNIT OLD_WORKERS
  [ "$1" = haproxy.service ] || return 0
  for look in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    for worker in $(workers_of "$1"); do
      case "
$2
" in *"
$worker
"*) ;; *) return 0 ;; esac
    done
    sleep 0.25
  done
  unit_report "$1"
  fail 'HAProxy was told to reload, and no new worker came up: the old one still runs the old configuration'
}

verify_service() { # UNIT ENABLE ACTIVE
  unit=$(unit_name "$1")
  if [ "$3" = active ]; then
    is_active "$unit" || { unit_report "$unit" >&2; fail "$1 is $(property ActiveState "$unit") instead of active"; return; }
  elif [ "$3" = inactive ]; then
    ! is_active "$unit" || { fail "$1 is still active"; return; }
  fi
  [ "$2" != - ] || return 0
  switched=$(enabled_state "$unit")
  [ "$switched" = "${2}d" ] || fail "$1 is \"$switched\" instead of \"${2}d\" at boot"
}

restore_service() { # UNIT
  unit=$(unit_name "$1")
  [ -f "$step/begun" ] && [ -f "$step/before" ] || return 0
  was() { sed -n "s/^$1=//p" "$step/before"; }
  reread_unit "$unit"
  case $(was UnitFileState) in
    "$(property UnitFileState "$unit")") ;;
    enabled) switch_unit enable "$unit" || return ;;
    disabled) switch_unit disable "$unit" || return ;;
    '') switch_unit disable "$unit" ;;
  esac
  if [ -n "$booting" ]; then leave_to_boot "$unit" "$(was ActiveState)"; return; fi
  case $(was ActiveState) in
    active | reloading | activating)
      workers=$(workers_of "$unit") sum=$(sum_for "$unit")
      move_unit reload-or-restart "$unit" || move_unit restart "$unit"
      stay_drained "$unit" "$workers"
      note_loaded "$sum"
      is_active "$unit" || fail "$1 ran before, and does not come up again: $(unit_report "$unit")"
      ;;
    *)
      move_unit stop "$unit" 2>/dev/null
      ! is_active "$unit" || fail "$1 did not run before, and cannot be stopped"
      ;;
  esac
}

# --- commands ---------------------------------------------------------------------------------------------------

# Of a program's words every user of the host may read each; of its environment, root alone. The script's own programs
# get neither.
in_shell() { # SCRIPT
  HAPROV_SCRIPT=$1 sh -c 'haprov_script=$HAPROV_SCRIPT; unset HAPROV_SCRIPT; eval "$haprov_script"' </dev/null
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
