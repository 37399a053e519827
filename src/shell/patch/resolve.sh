# What the host's own resolver would do to its packages. Changes none of them; it may load the repositories' lists.
# Needs: probe boot-owed needs haproxy-files keepalived-reads twice full-folder

# Calls the host's dnf or yum. One that another program keeps busy says so, and is not waited for.
resolver() { "$(resolver_name)" --setopt=exit_on_lock=1 "$@" </dev/null; } # WORD...

resolver_name() { if have dnf; then echo dnf; else echo yum; fi; }

# The words of "update" for a wish.
wished() { # all|security NAME...
  [ "$1" = all ] || printf '%s\n' --security
  shift
  for name in "$@"; do printf '%s\n' "$name"; done
}

# Reads the table of dnf or yum: "KIND NAME ARCH VERSION REPOSITORY" a row; a row that was too long for a line goes on in
# the next.
read_table() { # <OUTPUT
  awk '
    function tell(   words, word) {
      words = split(row, word, " ")
      sub(/^0:/, "", word[3])
      if (words >= 4 && kind != "") print kind, word[1], word[2], word[3], word[4]
      row = ""
    }
    /^ *Package +Arch/ { in_table = 1; next }
    !in_table || /^=+$/ { next }
    /^Transaction Summary/ { tell(); exit }
    /^ +replacing / {
      # An update says so of the version before (dnf5), and an install of what it is instead of.
      words = split(row, word, " ")
      if ($2 !~ /\.[^.]*$/ || NF > 3) { old = $2; arch = $3; version = $4 } else { old = arch = $2; sub(/\.[^.]*$/, "", old); sub(/.*\./, "", arch); version = $3 }
      sub(/^0:/, "", version)
      replaced = old == word[1] ? "" : "remove " old " " arch " " version " -"
      tell()
      if (replaced != "") print replaced
      next
    }
    /^\(/ { next }
    /^[^ ].*:$/ {
      tell()
      kind = $1 == "Installing" || $1 == "Installing:" ? "install" : $1 ~ /^(Upgrading|Updating)/ ? "update" : $1 ~ /^Removing/ ? "remove" : $1 ~ /^Downgrading/ ? "downgrade" : $1 ~ /^(Skipping|Skipped)/ ? "skip" : ""
      next
    }
    /^ [^ ]/ { tell(); row = $0; next }
    /^  +[^ ]/ { row = row " " $0 }
    END { tell() }'
}

# Prints "VERSION" of each installed package of that name, an epoch only where it is not 0.
versions_of() { # NAME.ARCH
  rpm -q --qf '%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n' "$1" 2>/dev/null | sed -n 's/^0://; /^[^ ]*$/p'
}

# Prints what the resolver says ("said LINE"), and what it means:
# "row KIND NAME ARCH VERSION REPOSITORY", "is NAME ARCH VERSION", "old NAME.ARCH VERSION" of what a repository still has,
# "unit UNIT FILE" of what runs from a package that changes, "newer NAME" of each that only a boot has all of the host use, and "owed …"
# as tell_needs of what was updated long before.
tell_updates() { # all|security NAME...
  if locker=$(rpm_locker); then echo "locked $locker"; return; fi
  full=$(full_folder 10240)
  [ -z "$full" ] || { echo "full $full"; return; }
  left=$(tell_left_twice)
  [ -z "$left" ] || { printf '%s\n' "$left"; return; }
  set -- $(wished "$@")
  # What is new is new since lists were loaded; they may be two days old, and of another age on each host of a pair.
  # EL6's yum has no such options; nobody is there to say yes.
  if have dnf; then set -- "$@" --refresh --assumeno; else resolver clean expire-cache >/dev/null 2>&1 || :; fi
  # A configuration may say yes to every question: the test changes nothing even then.
  told=$(resolver --setopt=assumeyes=0 --setopt=tsflags=test update "$@" 2>&1)
  echo "code $?"
  printf '%s\n' "$told" | sed 's/^/said /'
  tell_needs | sed 's/^/owed /'
  rows=$(printf '%s\n' "$told" | read_table)
  [ -n "$rows" ] || return 0
  printf '%s\n' "$rows" | sed 's/^/row /'
  list_boot_packages
  printf '%s\n' "$rows" | awk -v names=" $boot_packages " '$1 != "skip" && $1 != "remove" && index(names, " " $2 " ") { print "newer", $2 }'
  set -- $(printf '%s\n' "$rows" | awk '$1 != "skip" && !seen[$2]++ { print $2 }')
  [ $# -gt 0 ] || return 0
  rpm -q --qf 'is %{NAME} %{ARCH} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n' "$@" 2>/dev/null | sed -n 's/ 0:\([^ ]*\)$/ \1/; /^is /p'
  tell_offered "$@" | sed 's/^/old /'
  tell_runs_from "$@"
  tell_traits
}

# Prints "NAME.ARCH VERSION" of each version that a repository has, by the lists that the resolver has loaded last.
tell_offered() { # NAME...
  resolver -q -C --showduplicates list "$@" 2>/dev/null | awk '
    /^Available / { available = 1; next }
    !available { next }
    /^[^ ]/ { row = "" }
    { row = row " " $0; words = split(row, word, " "); if (words >= 3) { sub(/^0:/, "", word[2]); print word[1], word[2]; row = "" } }'
}

# Prints "has TRAIT" for what matters of a configuration where two versions of its program work for one pair.
tell_traits() {
  ! has_line '^[[:space:]]*peers[[:space:]]' $(haproxy_files) || echo 'has peers'
  set -- $(keepalived_files)
  has_line '^[[:space:]]*(vrrp_)?version[[:space:]]+3' "$@" && has_line '^[[:space:]]*unicast_peer' "$@" || return 0
  if has_line '^[[:space:]]*old_unicast_checksum[[:space:]]+never' "$@"; then echo 'has vrrp3-unicast-never'; else echo 'has vrrp3-unicast'; fi
}

has_line() ( # PATTERN FILE...
  pattern=$1
  shift
  [ $# -gt 0 ] && grep -qsE -e "$pattern" "$@"
)

# Prints who holds the lock of rpm's database; fails where nobody does.
rpm_locker() {
  lock_file=$(rpm --eval '%{_dbpath}' 2>/dev/null)/.rpm.lock
  inode=$(stat -c %i "$lock_file" 2>/dev/null) || return
  locker=$(awk -v inode=":$inode" '$2 != "->" && $4 == "WRITE" && substr($6, length($6) - length(inode) + 1) == inode { print $5; exit }' /proc/locks 2>/dev/null)
  [ -n "$locker" ] || return
  echo "$locker $(cat "/proc/$locker/cmdline" 2>/dev/null | tr '\0' ' ')"
}
