# The files that the unit has HAProxy read, by its own command line.

haproxy_unit_files() {
  # EL6's init script reads this and nothing else.
  [ "$(init_system)" = systemd ] || { echo /etc/haproxy/haproxy.cfg; return; }
  # A unit may name variables that nobody has set.
  set +u
  systemctl cat haproxy.service >/dev/null 2>&1 || return 0
  for assignment in $(systemctl show -p Environment haproxy.service | sed 's/^Environment=//'); do
    case $assignment in [A-Z]*=*) eval "${assignment%%=*}=\${assignment#*=}" ;; esac
  done
  [ ! -r /etc/sysconfig/haproxy ] || . /etc/sysconfig/haproxy
  flag=
  for word in $(systemctl show -p ExecStart haproxy.service | sed -n 's/.*argv\[\]=\([^;]*\);.*/\1/p'); do
    case $word in '$'[A-Z]* | '${'[A-Z]*) eval "word=$word" ;; esac
    for part in $word; do
      [ "$flag" != -f ] || printf '%s\n' "$part"
      flag=$part
    done
  done
  return 0
}

# File by file, in HAProxy's order, as they are on the disk.
haproxy_files() {
  haproxy_unit_files | while IFS= read -r file; do
    if [ -d "$file" ]; then set -- "${file%/}"/*.cfg; else set -- "$file"; fi
    for each in "$@"; do [ ! -e "$each" ] || printf '%s\n' "$each"; done
  done
}

check_haproxy_files() {
  set --
  for file in $(haproxy_files); do set -- "$@" -f "$file"; done
  haproxy -c "$@"
}
