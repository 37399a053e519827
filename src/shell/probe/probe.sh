# What haprov reads on a host. Nothing here changes anything.
# POSIX sh and what a minimal EL host has: coreutils, awk, rpm, iproute, procps, systemd or init scripts.
# Gives: newline known_packages version whose_ left_
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
export LC_ALL PATH
umask 077

have() { command -v "$1" >/dev/null 2>&1; } # PROGRAM

fail() { echo "$*" >&2; return 1; } # WORD...

quietly() { note_command "$1"; ( eval "$1" ) >/dev/null 2>&1 </dev/null; } # SCRIPT

# A transaction redefines this, to name the command in its report.
note_command() { :; } # TEXT

hash_of() { set -- "$(sha256sum <"$1")" && printf '%s' "${1%% *}"; }

newline='
'

# The edit of a "line" resource: all lines that match MATCH or equal LINE become one LINE, at the place of the first.
edit_line() { # PATH|- LINE MATCH
  # EL6's awk reads "{2}" as plain text without this option.
  options=
  case $3 in *'{'*) [ -n "$(echo aa | awk '/^a{2}$/')" ] || options=--re-interval ;; esac
  [ "$1" = - ] || [ -r "$1" ] || return
  # Both come in, because a line may be secret, and the environment of a process can be looked at.
  { printf '%s\n%s\n' "$2" "$3"; cat -- "$1"; } | awk $options '
    NR == 1 { line = $0; next }
    NR == 2 { match_ = $0 ""; next }
    ($0 "") == (line "") || (match_ != "" && $0 ~ match_) { if (!done) print line; done = 1; next }
    { print }
    END { if (!done) print line }
  '
}

# Whether the edit of a "line" resource would leave a file of SIZE bytes as it is: one line matches, and that is LINE.
has_line_only() { # PATH LINE MATCH SIZE
  case $3 in *'{'*) return 1 ;; esac
  printf '%s\n%s\n' "$2" "$3" | awk -v size="$4" '
    NR == 1 { line = $0; next }
    NR == 2 { match_ = $0 ""; next }
    { length_ += length($0) + 1 }
    ($0 "") == (line "") { same++; next }
    match_ != "" && $0 ~ match_ { other++ }
    END { exit !(same == 1 && !other && length_ == size) }
  ' - "$1" 2>/dev/null
}

# Calls a function with each "INTERFACE ADDRESS/PREFIX" of the host.
each_address() { # FUNCTION
  last_= name_=
  for word_ in ${known_addresses-$(ip -o addr show 2>/dev/null)}; do
    case $last_ in inet | inet6) "$1" "${name_%@*}" "$word_" ;; esac
    case $word_ in inet | inet6) name_=$last_ ;; esac
    last_=$word_
  done
  return 0
}

know_addresses() { known_addresses=$(ip -o addr show 2>/dev/null); }

# Prints the interface that has the address now.
interface_with() { # ADDRESS
  ip -o addr show to "$1" 2>/dev/null | awk '{ sub(/@.*/, "", $2); print $2; exit }'
}

# Remembers what rpm said: lines of "NAME VERSION-RELEASE INSTALLED", between newlines; the last in seconds since 1970.
known_packages=$newline
know_packages() { # NAME...
  known_packages=$newline$(rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}\n' "$@" 2>/dev/null)$newline
}

# Sets "version", where it is remembered and there is only one; fails otherwise.
is_known_package() { # NAME
  case $known_packages in *"$newline$1 "*"$newline$1 "*) return 1 ;; *"$newline$1 "*) ;; *) return 1 ;; esac
  version=${known_packages#*"$newline$1 "}
  version=${version%%"$newline"*}
  version=${version%% *}
}

are_known_packages() { # NAME...
  for name in "$@"; do is_known_package "$name" || return; done
}

probe_packages() { # NAME...
  are_known_packages "$@" || know_packages "$@"
  for name in "$@"; do
    if is_known_package "$name"; then
      printf '%s\t%s\n' "$name" "$version"
    elif version=$(rpm -q --qf '%{VERSION}-%{RELEASE} ' "$name" 2>/dev/null); then
      printf '%s\t%s\n' "$name" "${version% }"
    elif version=$(rpm -q --whatprovides --qf '%{NAME}-%{VERSION}-%{RELEASE} ' "$name" 2>/dev/null); then
      # Another package provides this one, so yum would install nothing.
      printf '%s\t%s\n' "$name" "${version% }"
    else
      printf '%s\t-\n' "$name"
    fi
  done
}

# A run is alive while its watcher or one of its verbs holds its lock.
is_alive() { # HOME
  [ -f "$1/guard" ] && [ -f "$1/alive" ] || return 1
  ! ( flock -n 8 && flock -n 9 ) 8<"$1/alive" 9<"$1/guard"
}

# Whether not even root can write to it. Of a bind mount no file system tells that.
is_read_only() { [ -d "$1" ] && [ ! -w "$1" ] && [ "${EUID:-$(id -u)}" = 0 ]; } # FOLDER

# Prints "RUN SECONDS_SINCE_1970 OWNER" of the roll over several hosts that is at work and keeps others from this one. Its mark,
# "SECONDS_SINCE_BOOT LEASE" and the same words, is a symbolic link, which the laptop that drives the roll renews.
roll_at_work() {
  [ -L /var/lib/haprov/rolling ] && mark_=$(readlink /var/lib/haprov/rolling) || return
  whose_=${mark_#* }
  lease_=${whose_%% *}
  case ${mark_%% *}$lease_ in *[!0-9]*) return 1 ;; esac
  read -r up_ _ </proc/uptime
  left_=$((${mark_%% *} + lease_ - ${up_%%.*}))
  [ $left_ -gt 0 ] && [ $left_ -le "$lease_" ] && echo "${whose_#* }"
}
