# The command lines of units, and the only place that knows which files HAProxy reads: those on its unit's command line.
# Needs: probe init
# Given: home
# Gives: keepalived_main keepalived_id keepalived_version known_haproxy_files known_unit_files

haproxy_unit_files() {
  if [ -n "$known_unit_files" ]; then printf '%s\n' "$known_unit_files"; return; fi
  flag=
  unit_words haproxy | while IFS= read -r word; do
    [ "$flag" != -f ] || printf '%s\n' "$word"
    flag=$word
  done
}

# Prints the variables of a unit as NAME=VALUE rows; those of its environment files come last, and win.
unit_environment() { # UNIT [WHAT_SYSTEMCTL_SAYS_OF_IT]
  if has_systemd; then
    says=${2-$(show_command "$1")}
  else
    says="EnvironmentFile=/etc/sysconfig/$1 (ignore_errors=yes)"
  fi
  # EL7's systemctl leaves out the "s" of EnvironmentFiles.
  printf '%s\n' "$says" | awk '
    function tell(row,   name) {
      sub(/^[ \t]+/, "", row)
      if (!match(row, /^[A-Za-z_][A-Za-z0-9_]*=/)) return
      name = substr(row, 1, RLENGTH)
      row = substr(row, RLENGTH + 1)
      sub(/^["\047]/, "", row)
      sub(/["\047].*/, "", row)
      print name row
    }
    sub(/^Environment=/, "") {
      while (match($0, /"[^"]*"|[^ ]+/)) {
        word = substr($0, RSTART, RLENGTH)
        $0 = substr($0, RSTART + RLENGTH)
        gsub(/"/, "", word)
        tell(word)
      }
      next
    }
    sub(/^EnvironmentFiles?=/, "") && sub(/ \(ignore_errors=.*/, "") { file[++many] = $0 }
    END { for (i = 1; i <= many; i++) while ((getline row < file[i]) > 0) tell(row) }'
}

show_command() { # UNIT
  if is_known "$1"; then printf '%s\n' "$state"; else systemctl show -p Environment -p EnvironmentFiles -p ExecStart "$1.service" 2>/dev/null; fi
}

# Prints the words of a unit's command line, with the variables of its environment replaced.
unit_words() { # UNIT
  if has_systemd; then
    unit_says=$(show_command "$1")
    command_line= rest_=$unit_says
    while :; do
      case $rest_ in *'argv[]='*) rest_=${rest_#*'argv[]='} ;; *) break ;; esac
      command_line=$command_line${command_line:+$newline}${rest_%%;*}
    done
  else
    # EL6's init scripts: HAProxy's reads only this file, the other adds the options of its sysconfig file.
    unit_says=
    case $1 in haproxy) command_line='-f /etc/haproxy/haproxy.cfg' ;; *) command_line='$KEEPALIVED_OPTIONS' ;; esac
  fi
  case $command_line in *'$'*) variables=$(unit_environment "$1" "$unit_says") ;; *) variables= ;; esac
  # All comes in, up to an empty row the variables: they may be secret, and the environment of a process can be looked at.
  printf '%s\n\n%s\n' "$variables" "$command_line" | awk '
    !isRead {
      if ($0 == "" && NR > 1) isRead = 1
      if ((at = index($0, "=")) > 1) value[substr($0, 1, at - 1)] = substr($0, at + 1)
      next
    }
    {
      for (i = 1; i <= NF; i++) {
        word = $i
        # Only what stands alone and without braces may be several words.
        if (word ~ /^\$[A-Za-z_][A-Za-z0-9_]*$/) {
          parts = split(value[substr(word, 2)], part, " ")
          for (j = 1; j <= parts; j++) print part[j]
          continue
        }
        for (turns = 0; turns < 20 && match(word, /\$[{][A-Za-z_][A-Za-z0-9_]*[}]/); turns++)
          word = substr(word, 1, RSTART - 1) value[substr(word, RSTART + 2, RLENGTH - 3)] substr(word, RSTART + RLENGTH)
        if (word != "") print word
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
    keepalived_version=$(keepalived --version 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
  fi
  case $keepalived_version in '' | 0.* | 1.* | 2.0.[0-3]) return 1 ;; esac
}

# Has keepalived check a configuration. Its exit codes: 4 it would not run, 5 it runs in spite of errors, 6 it runs scripts
# without script security, whatever else it says. 2.2.7 sends itself a TERM where a script has a user (mended in 2.2.8), and
# "timeout" would have it die of that.
test_keepalived() { # FILE [WORD...]   words before the command
  tested=$1
  shift
  set -- "$@" timeout -s KILL 20 sh -c 'trap "" TERM; exec keepalived "$@"' sh -t -f "$tested"
  [ -z "$keepalived_id" ] || set -- "$@" -i "$keepalived_id"
  "$@" 2>&1
}

# Prints the files in HAProxy's order: those on the disk or, with a FUNCTION that prints what is staged for a path, those
# that will be there after the run.
haproxy_files() { # [FUNCTION]
  if [ $# = 0 ] && [ -n "$known_haproxy_files" ]; then printf '%s\n' "$known_haproxy_files"; return; fi
  haproxy_unit_files | while IFS= read -r file; do
    file=${file%/}
    if [ ! -d "$file" ]; then printf '%s\n' "$file"
    elif [ $# = 0 ]; then printf '%s\n' "$file"/*.cfg
    else { printf '%s\n' "$file"/*.cfg; cat "$home"/steps/*/staged 2>/dev/null; } | grep "^$file/[^/.][^/]*\.cfg$" | sort -u
    fi
  done | while IFS= read -r file; do
    if [ $# = 0 ] || ! stands=$("$1" "$file"); then stands=$file; fi
    [ ! -e "$stands" ] || printf '%s\n' "$file"
  done
}

# Remembers them until the script ends: only for a script that changes nothing.
known_haproxy_files= known_unit_files=
know_haproxy_files() { known_unit_files=$(haproxy_unit_files) known_haproxy_files=$(haproxy_files); }

check_haproxy_files() {
  set --
  for file in $(haproxy_files); do set -- "$@" -f "$file"; done
  timeout 10 haproxy -c "$@"
}
