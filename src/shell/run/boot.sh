# The boot hook: while a run is unfinished, the host ends it by itself when it boots, before its services start, so that
# they find a whole state. It is a unit, or links of EL6's init scripts; no process waits for the boot.
# Each run has its own: it is there before the run takes the lock, and goes after it, so that no host starts with a lock
# that nobody takes away.
# Needs: init apart transaction peers
# Given: home run units by_network

hook_boot() {
  if has_systemd; then
    boot_unit=/etc/systemd/system/haprov-recover-$run.service
    boot_wish=/etc/systemd/system/multi-user.target.wants/${boot_unit##*/}
    mkdir -p "${boot_wish%/*}" && boot_unit_text >"$boot_unit" && chmod 644 "$boot_unit" &&
      ln -sfn "../${boot_unit##*/}" "$boot_wish" && settle "$boot_unit" "${boot_unit%/*}" "${boot_wish%/*}"
    return
  fi
  boot_script=/etc/init.d/haprov-recover-$run
  printf '#!/bin/sh\n[ "$1" = start ] || exit 0\nexec sh %s boot\n' "$home/transaction" >"$boot_script" && chmod 755 "$boot_script" || return
  for level in 2 3 4 5; do
    [ ! -d "/etc/rc$level.d" ] || ln -sfn "$boot_script" "/etc/rc$level.d/S11${boot_script##*/}" || return
  done
  settle "$boot_script" "${boot_script%/*}"
}

boot_unit_text() {
  before=
  for unit in $units; do [ "$unit" = firewalld ] || before="$before $(unit_name "$unit")"; done
  online=
  # By it the others of a group are heard, and packages come back.
  if is_in_group || [ -n "$by_network" ]; then online=network-online.target; fi
  cat <<.END.
[Unit]
Description=haprov: the run that was cut when this host went down is brought to its end
After=local-fs.target network.target firewalld.service $online
Wants=$online
Before=$before
[Service]
Type=oneshot
KillMode=process
ExecStart=/bin/sh $home/transaction boot
.END.
}

# At boot no service runs yet, so none is reloaded: units start as they are enabled, which is restored by now. This corrects
# what the boot decided before that: it starts a unit that is enabled again, and stops one that is disabled again.
leave_to_boot() { # UNIT STATE_BEFORE
  enablement=$(enabled_state "$1")
  case $enablement in
    enabled) case $2 in active | reloading | activating) start_at_boot "$1" ;; esac ;;
    disabled) ! has_systemd || systemctl --no-block stop "$1" ;;
  esac
}

# EL6's init runs only the links that were there when it began; a service linked since then is started after all of them.
start_at_boot() { # UNIT
  if has_systemd; then
    systemctl --no-block start "$1"
  else
    begin_apart exec setsid sh -c 'for second in $(seq 300); do [ ! -e /var/lock/subsys/local ] || break; sleep 1; done; service "$1" status >/dev/null 2>&1 || service "$1" start' - "${1%.service}" </dev/null >/dev/null 2>&1 3>&-
  fi
}
