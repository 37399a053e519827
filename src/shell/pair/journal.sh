# What a host has logged, the oldest first: journald's own, or what syslog wrote where there is no journald.
# Needs: probe

has_journal() { [ -d /run/systemd/journal ] && have journalctl; }

# Says its clock at once, and then whenever it is asked, so that whoever asks knows how long the answer took.
tell_clock() {
  date '+%s.%N'
  while read -r _; do date '+%s.%N'; done
}

# Prints "journal", "unit NAME LOAD_STATE"…, and entries as JSON; or "messages SIZE ZONE YEAR" and the end of syslog's file.
tell_logged() { # LINES SINCE UNIT...
  lines=$1 since=$2
  shift 2
  if ! has_journal; then tell_messages; return; fi
  echo journal
  for unit in "$@"; do
    shift
    echo "unit $unit $(systemctl show -p LoadState -- "$unit" | sed 's/^LoadState=//')"
    set -- "$@" -u "$unit"
  done
  # Told both, systemd 252 gives the first ones since then. Whoever asks leaves out what is before.
  [ -z "$lines" ] || since=
  journalctl -o json --all --no-pager -q ${lines:+-n "$lines"} ${since:+--since "@$since"} "$@"
}

messages_file=/var/log/messages
tell_messages() {
  [ -r $messages_file ] || { echo nothing; return; }
  size=$(wc -c <$messages_file)
  echo "messages $size $(date '+%z %Y')"
  head -c "$size" $messages_file | tail -n 20000
}

# From a byte on; from the beginning where the file is another one meanwhile.
follow_messages() { # BYTES
  from=$1
  [ "$(wc -c <$messages_file)" -ge "$from" ] || from=0
  exec tail -c "+$((from + 1))" -F $messages_file 2>/dev/null
}

follow_journal() { # WORD...
  exec journalctl -f --no-tail -o json --all --no-pager -q "$@"
}
