# The flags for which a host's keepalived gives its VIPs away: one until it is taken down, and one for the time of a run.
# Raising a flag also writes the files that the user's own configuration looks at, and taking it down restores them.
# Needs: drain-files full-folder
drained_flag=/var/lib/haprov/drained
drained_files=/var/lib/haprov/drain-files
run_flag=/var/lib/haprov/drain-for-run

# Before its first release haprov called the folder so; a host that was drained then still has it.
take_over_levers() { [ ! -d /var/lib/haprov/levers ] || [ -d $drained_files ] || mv /var/lib/haprov/levers $drained_files; }

# Does not change a flag that is up. The flag holds the time, and the operator.
raise_flag() { # SECONDS_OF_THE_EPOCH OWNER PATH_CONTENT...
  write_flag "$@" || { not_raised=$?; say_full_folder >&2; return $not_raised; }
}

write_flag() { # SECONDS_OF_THE_EPOCH OWNER PATH_CONTENT...
  mkdir -p "${drained_flag%/*}" && chmod 755 "${drained_flag%/*}" || return
  [ -s $drained_flag ] || { echo "$1 $2" >$drained_flag.new && mv -f $drained_flag.new $drained_flag; } || { rm -f $drained_flag.new; return 1; }
  shift 2
  take_over_levers && write_drain_files $drained_files "$@"
}

take_flag_down() { take_over_levers && restore_drain_files $drained_files && rm -f $drained_flag; }

# The host takes the flag down by itself after SECONDS.
raise_run_flag() { # TAKE_DOWN_SCRIPT SECONDS PATH_CONTENT...
  : >$run_flag || return
  setsid sh -c "sleep $2
$1" </dev/null >/dev/null 2>&1 &
  shift 2
  write_drain_files "${run_flag%/*}/drain-files-for-run" "$@"
}

take_run_flag_down() { restore_drain_files "${run_flag%/*}/drain-files-for-run" && rm -f $run_flag; }
