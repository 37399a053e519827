# The flags for which a host's keepalived gives its VIPs away: one until it is taken down, and one for the time of a run.
drained_flag=/var/lib/haprov/drained
run_flag=/var/lib/haprov/drain-for-run

# Does not change a flag that is up. The flag holds the time, and the operator.
raise_flag() { # SECONDS_OF_THE_EPOCH OWNER
  mkdir -p "${drained_flag%/*}" && chmod 755 "${drained_flag%/*}" || return
  [ -s $drained_flag ] || { echo "$1 $2" >$drained_flag.new && mv -f $drained_flag.new $drained_flag; }
}

take_flag_down() { rm -f $drained_flag; }

# The host takes the flag down by itself after SECONDS.
raise_run_flag() { # SECONDS
  : >$run_flag || return
  setsid sh -c "sleep $1; rm -f $run_flag" </dev/null >/dev/null 2>&1 &
}

take_run_flag_down() { rm -f $run_flag; }
