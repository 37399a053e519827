# The files that HAProxy reads, by its unit's own command line: everybody asks here, and nobody else knows.
# Needs: init
# Given: home

haproxy_unit_files() {
  # EL6's init script reads this and nothing else.
  [ "$(init_system)" = systemd ] || { echo /etc/haproxy/haproxy.cfg; return; }
  # A unit may name variables that nobody has set.
  set +u
  unit_says=$(systemctl show -p Environment -p ExecStart haproxy.service 2>/dev/null)
  for assignment in $(printf '%s\n' "$unit_says" | sed -n 's/^Environment=//p'); do
    case $assignment in [A-Z]*=*) eval "${assignment%%=*}=\${assignment#*=}" ;; esac
  done
  [ ! -r /etc/sysconfig/haproxy ] || . /etc/sysconfig/haproxy
  flag=
  for word in $(printf '%s\n' "$unit_says" | sed -n 's/.*argv\[\]=\([^;]*\);.*/\1/p'); do
    case $word in '$'[A-Z]* | '${'[A-Z]*) eval "word=$word" ;; esac
    for part in $word; do
      [ "$flag" != -f ] || printf '%s\n' "$part"
      flag=$part
    done
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
