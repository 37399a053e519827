# What a host has logged, the oldest first: journald's own, or what syslog wrote where there is no journald.
# Needs: probe

has_journal() { [ -d /run/systemd/journal ] && have journalctl; }

# Says its clock at once, and then whenever it is asked, so that the laptop knows how long the answer took.
tell_clock() {
  date '+%s.%N'
  while read -r _; do date '+%s.%N'; done
}

# Prints "journal", "unit NAME LOAD_STATE"…, and entries as JSON; or "messages INODE SIZE ZONE YEAR" and the end of syslog's file.
tell_logged() { # LINES SINCE UNIT...
  lines=$1 since=$2
  shift 2
  if ! has_journal; then tell_messages; return; fi
  echo journal
  asked=$#
  for unit in "$@"; do
    shift
    state=$(state_in_journal "$unit")
    echo "unit $unit $state"
    # journalctl fails for all, where one pattern matches nothing.
    [ "$state" = none ] || set -- "$@" -u "$unit"
  done
  [ $# != 0 ] || [ $asked = 0 ] || return 0
  # Told both, systemd 252 gives the first ones since then. The laptop leaves out what is before.
  [ -z "$lines" ] || since=
  journalctl -o json --all --no-pager -q ${lines:+-n "$lines"} ${since:+--since "@$since"} "$@"
}

# Prints the unit's state; of a pattern, "none" where it matches nothing that the journal knows.
state_in_journal() { # UNIT
  case $1 in
    *[*?[]*) if journalctl -q --no-pager -n 0 -u "$1" >/dev/null 2>&1; then echo loaded; else echo none; fi ;;
    *) systemctl show -p LoadState -- "$1" | sed 's/^LoadState=//' ;;
  esac
}

messages_file=/var/log/messages
tell_messages() {
  [ -r $messages_file ] || { echo nothing; return; }
  size=$(wc -c <$messages_file)
  tell_place "$(inode_of $messages_file)" "$size"
  head -c "$size" $messages_file | tail -n 20000
}

inode_of() { stat -L -c %i -- "$1" 2>/dev/null; } # FILE
tell_place() { echo "messages $1 $2 $(date '+%z %Y')"; } # INODE BYTES

# From a byte of a file on, and from the beginning of each file that comes after it: whole lines, and behind them where it goes on,
# as tell_messages says it. A file that was moved away has been read to its end once there is something in the next one.
follow_messages() { # INODE BYTES
  file=$messages_file from=$2
  for each in $messages_file[-.]*; do [ "$(inode_of "$each")" != "$1" ] || file=$each; done
  [ "$(inode_of "$file")" = "$1" ] || from=0
  open=/proc/$$/fd/4
  while exec 4<"$file" && at=$(inode_of $open); do
    next=$at
    while [ "$next" = "$at" ]; do
      [ ! -s $messages_file ] || next=$(inode_of $messages_file)
      tell_lines
      [ "$next" != "$at" ] || sleep 1
    done
    file=$messages_file from=0
  done
}

# The whole lines of the open file from a byte on; all where it was emptied.
tell_lines() {
  size=$(wc -c <$open)
  [ "$size" -ge "$from" ] || from=0
  [ "$size" -gt "$from" ] || return 0
  # A line that is being written waits.
  [ -z "$(part_of_file | tail -c 1)" ] || size=$((size - $(part_of_file | tail -n 1 | wc -c)))
  part_of_file
  from=$size
  tell_place "$at" "$from"
}

part_of_file() { tail -c "+$((from + 1))" $open | head -c $((size - from)); }

follow_journal() { # WORD...
  exec journalctl -f --no-tail -o json --all --no-pager -q "$@"
}
