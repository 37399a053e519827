# What validates the files of well-known services, where "program -c FILE" alone would lie.

# The unit reads a list of files and folders; the staged file takes its own place among them.
haproxy_check() { # FILE
  # A file that the unit does not read is checked by itself.
  files= is_read=no
  for file in $(haproxy_config); do
    if [ "$file" = "$real" ]; then files="$files -f $1" is_read=yes
    else files="$files -f $file"; fi
  done
  [ $is_read = yes ] || files="-f $1"
  haproxy -c $files
}

# A file that the configuration names, such as a certificate: the configuration is checked with it. One that is staged
# too, and names it, is so by its own check, which blames the right file for what is wrong.
haproxy_check_with() { # FILE
  files=
  for file in $(haproxy_config); do
    ! own=$(staged_copy "$file") || ! grep -qF -- "$real" "$own" || return 0
    files="$files -f $step/config.${file##*/}"
    as_it_will_be "$file" >"$step/config.${file##*/}" || return
  done
  [ -n "$files" ] || return 0
  haproxy -c $files
  verdict=$?
  rm -f -- "$step"/config.*
  return $verdict
}

# What HAProxy reads, file by file, in its order; the staged file too where it will be one of them.
haproxy_config() {
  for file in $(haproxy_unit_files); do
    if [ -d "$file" ]; then set -- "$file"/*.cfg; else set -- "$file"; fi
    case $real in "$file"/*.cfg) [ -e "$real" ] || set -- "$@" "$real" ;; esac
    for each in "$@"; do
      if [ -e "$each" ] || [ "$each" = "$real" ]; then printf '%s\n' "$each"; fi
    done
  done
}

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
}

# Before 2.0.4 "-t" is no option and exits 0 all the same; an empty file passes every version.
keepalived_check() { # FILE
  grep -q '[^[:space:]]' "$1" || { echo 'an empty file configures nothing'; return 1; }
  version=$(keepalived --version 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
  case $version in
    '' | 0.* | 1.* | 2.0.[0-3]) echo "warning: keepalived ${version:-?} cannot check a configuration, so it was not checked" ;;
    *) keepalived -t -f "$1" ;;
  esac
}
