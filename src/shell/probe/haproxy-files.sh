# The command lines of units, and the only place that knows which files HAProxy reads: those on its unit's command line.
# Needs: probe init
# Given: home
# Gives: keepalived_main keepalived_id keepalived_version known_haproxy_files known_unit_files haproxy_call

# The words that call those who read a configuration: the host's programs, or new ones beside them.
haproxy_call=haproxy keepalived_call=keepalived

haproxy_unit_files() {
  if [ -n "$known_unit_files" ]; then printf '%s\n' "$known_unit_files"; else unit_words haproxy -f; fi
}

# For awk: reads what systemctl says of a unit, and keeps its variables; those of its environment files come last, and win.
reads_environment='
  function keep(row,   name) {
    sub(/^[ \t]+/, "", row)
    if (!match(row, /^[A-Za-z_][A-Za-z0-9_]*=/)) return
    name = substr(row, 1, RLENGTH - 1)
    row = substr(row, RLENGTH + 1)
    sub(/^["\047]/, "", row)
    sub(/["\047].*/, "", row)
    value[name] = row
  }
  function read_files(   i, row) { for (i = 1; i <= many; i++) while ((getline row < file[i]) > 0) keep(row) }
  sub(/^Environment=/, "") {
    while (match($0, /"[^"]*"|[^ ]+/)) {
      word = substr($0, RSTART, RLENGTH)
      $0 = substr($0, RSTART + RLENGTH)
      gsub(/"/, "", word)
      keep(word)
    }
    next
  }
  # In EL7 systemctl leaves out the "s" of EnvironmentFiles.
  sub(/^EnvironmentFiles?=/, "") && sub(/ \(ignore_errors=.*/, "") { file[++many] = $0 }
'

# Prints the variables of a unit as NAME=VALUE rows.
unit_environment() { # UNIT
  show_command "$1" | awk "$reads_environment"'END { read_files(); for (name in value) print name "=" value[name] }'
}

# Prints what systemctl says of a unit's command line and environment. EL6's init scripts: HAProxy's reads only this file, the
# other adds the options of its sysconfig file.
show_command() { # UNIT
  if ! has_systemd; then
    case $1 in haproxy) set -- "$1" '-f /etc/haproxy/haproxy.cfg' ;; *) set -- "$1" '$KEEPALIVED_OPTIONS' ;; esac
    printf 'EnvironmentFile=/etc/sysconfig/%s (ignore_errors=yes)\nargv[]=%s ;\n' "$1" "$2"
  elif is_known "$1"; then printf '%s\n' "$state"
  else systemctl show -p Environment -p EnvironmentFiles -p ExecStart "$1.service" 2>/dev/null
  fi
}

# Prints the words of a unit's command line, with the variables of its environment replaced; with an OPTION, only what
# stands behind it. The variables may be secret: they are in no environment of a process, which can be looked at.
unit_words() { # UNIT [OPTION]
  show_command "$1" | awk -v option="${2-}" "$reads_environment"'
    function tell(word) {
      if (option == "" || before == option) print word
      before = word
    }
    { while (at = index($0, "argv[]=")) { $0 = substr($0, at + 7); line[++lines] = substr($0, 1, index($0 ";", ";") - 1) } }
    END {
      read_files()
      for (n = 1; n <= lines; n++) {
        words = split(line[n], list, " ")
        for (i = 1; i <= words; i++) {
          word = list[i]
          # Only what stands alone and without braces may be several words.
          if (word ~ /^\$[A-Za-z_][A-Za-z0-9_]*$/) {
            parts = split(value[substr(word, 2)], part, " ")
            for (j = 1; j <= parts; j++) tell(part[j])
            continue
          }
          for (turns = 0; turns < 20 && match(word, /\$[{][A-Za-z_][A-Za-z0-9_]*[}]/); turns++)
            word = substr(word, 1, RSTART - 1) value[substr(word, RSTART + 2, RLENGTH - 3)] substr(word, RSTART + RLENGTH)
          if (word != "") tell(word)
        }
      }
    }'
}

# Sets keepalived's first file, and the name for its "@NAME" lines, from its unit's command line; once in a script.
keepalived_main=
know_keepalived() {
  [ -z "$keepalived_main" ] || return 0
  keepalived_main=/etc/keepalived/keepalived.conf keepalived_id=
  before= words=$(unit_words keepalived)
  for word in $words; do
    case $before in
      -f | --use-file) keepalived_main=$word ;;
      -i | --config-id) keepalived_id=$word ;;
    esac
    case $word in
      --use-file=*) keepalived_main=${word#*=} ;;
      --config-id=*) keepalived_id=${word#*=} ;;
      -f/*) keepalived_main=${word#-f} ;;
    esac
    before=$word
  done
}

# keepalived before 2.0.4 has no "-t", and exits with 0 all the same.
can_check_keepalived() {
  if is_known_package keepalived; then
    keepalived_version=${version%%-*}
  else
    keepalived_version=$($keepalived_call --version 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
  fi
  case $keepalived_version in '' | 0.* | 1.* | 2.0.[0-3]) return 1 ;; esac
}

# Has keepalived check a configuration. Its exit codes: 4 it would not run, 5 it runs in spite of errors, 6 it runs scripts
# without script security, whatever else it says. With an instance without an id it says 5, and does not run: that is a 4 here.
# 2.2.7 sends itself a TERM where a script has a user (mended in 2.2.8), and
# "timeout" would have it die of that.
test_keepalived() { # FILE [WORD...]   words before the command
  tested=$1
  shift
  set -- "$@" timeout -s KILL 20 sh -c 'trap "" TERM; exec "$@"' sh $keepalived_call -t -f "$tested"
  [ -z "$keepalived_id" ] || set -- "$@" -i "$keepalived_id"
  complaint=$("$@" 2>&1)
  set -- $? "$complaint"
  [ -z "$2" ] || printf '%s\n' "$2"
  case $1$2 in [56]*' virtual router id must be set'*) return 4 ;; esac
  return "$1"
}

# Prints the files in HAProxy's order: those on the disk or, with a FUNCTION that prints what is staged for a path, those
# that will be there after the run.
haproxy_files() { # [FUNCTION]
  if [ $# = 0 ] && [ -n "$known_haproxy_files" ]; then printf '%s\n' "$known_haproxy_files"; return; fi
  haproxy_unit_files | while IFS= read -r file; do
    file=${file%/}
    if [ ! -d "$file" ]; then tell_haproxy_file "$file" "$@"
    elif [ $# = 0 ]; then for each in "$file"/*.cfg; do tell_haproxy_file "$each"; done
    else
      { printf '%s\n' "$file"/*.cfg; cat "$home"/steps/*/staged 2>/dev/null; } | grep "^$file/[^/.][^/]*\.cfg$" | sort -u |
        while IFS= read -r each; do tell_haproxy_file "$each" "$@"; done
    fi
  done
}

tell_haproxy_file() { # FILE [FUNCTION]
  if [ $# = 1 ] || ! stands=$("$2" "$1"); then stands=$1; fi
  [ ! -e "$stands" ] || printf '%s\n' "$1"
}

# Remembers them until the script ends: only for a script that changes nothing.
known_haproxy_files= known_unit_files=
know_haproxy_files() { known_unit_files=$(haproxy_unit_files) known_haproxy_files=$(haproxy_files); }

check_haproxy_files() {
  set --
  for file in $(haproxy_files); do set -- "$@" -f "$file"; done
  timeout 10 haproxy -c "$@"
}
