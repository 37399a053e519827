# The host's init system: systemd, or EL6's init scripts, chosen when the script begins. Both answer in systemd's words, so
# no other file has to know which it is. units.sh has what changes a unit.
# Needs: probe
# Gives: init_script unit_properties state known_names

unit_name() { case $1 in *.*) printf %s "$1" ;; *) printf %s.service "$1" ;; esac; } # UNIT

if [ -d /run/systemd/system ]; then

init_system() { echo systemd; }

has_systemd() { :; }

# Remembers the states of units until the script ends: only for a script that changes nothing.
known_units= known_states=
unit_properties='-p LoadState -p ActiveState -p UnitFileState -p SubState -p Result -p MainPID -p Names -p Environment -p EnvironmentFiles -p ExecStart'
know_units() { # UNIT...
  for each in "$@"; do
    shift
    # systemctl would answer a pattern with any number of units.
    case $each in *[!A-Za-z0-9@._:-]*) continue ;; *.*) ;; *) each=$each.service ;; esac
    set -- "$@" "$each"
  done
  known_states=$(systemctl show $unit_properties -- "$@" 2>/dev/null) || return 0
  known_units=$*
}

# Sets "state" to the remembered state of the unit; fails where there is none.
is_known() { # UNIT
  # A script that changes something remembers nothing, and no variable is touched.
  [ -n "$known_units" ] || return 1
  case $1 in *.*) known_=$1 ;; *) known_=$1.service ;; esac
  case " $known_units " in *" $known_ "*) ;; *) return 1 ;; esac
  rest_=$known_states
  for each_ in $known_units; do
    state=${rest_%%"$between"*}
    rest_=${rest_#*"$between"}
    [ "$each_" != "$known_" ] || return 0
  done
}
# systemctl prints an empty line between two units.
between='

'

probe_service() { # UNIT
  is_known "$1" || state=$(show_unit "$(unit_name "$1")")
  case $state in *LoadState=not-found*) ! real=$(unit_with_alias "$(unit_name "$1")") || state=$(show_unit "$real") ;; esac
  for each_ in LoadState ActiveState SubState UnitFileState; do
    rest_=$newline$state
    case $rest_ in *"$newline$each_="*) rest_=${rest_#*"$newline$each_="} ;; *) continue ;; esac
    echo "$each_=${rest_%%"$newline"*}"
  done
}

# Prints "names NAME…" for each remembered unit that has several, and sets "known_names" to all names.
tell_known_names() {
  known_names= rest_=$newline$known_states
  while :; do
    case $rest_ in *"${newline}Names="*) rest_=${rest_#*"${newline}Names="} ;; *) return 0 ;; esac
    names_=${rest_%%"$newline"*}
    known_names="$known_names $names_"
    case $names_ in *' '*) echo "names $names_" ;; esac
  done
}

show_unit() { systemctl show -p LoadState -p ActiveState -p SubState -p UnitFileState -- "$1"; } # UNIT

# Prints the unit that has this name as an Alias= in its [Install] section, and gets it when it is enabled.
unit_with_alias() { # UNIT
  found=$(
    for folder in /etc/systemd/system /run/systemd/system /usr/lib/systemd/system; do
      grep -sH '^Alias=' "$folder"/*."${1##*.}"
    done | NAME=$1 awk '{
      at = index($0, ":Alias=")
      for (i = split(substr($0, at + 7), names, " "); i > 0; i--) if (names[i] == ENVIRON["NAME"]) { print substr($0, 1, at - 1); exit }
    }'
  )
  [ -n "$found" ] && printf '%s\n' "${found##*/}"
}

# Prints a state a line, in the units' order.
active_states() { # UNIT...
  systemctl show -p ActiveState -- "$@" | sed -n 's/^ActiveState=//p'
}

# As active_states; "pending" in place of "inactive" while the init system has something to do, which may start it yet.
states_yet() { # UNIT...
  found_=$(active_states "$@")
  case $newline$found_$newline in
    *"${newline}inactive$newline"*) [ "$(systemctl show -p NJobs)" = NJobs=0 ] || found_=$(printf '%s\n' "$found_" | sed 's/^inactive$/pending/') ;;
  esac
  printf '%s\n' "$found_"
}

is_active() { # UNIT
  is_known "$1" || { systemctl -q is-active "$1"; return; }
  case $state in *ActiveState=active* | *ActiveState=reloading*) ;; *) return 1 ;; esac
}

enabled_state() { systemctl is-enabled "$1" 2>&1; }

