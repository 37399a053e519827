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
    found=$(probe_sysctls "${pair%%=*}" | tr -s ' ' | sed 's/ $//')
    [ "$found" = "$pair" ] || { drifted "sysctl ${pair%%=*} should be \"${pair#*=}\" and is \"${found#*=}\""; return 1; }
  done
}

save_sysctls() { # KEY...
  probe_sysctls "$@" >"$step/before"
}

set_sysctls() { # KEY=VALUE...
  for pair in "$@"; do
    attempt sysctl -q -w "$pair" || return
  done
}

restore_sysctls() {
  [ -f "$step/before" ] || return 0
  wrong=0
  while IFS= read -r pair; do
    sysctl -q -w "$pair" && [ "$(probe_sysctls "${pair%%=*}")" = "$pair" ] || wrong=1
  done <"$step/before"
  return $wrong
}

# --- services ---------------------------------------------------------------------------------------------------

property() { systemctl show -p "$1" -- "$2" | sed 's/^[^=]*=//'; }

check_service() { # UNIT ACTIVE ENABLED
  unit=$(unit_name "$1")
  found="$(property ActiveState "$unit") $(property UnitFileState "$unit")"
  [ "$found" = "$2 ${3#none}" ] || drifted "$1 was \"$2, $3\" when the plan was made, and is \"$found\" now"
}

save_service() { # UNIT
  probe_service "$1" >"$step/before"
}

change_service() { # UNIT ENABLE MOVE
  unit=$(unit_name "$1")
  : >"$step/begun" || return
  if [ "$(property NeedDaemonReload "$unit")" = yes ] || [ "$(property LoadState "$unit")" = not-found ]; then
    attempt systemctl daemon-reload || return
  fi
  if [ "$2" != - ]; then attempt systemctl -q "$2" "$unit" || return; fi
  if [ "$3" != - ]; then
    workers=$(workers_of "$unit")
    attempt systemctl "$3" "$unit" || { moved=$?; unit_report "$unit"; return $moved; }
    [ "$3" != reload ] || prove_reload "$unit" "$workers"
  fi
}

# HAProxy's processes; of other units a reload cannot be told from their processes.
workers_of() { # UNIT
  [ "$1" != haproxy.service ] || ps -C haproxy -o pid= 2>/dev/null | tr -d ' '
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

# What a human would ask next.
unit_report() { # UNIT
  systemctl status --no-pager --full --lines=0 -- "$1" 2>&1 | sed -n '1,6p'
  journalctl --no-pager -q -n 15 -o cat -u "$1" 2>/dev/null
}

verify_service() { # UNIT ENABLE ACTIVE
  unit=$(unit_name "$1")
  if [ "$3" = active ]; then
    systemctl -q is-active "$unit" || { unit_report "$unit" >&2; fail "$1 is $(property ActiveState "$unit") instead of active"; return; }
  elif [ "$3" = inactive ]; then
    ! systemctl -q is-active "$unit" || { fail "$1 is still active"; return; }
  fi
  case $2:$(systemctl is-enabled "$unit" 2>/dev/null) in
    -:* | enable:enabled | disable:disabled) ;;
    *) fail "$1 is \"$(systemctl is-enabled "$unit" 2>&1)\" after \"systemctl $2\"" ;;
  esac
}

restore_service() { # UNIT
  unit=$(unit_name "$1")
  [ -f "$step/begun" ] && [ -f "$step/before" ] || return 0
  was() { sed -n "s/^$1=//p" "$step/before"; }
  if [ "$(property NeedDaemonReload "$unit")" = yes ]; then systemctl daemon-reload; fi
  case $(was UnitFileState) in
    enabled) systemctl -q enable "$unit" || return ;;
    disabled) systemctl -q disable "$unit" || return ;;
    '') [ "$(property LoadState "$unit")" = not-found ] || systemctl -q disable "$unit" ;;
  esac
  case $(was ActiveState) in
    active | reloading | activating)
      systemctl reload-or-restart "$unit" 3>&- 8>&- 9>&- || systemctl restart "$unit" 3>&- 8>&- 9>&-
      systemctl -q is-active "$unit" || fail "$1 ran before, and does not come up again: $(unit_report "$unit")"
      ;;
    *)
      systemctl stop "$unit" 2>/dev/null
      ! systemctl -q is-active "$unit" || fail "$1 did not run before, and cannot be stopped"
      ;;
  esac
}

# --- commands ---------------------------------------------------------------------------------------------------

run_command() { # SCRIPT
  [ ! -e "$step/unneeded" ] || return 0
  : >"$step/begun" || return
  attempt sh -c "$1" </dev/null
}

undo_command() { # SCRIPT
  [ -f "$step/begun" ] || return 0
  sh -c "$1" </dev/null
}
