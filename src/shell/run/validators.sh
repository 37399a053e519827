# Validators for the files of well-known services, where "program -c FILE" alone would give a wrong result.
# Needs: staged haproxy-files

# HAProxy's unit reads a list of files and folders, so all are checked together, with every staged file in its place. A file
# that the unit does not read is checked by itself.
haproxy_check() { # FILE
  # Not "grep -q", which would close the pipe while haproxy_files still writes.
  if [ -n "$(haproxy_files staged_copy | grep -xF -e "$real")" ]; then check_haproxy_config "$1"; else haproxy_says -f "$1"; fi
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
  haproxy_says $files
  verdict=$?
  rm -rf -- "$step"/config.*
  return $verdict
}

# The file that tells HAProxy which servers are down comes with haprov's first reload. That it is not there before is no
# warning to anybody, and where it is the only one, none was found.
haproxy_says() { # OPTION...
  said=$($haproxy_call -c "$@" 2>&1)
  says=$?
  printf '%s\n' "$said" | awk '
    /server state file .*\/haprov-servers.*No such file/ { next }
    /\[WARNING\]|\[ALERT\]/ { others = 1 }
    $0 == "Warnings were found." && !others { next }
    { print }'
  return $says
}

# An empty file passes in every version.
keepalived_check() { # FILE
  grep -q '[^[:space:]]' "$1" || { echo 'an empty file configures nothing'; return 1; }
  if can_check_keepalived; then keepalived_says "$1"
  else echo "warning: keepalived ${keepalived_version:-?} cannot check a configuration, so it was not checked"; fi
}

# keepalived runs in spite of some errors (exit codes 5 and 6): what it says of the configuration that is there now as well
# is no reason to refuse another.
keepalived_says() { # FILE
  know_keepalived
  said=$(test_keepalived "$1")
  verdict=$?
  case $verdict in
    5 | 6)
      complaints=$(printf '%s\n' "$said" | complaints_in)
      [ -n "$complaints" ] || return $((verdict == 5 ? 5 : 0))
      # A complaint may quote a secret, and the environment of a process can be looked at.
      new_ones=$({ complaints_now; echo; printf '%s\n' "$complaints"; } | awk '
        isNew { if (known[$0]-- < 1) print; next }
        $0 == "" { isNew = 1; next }
        { known[$0]++ }')
      [ -n "$new_ones" ] || { printf 'warning: keepalived says so of the configuration that is there, too: %s\n' "$said"; return 0; } ;;
  esac
  [ -z "$said" ] || printf '%s\n' "$said" >&2
  return $verdict
}

# What keepalived complains by, without the lines' numbers.
complaints_in() {
  grep . | grep -v 'script_security not enabled' | sed 's/^([^)]*Line [0-9]*) *//; s/^Line [0-9]*, *//; /^$/d'
}

# In the view the configuration that is there now is hidden: the host's first process sees it.
complaints_now() {
  if [ -n "$in_view" ]; then test_keepalived "$keepalived_main" nsenter -t 1 -m
  elif [ -s "$keepalived_main" ]; then test_keepalived "$keepalived_main"
  fi | complaints_in
}

# Checks keepalived's configuration for a file that it includes. A configuration that is staged too is checked by its own
# step.
keepalived_check_with() { # FILE
  know_keepalived
  as_it_is=$keepalived_main
  ! staged_copy "$as_it_is" >/dev/null && [ -e "$as_it_is" ] || return 0
  if [ -n "$in_view" ] || ! names_staged "$as_it_is"; then keepalived_check "$as_it_is"; return; fi
  file=$step/config.1$as_it_is
  mkdir -p "${file%/*}" && as_it_will_be "$as_it_is" >"$file" && keepalived_check "$file"
  verdict=$?
  rm -rf -- "$step"/config.*
  return $verdict
}
