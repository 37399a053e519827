# Changes units, and whether they start at boot, by the host's init system.
# Needs: init probe transaction

links_in() { # PATH...
  for link in "$@"; do
    # Leaves out the run's boot hook.
    case $link in *haprov-recover*) continue ;; esac
    [ ! -L "$link" ] || printf '%s\t%s\n' "$link" "$(readlink -- "$link")"
  done
}

# Undoes exactly the links that were made and removed between the FOLDER's two lists of them; keeps what others have changed since.
put_links_back() { # FOLDER
  [ -f "$1/links" ] || return 0
  [ -f "$1/links.now" ] || boot_links >"$1/links.now" || return
  cmp -s "$1/links" "$1/links.now" && return
  grep -vxF -f "$1/links" "$1/links.now" | while IFS='	' read -r link target; do
    [ "$(readlink -- "$link")" != "$target" ] || rm -f -- "$link" || exit
    rmdir -- "${link%/*}" 2>/dev/null || :
  done || return
  grep -vxF -f "$1/links.now" "$1/links" | while IFS='	' read -r link target; do
    [ -L "$link" ] || { mkdir -p -m 0755 -- "${link%/*}" && ln -s -- "$target" "$link"; } || exit
  done || return
  reread_links
}

# A package's script may have disabled a unit, or masked one that ran or was enabled, which then has exactly the links again that it
# had; what is new otherwise stays, and what leads nowhere any more is gone.
undo_disabling() { # FOLDER   with "links" and "running" as they were
  undone=$1/undone
  boot_links >"$1/links.now" && mkdir -p -- "$undone" && : >"$undone/links" && : >"$undone/links.now" && : >"$undone/units" || return
  awk -F '\t' -v undone="$undone" '
    function last(path) { sub(/.*\//, "", path); return path }
    function exists(link, target, folder, line) {
      folder = link
      sub(/[^\/]*$/, "", folder)
      return (getline line < (target ~ /^\// ? target : folder target)) >= 0
    }
    pass == 0 { split($0, word, " "); needed[word[1]] }
    pass == 1 { now[$0] }
    pass == 2 { needed[last($2)] }
    pass == 2 && !($0 in now) && exists($1, $2) { lost[$2]; print last($2) >(undone "/units") }
    pass == 2 && ($0 in now || $2 in lost) { was[$0]; print >(undone "/links") }
    pass == 3 && !($0 in was) && $2 == "/dev/null" && last($1) in needed { masked[$0]; print last($1) >(undone "/units") }
    pass == 3 && ($0 in was || $2 in lost || $0 in masked) { print >(undone "/links.now") }
  ' pass=0 "$1/running" pass=1 "$1/links.now" pass=2 "$1/links" pass=3 "$1/links.now" && put_links_back "$undone" || return
  set -- $(sort -u "$undone/units")
  [ $# = 0 ] || emit warning "$number" "$(printf 'a package’s script has disabled or masked %s: that is undone' "$*" | base64 | tr -d '\n')"
}

# Starts what ran, as running_services wrote it into FILE: a package's script may have stopped it.
start_what_ran() { # FILE SO   how the packages are, where something does not start
  stopped=
  while read -r unit _; do
    is_active "$unit" || { reread_unit "$unit"; forget_failures "$unit"; attempt move_unit start "$unit"; } || stopped="$stopped $unit"
  done <"$1"
  [ -z "$stopped" ] || fail "$2, and what ran does not start any more:$stopped"
}

if [ -d /run/systemd/system ]; then

# Prints the unit's own name for an alias, which exists only while the unit is enabled.
own_name() { # UNIT
  name=$(unit_name "$1")
  about=$(systemctl show -p Id -p LoadState -- "$name" | sed -n 's/^LoadState=not-found$/-/p; s/^Id=//p')
  case $about in
    '' | -* | *"$newline-") unit_with_alias "$name" || printf '%s\n' "$name" ;;
    *) printf '%s\n' "$about" ;;
  esac
}

# Prints the links that make units start at boot: "LINK<tab>TARGET" a line.
boot_links() { links_in /etc/systemd/system/* /etc/systemd/system/*/* /run/systemd/system/* /run/systemd/system/*/* /etc/rc.d/rc[0-6].d/*; }

reread_links() { attempt systemctl daemon-reload; }

# Prints what differs once a unit's main process has been started anew.
life_of() { systemctl show -p NRestarts -p ExecMainStartTimestampMonotonic -- "$1"; } # UNIT

# Whether a unit that is not active is a oneshot that has succeeded.
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

# systemd does not start a unit that has failed too often until it is told to forget that.
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

# Without systemd a daemon is a descendant of this shell: it must not inherit its umask, nor the signals that it ignores.
call_script() ( umask 022; trap - PIPE HUP INT TERM; attempt service "$init_script" "$1" </dev/null ) # VERB

move_unit() { # start|stop|reload|restart|reload-or-restart UNIT
  script_of "$2"
  case $1 in
    reload-or-restart) { is_active "$2" && call_script reload; } || call_script restart ;;
    *) call_script "$1" ;;
  esac || return
  [ "$1" != stop ] || return 0
  # The init script may end before its daemon has written its PID file.
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ! is_active "$2" || return 0
    sleep 0.25
  done
}

fi
