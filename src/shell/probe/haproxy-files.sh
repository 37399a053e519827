# The command lines of units, and the only place that knows which files HAProxy reads: those on its unit's command line.
# Needs: init
# Given: home

haproxy_unit_files() {
  flag=
  unit_words haproxy | while IFS= read -r word; do
    [ "$flag" != -f ] || printf '%s\n' "$word"
    flag=$word
  done
}

# Prints the words of a unit's command line, with the variables of its environment files replaced.
unit_words() { # UNIT
  # A command line may have variables that are not set.
  set +u
  if [ "$(init_system)" != systemd ]; then
    # EL6's init scripts: HAProxy's reads only this file, the other adds the options of its sysconfig file.
    case $1 in
      haproxy) printf '%s\n' -f /etc/haproxy/haproxy.cfg ;;
      *)
        KEEPALIVED_OPTIONS=
        [ ! -r "/etc/sysconfig/$1" ] || . "/etc/sysconfig/$1"
        for part in $KEEPALIVED_OPTIONS; do printf '%s\n' "$part"; done
        ;;
    esac
    return
  fi
  unit_says=$(systemctl show -p Environment -p ExecStart "$1.service" 2>/dev/null)
  for assignment in $(printf '%s\n' "$unit_says" | sed -n 's/^Environment=//p'); do
    case $assignment in [A-Z]*=*) eval "${assignment%%=*}=\${assignment#*=}" ;; esac
  done
  [ ! -r "/etc/sysconfig/$1" ] || . "/etc/sysconfig/$1"
  for word in $(printf '%s\n' "$unit_says" | sed -n 's/.*argv\[\]=\([^;]*\);.*/\1/p'); do
    case $word in '$'[A-Z]* | '${'[A-Z]*) eval "word=$word" ;; esac
    for part in $word; do printf '%s\n' "$part"; done
  done
  return 0
}

# Prints the files in HAProxy's order: those on the disk or, with a FUNCTION that prints what is staged for a path, those
# that will be there after the run.
haproxy_files() { # [FUNCTION]
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

check_haproxy_files() {
  set --
  for file in $(haproxy_files); do set -- "$@" -f "$file"; done
  haproxy -c "$@"
}
