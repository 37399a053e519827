# Validators for the files of well-known services, where "program -c FILE" alone would give a wrong result.
# Needs: staged haproxy-files

# HAProxy's unit reads a list of files and folders, so all are checked together, with every staged file in its place. A file
# that the unit does not read is checked by itself.
haproxy_check() { # FILE
  # Not "grep -q", which would close the pipe while haproxy_files still writes.
  if [ -n "$(haproxy_files staged_copy | grep -xF -e "$real")" ]; then check_haproxy_config "$1"; else haproxy -c -f "$1"; fi
}

# Checks the configuration for a file that it names, such as a certificate. A configuration file that is staged too, and
# names the file, is checked by its own step, whose error names the right file.
haproxy_check_with() { # FILE
  for file in $(haproxy_files staged_copy); do
    ! own=$(staged_copy "$file") || ! grep -qF -- "$real" "$own" || return 0
  done
  check_haproxy_config "$1"
}

check_haproxy_config() { # SEEN_FOR_REAL
  files= count=0
  for file in $(haproxy_files staged_copy); do
    count=$((count + 1))
    if [ "$file" = "$real" ]; then file=$1
    elif [ -z "$in_view" ] && { staged_copy "$file" >/dev/null || names_staged "$file"; }; then
      as_it_is=$file file=$step/config.$count$file
      mkdir -p "${file%/*}" && as_it_will_be "$as_it_is" >"$file" || return
    fi
    files="$files -f $file"
  done
  [ -n "$files" ] || return 0
  haproxy -c $files
  verdict=$?
  rm -rf -- "$step"/config.*
  return $verdict
}

# keepalived before 2.0.4 has no "-t", and exits with 0 all the same; an empty file passes in every version.
keepalived_check() { # FILE
  grep -q '[^[:space:]]' "$1" || { echo 'an empty file configures nothing'; return 1; }
  version=$(keepalived --version 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
  case $version in
    '' | 0.* | 1.* | 2.0.[0-3]) echo "warning: keepalived ${version:-?} cannot check a configuration, so it was not checked" ;;
    *) keepalived_says "$1" ;;
  esac
}

# keepalived runs scripts without script security, and -t ends with 6 all the same: also where it complains of more.
keepalived_says() { # FILE
  said=$(keepalived -t -f "$1" 2>&1)
  verdict=$?
  case $verdict in 6) ! printf '%s\n' "$said" | grep -v '^SECURITY VIOLATION - .*script_security not enabled' | grep -q . && return 0 ;; esac
  [ -z "$said" ] || printf '%s\n' "$said" >&2
  return $verdict
}

# Checks keepalived's configuration for a file that it includes. A configuration that is staged too is checked by its own
# step.
keepalived_check_with() { # FILE
  as_it_is=/etc/keepalived/keepalived.conf
  ! staged_copy "$as_it_is" >/dev/null && [ -e "$as_it_is" ] || return 0
  if [ -n "$in_view" ] || ! names_staged "$as_it_is"; then keepalived_check "$as_it_is"; return; fi
  file=$step/config.1$as_it_is
  mkdir -p "${file%/*}" && as_it_will_be "$as_it_is" >"$file" && keepalived_check "$file"
  verdict=$?
  rm -rf -- "$step"/config.*
  return $verdict
}
