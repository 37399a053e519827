# Ends a run that no process drives any more, by its own program. Where that is damaged, restores the files from the run's
# records.
# Needs: probe put-back
# Gives: state_file

# Prints the files of the run's boot hook (before each had its name, all were haprov-recover).
boot_hooks_of() { grep -lsF "$1/transaction" /etc/systemd/system/haprov-recover*.service /etc/init.d/haprov-recover*; } # HOME

unhook_boot() { # HOME
  for hook in $(boot_hooks_of "$1"); do
    rm -f "/etc/systemd/system/multi-user.target.wants/${hook##*/}" /etc/rc[2-5].d/"S11${hook##*/}" "$hook"
  done
  return 0
}

# What HAProxy reads of its servers' states while this host reloads it (server-states.sh), in a folder that it may read under
# SELinux. Between two reloads the file says nothing, so no start reads what has been.
state_file=/var/lib/haproxy/haprov-servers

# Whether only root can change its folder: elsewhere another could make root write through a link.
is_roots_folder() {
  owner=$(stat -c %u:%A -- "${state_file%/*}" 2>/dev/null)
  case $owner in "$(id -u)":d????-??-?*) return 0 ;; esac
  return 1
}

write_states() { { echo 1; [ -z "$1" ] || printf '%s\n' "$1"; } >$state_file.new && mv -f $state_file.new $state_file; } # ROWS

forget_states() {
  if [ -e $state_file ] && is_roots_folder; then write_states '' 2>/dev/null || rm -f $state_file $state_file.new; fi
}

# Gives back what an ended run had of the host: the lock, where it is its own, and the boot hook.
drop_lock() { # HOME
  holder=$(readlink /var/lib/haprov/lock) || holder=
  [ "${holder%% *}" != "${1##*/}" ] || { forget_states; rm -f /var/lib/haprov/lock; }
  unhook_boot "$1"
}

# Prints the format of a run's folder: 1 where it does not say, "-" where that is damaged.
format_of() { # HOME
  [ -e "$1/format" ] || { echo 1; return; }
  { read -r format_ <"$1/format"; } 2>/dev/null
  case $format_ in '' | *[!0-9]*) echo - ;; *) echo "$format_" ;; esac
}

# Whether a program has its last line: one that was cut off would do nothing and end with exit code 0.
is_whole() { [ "$(tail -n 1 "$1" 2>/dev/null | tr -d '\000')" = 'main "$1"' ]; } # FILE

# Whether a run in this state changes nothing any more.
has_ended() { case $1 in finished | restored | broken) ;; *) return 1 ;; esac; } # STATE

# How a run ended, where its state does not say it.
outcome() { echo "$1"; } # alive|gone|unknown

# Ends the run and prints its state; "alive" where a process drives it, "gone" where its folder is gone, "unknown" where
# only a newer haprov can end it.
recover_run() { # RUN
  case $1 in '' | . | .. | *[!A-Za-z0-9._-]*) outcome gone; return ;; esac
  recovered=/var/lib/haprov/runs/$1
  [ -d "$recovered" ] || { outcome gone; return; }
  wait_for_boot "$recovered"
  if is_alive "$recovered"; then outcome alive; return; fi
  if is_whole "$recovered/transaction"; then
    ( trap - PIPE HUP INT TERM; setsid sh "$recovered/transaction" recover ) </dev/null >>"$recovered/log" 2>&1 3>&- 8>&- 9>&-
  else
    its_format=$(format_of "$recovered")
    case $its_format in
      1 | 2 | -) ( salvage "$recovered" ) </dev/null >>"$recovered/log" 2>&1 ;;
      *) outcome unknown; return ;;
    esac
  fi
  readlink "$recovered/state" || outcome gone
}

# Prints the run's state, and "alive" where a process drives it; ends one that no process drives, and prints "recovered".
settle_run_of() { # RUN
  recovered=/var/lib/haprov/runs/$1
  found=$(readlink "$recovered/state" 2>/dev/null) || found=
  if has_ended "$found"; then echo "$found"; return; fi
  case $found in
    '') if [ ! -d "$recovered" ] || ! is_alive "$recovered"; then echo "$(recover_run "$1") recovered"; else echo "- alive"; fi ;;
    *) if is_alive "$recovered"; then echo "$found alive"; else echo "$(recover_run "$1") recovered"; fi ;;
  esac
}

# A host that is booting ends the run by its boot hook; this waits for that, 30 seconds at most.
wait_for_boot() { # HOME
  for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    [ "$(boot_hooks_of "$1")" ] && systemctl list-jobs --no-legend 2>/dev/null | grep -q haprov-recover || return 0
    sleep 1
  done
}

salvage() { # HOME
  home=$1 run=${1##*/} verdict=restored commit_steps=
  was=$(readlink "$home/state")
  if has_ended "$was"; then return 0; fi
  [ "$was" != confirmed ] || verdict=finished
  for step in "$home"/steps/*; do
    number=${step##*/}
    if [ -f "$step/spot" ]; then
      commit_steps="$commit_steps $number"
      [ $verdict = finished ] || restore_file "$(head -n 1 "$step/spot")" || verdict=broken
    elif [ -e "$step/begun" ] && [ $verdict != finished ]; then
      echo "the program of this run is damaged, and its step $number cannot be undone without it"
      verdict=broken
    fi
  done
  [ $verdict != finished ] || leave_all_names
  drop_lock "$home"
  ln -sfn $verdict "$home/state.new" && mv -fT "$home/state.new" "$home/state"
}
