# What changes units and where they stand in the boot, by the host's init system.
# Needs: init transaction

links_in() { # PATH...
  for link in "$@"; do
    # The run's own comes and goes with the run.
    case $link in *haprov-recover*) continue ;; esac
    [ ! -L "$link" ] || printf '%s\t%s\n' "$link" "$(readlink -- "$link")"
  done
}

if [ -d /run/systemd/system ]; then

# An alias comes and goes with its unit's place in the boot, and says "alias" where its unit is asked about.
own_name() { # UNIT
  name=$(unit_name "$1")
  about=$(systemctl show -p Id -p LoadState -- "$name" | sed -n 's/^LoadState=not-found$/-/p; s/^Id=//p')
  case $about in
    '' | -* | *"$newline-") unit_with_alias "$name" || printf '%s\n' "$name" ;;
    *) printf '%s\n' "$about" ;;
  esac
}

# What makes a unit start at boot, of whatever kind: "LINK<tab>TARGET" a line.
boot_links() { links_in /etc/systemd/system/* /etc/systemd/system/*/* /run/systemd/system/* /run/systemd/system/*/* /etc/rc.d/rc[0-6].d/*; }

reread_links() { attempt systemctl daemon-reload; }

# What is other when the main process of a unit was begun anew.
life_of() { systemctl show -p NRestarts -p ExecMainStartTimestampMonotonic -- "$1"; } # UNIT

# Whether a unit that is not active has done what it is for.
has_done_its_work() { # UNIT
  about=$(systemctl show -p Type -p Result -- "$1")
  case $about in *Type=oneshot*Result=success* | *Result=success*Type=oneshot*) ;; *) return 1 ;; esac
}

reread_unit() { # UNIT
  about=$(systemctl show -p NeedDaemonReload -p LoadState -- "$1")
  case $about in
    *NeedDaemonReload=yes* | *LoadState=not-found*) attempt systemctl daemon-reload ;;
  esac
}

switch_unit() { attempt systemctl -q "$1" "$2"; } # enable|disable UNIT

move_unit() { attempt systemctl "$1" "$2"; } # start|stop|reload|restart|reload-or-restart UNIT

# What has failed too often is not started again by systemd until it is told to forget that.
forget_failures() { systemctl -q reset-failed "$1" 2>/dev/null || :; } # UNIT

else

own_name() { printf '%s\n' "$1"; } # UNIT

boot_links() { links_in /etc/rc.d/rc[0-6].d/*; }

reread_links() { :; }

life_of() { :; }

forget_failures() { :; }

has_done_its_work() { return 1; }

reread_unit() { :; }

switch_unit() { # enable|disable UNIT
  script_of "$2"
  if [ "$1" = disable ]; then attempt chkconfig "$init_script" off; return; fi
  attempt chkconfig --add "$init_script" && attempt chkconfig "$init_script" on
}

# A daemon is our own descendant here: it must not inherit our umask, nor the signals that we ignore.
call_script() ( umask 022; trap - PIPE HUP INT TERM; attempt service "$init_script" "$1" </dev/null ) # VERB

move_unit() { # start|stop|reload|restart|reload-or-restart UNIT
  script_of "$2"
  case $1 in
    reload-or-restart) { is_active "$2" && call_script reload; } || call_script restart ;;
    *) call_script "$1" ;;
  esac || return
  [ "$1" != stop ] || return 0
  # The script comes back before its daemon has written its PID file.
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ! is_active "$2" || return 0
    sleep 0.25
  done
}

fi
