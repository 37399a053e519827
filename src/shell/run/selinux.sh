# SELinux's labels of ports and its booleans as steps of a transaction. The lab has no SELinux, so this has never run on a
# host with SELinux; docs/playbooks.md says how it was checked.
# Needs: probe selinux-probe transaction

# --- what is there ----------------------------------------------------------------------------------------------

check_labels() { # PORT=LABEL,WANTED...   LABEL "-": none
  for pair in "$@"; do
    before=${pair#*=} found=$(local_label "${pair%%=*}")
    # Another resource of the same run may have set the wanted label already.
    case $before in "${found:--},"* | *",$found") continue ;; esac
    drifted "port ${pair%%=*} had the label \"${before%,*}\" when the plan was made, and has \"${found:--}\" now"
    return
  done
}

check_booleans() { # NAME=ACTIVE,KEPT,WANTED...
  for pair in "$@"; do
    before=${pair#*=} active=$(active_boolean "${pair%%=*}") kept_=$(kept_boolean "${pair%%=*}")
    case $before in "$active,$kept_,"* | *",$active") continue ;; esac
    drifted "the boolean ${pair%%=*} was \"${before%,*}\" when the plan was made, and is \"$active\" now"
    return
  done
}

# --- labels of ports --------------------------------------------------------------------------------------------

# Does not relabel a port that the policy itself labels, which "semanage port -a" of 2024 and later would do: turns on the
# boolean OTHERWISE instead.
label_ports() { # OTHERWISE PORT=LABEL...
  otherwise=$1
  shift
  policy=$(attempt semanage port -l) || return
  for pair in "$@"; do
    port=${pair%%=*} label=${pair#*=}
    there=$(local_label "$port")
    theirs=$(printf '%s\n' "$policy" | policy_label "$port")
    if [ -n "$there" ]; then
      [ "$there" = "$label" ] || attempt semanage port -m -t "$label" -p "${port#*/}" "${port%/*}" || return
    elif [ -z "$theirs" ]; then
      attempt semanage port -a -t "$label" -p "${port#*/}" "${port%/*}" || return
    elif [ "$theirs" != "$label" ] && [ -n "$otherwise" ] && ! allows_otherwise "$otherwise"; then
      attempt setsebool -P "$otherwise=on" || return
    fi
  done
}

verify_labels() { # PORT=LABEL...
  policy=$(semanage port -l) || return
  for pair in "$@"; do
    found=$(local_label "${pair%%=*}")
    [ -n "$found" ] || found=$(printf '%s\n' "$policy" | policy_label "${pair%%=*}")
    # A port with another label of the policy keeps it.
    [ -n "$found" ] || { fail "port ${pair%%=*} still has no label"; return; }
  done
}

restore_labels() { # PORT=LABEL...   LABEL "-": none
  for pair in "$@"; do
    port=${pair%%=*} before=${pair#*=}
    there=$(local_label "$port")
    if [ "${there:--}" = "$before" ]; then continue; fi
    case $before in
      -) semanage port -d -p "${port#*/}" "${port%/*}" || return ;;
      *) semanage port -m -t "$before" -p "${port#*/}" "${port%/*}" || return ;;
    esac
  done
}

# --- booleans ---------------------------------------------------------------------------------------------------

set_booleans() { # NAME=on|off...
  attempt setsebool -P "$@"
}

verify_booleans() { # NAME=on|off...
  for pair in "$@"; do
    [ "$(active_boolean "${pair%%=*}")" = "${pair#*=}" ] || { fail "the boolean ${pair%%=*} is not ${pair#*=}"; return; }
  done
}

# A boolean that was in no local change before stays in one, with the value that it had.
restore_booleans() { # NAME=ACTIVE,KEPT...
  for pair in "$@"; do
    name=${pair%%=*} before=${pair#*=}
    if [ "$(active_boolean "$name"),$(kept_boolean "$name")" = "$before" ]; then continue; fi
    active=${before%,*} kept_=${before#*,}
    case $kept_ in on | off) ;; *) kept_=$active ;; esac
    setsebool -P "$name=$kept_" && setsebool "$name=$active" || return
  done
}
