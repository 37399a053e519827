# What a unit starts with, and the files that HAProxy reads by that: everybody asks here, and nobody else knows.
# Needs: init
# Given: home

haproxy_unit_files() {
  flag=
  unit_words haproxy | while IFS= read -r word; do
    [ "$flag" != -f ] || printf '%s\n' "$word"
    flag=$word
  done
}

# The words of the command line that a unit starts with, what its files set put in.
unit_words() { # UNIT
  # A unit may name variables that nobody has set.
  set +u
  if [ "$(init_system)" != systemd ]; then
    # EL6's init scripts: one reads this and nothing else, the other adds what its file says.
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

# File by file, in HAProxy's order: as they are on the disk, or as a run is going to leave them, by the function that tells
# what is staged for a path.
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