# Prints "UNIT yes" of each service that runs, has its work behind it (a oneshot that remains), or waits for its turn to be started; "UNIT no" where nothing starts it at boot.
# What a timer, a socket, D-Bus or a login starts comes and goes by itself.
running_services() {
  set -- $(
    systemctl list-units --type=service --state=running,exited --no-legend --no-pager --plain --full | awk '{ print $1 }'
    systemctl list-jobs --no-legend | awk '$3 == "start" && $2 ~ /\.service$/ { print $2 }'
  )
  [ $# = 0 ] || systemctl show -p Id -p Type -p RemainAfterExit -p Transient -p TriggeredBy -p BusName -p UnitFileState -p WantedBy -p RequiredBy -- "$@" | awk -v RS= -F '\n' '{
    split("", of)
    for (i = 1; i <= NF; i++) of[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
    wanted = of["WantedBy"] of["RequiredBy"]
    # What belongs to no boot target of its own is started for devices, mounts and logins.
    if (of["Type"] == "oneshot" && (of["RemainAfterExit"] != "yes" || of["UnitFileState"] !~ /^(enabled|disabled)$/)) next
    if (of["Transient"] == "yes" || of["TriggeredBy"] != "" || of["Id"] ~ /^user@/ || (of["BusName"] != "" && wanted == "")) next
    print of["Id"], wanted == "" && of["UnitFileState"] ~ /^(disabled|masked)/ ? "no" : "yes"
  }'
}

# Prints "UNIT skipped" of each oneshot that the host has left out since its boot, because a condition of it is not met.
skipped_services() {
  systemctl show --all -p Id -p Type -p ConditionResult -p ConditionTimestampMonotonic -- '*.service' |
    awk -v RS= '/Type=oneshot/ && /ConditionResult=no/ && !/ConditionTimestampMonotonic=0/ { sub(/.*Id=/, ""); print $1, "skipped" }'
}

# Prints the unit's status and its last log lines.
unit_report() { # UNIT
  systemctl status --no-pager --full --lines=0 -- "$1" 2>&1 | sed -n '1,6p'
  journalctl --no-pager -q -n 15 -o cat -u "$1" 2>/dev/null
}

# Prints how to write the kernel parameters of PATH (edit or write), the name that orders the file at boot, and the file.
sysctl_place() { # PATH
  if [ "$1" = /etc/sysctl.conf ]; then echo "edit 99-sysctl.conf $1"; else echo "write ${1##*/} $1"; fi
}

# Prints all kernel parameters that are set at boot: FILE:KEY = VALUE.
boot_sysctls() {
  grep -sH '^[^#;]*=' /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf
}

else

know_units() { :; }

tell_known_names() { known_names=; }

has_systemd() { return 1; }

init_system() { if have service && have chkconfig; then echo sysv; else echo other; fi; }

# Sets "init_script" to the unit's init script; fails for a unit that is no service.
script_of() { # UNIT
  init_script=${1%.service}
  case $init_script in *.socket | *.timer | *.path | *.target | *.mount | *.automount | *.swap | *.slice) return 1 ;; esac
}

probe_service() { # UNIT
  if ! script_of "$1"; then
    printf 'LoadState=needs-systemd\nActiveState=inactive\nUnitFileState=\n'
  elif [ -f "/etc/init.d/$init_script" ]; then
    printf 'LoadState=loaded\nActiveState=%s\nUnitFileState=%s\n' "$(active_states "$1")" "$(enabled_state "$1")"
  else
    printf 'LoadState=not-found\nActiveState=inactive\nUnitFileState=\n'
  fi
}

# LSB's exit codes of "status": 0 runs; 1 and 2 is dead, and left its PID file or lock.
active_states() { # UNIT...
  for each in "$@"; do
    script_of "$each"
    found=3
    if [ -f "/etc/init.d/$init_script" ]; then
      service "$init_script" status >/dev/null 2>&1 </dev/null
      found=$?
    fi
    case $found in 0) echo active ;; 1 | 2) echo failed ;; *) echo inactive ;; esac
  done
}

# While the host starts, what its rc has not come to yet may have left a PID file.
states_yet() { # UNIT...
  active_states "$@" | if ps -C rc >/dev/null 2>&1; then sed 's/^inactive$/pending/; s/^failed$/pending/'; else cat; fi
}

is_active() { [ "$(active_states "$1")" = active ]; }

# Prints whether the service is enabled in the runlevel that the host boots into.
enabled_state() { # UNIT
  script_of "$1"
  level=$(sed -n 's/^id:\([0-9]\):initdefault:.*/\1/p' /etc/inittab 2>/dev/null)
  about=$(chkconfig --list "$init_script" 2>&1)
  case $about in
    *"${level:-3}:on"*) echo enabled ;;
    *[0-6]:off* | *'not referenced in any runlevel'*) echo disabled ;;
    *) echo no-chkconfig ;;
  esac
}

# The init scripts keep a lock for what they have started.
running_services() {
  for each_lock in /var/lock/subsys/*; do
    script=${each_lock##*/}
    [ -f "/etc/init.d/$script" ] && is_active "$script.service" || continue
    if [ "$(enabled_state "$script.service")" = disabled ]; then echo "$script.service no"; else echo "$script.service yes"; fi
  done
}

skipped_services() { :; }

unit_report() { # UNIT
  script_of "$1"
  service "$init_script" status 2>&1 </dev/null | sed -n '1,6p'
  tail -n 500 /var/log/messages 2>/dev/null | grep -F -- "$init_script" | tail -n 15
}

# Every EL6 reads sysctl.conf; only the initscripts of 6.2 and later read sysctl.d too, after it.
sysctl_place() { echo 'edit - /etc/sysctl.conf'; }

boot_sysctls() {
  for file in /etc/sysctl.d/*; do
    [ "$file" -ef /etc/sysctl.conf ] || grep -sH '^[^#;]*=' "$file"
  done
}

fi
