# Whether HAProxy and keepalived would start again with what is on the disk now. Nothing here changes anything.
# Needs: probe haproxy-files keepalived-reads loaded
# Gives: clock uptime

# Sets "clock" (seconds since 1970) and "uptime", both with two decimals.
read_clock() {
  clock=${EPOCHREALTIME:-}
  clock=${clock%????}
  [ -n "$clock" ] || { clock=$(date +%s.%N); clock=${clock%???????}; }
  read -r uptime _ </proc/uptime
}

# Prints when HAProxy's files were changed, whether HAProxy takes them and, where they were changed after its newest process
# began, whether it runs them. HAProxy is not asked, which takes more than all other questions, where its unit's newest
# process has read all that its answer rests on.
look_at_configuration() { # TICKS_OF_NEWEST_PROCESS [TICKS_OF_ITS_UNITS PID]
  ages=$(with_configuration stat -L -c 'changed %.2Z %n' --) || return 0
  # EL6's stat prints whole seconds only.
  case $ages in 'changed '[0-9]*.[0-9][0-9]' '*) ;; *) ages=$(with_configuration stat -L -c 'changed %Z.00 %n' --) ;; esac
  printf '%s\n' "$ages"
  if [ "${3:-0}" -gt 0 ] && has_read_all "$2" "$3"; then
    echo 'configuration valid'
    return
  fi
  verdict=$(check_haproxy_files 2>&1)
  case $? in
    0) echo 'configuration valid' ;;
    # Nobody waits longer, and nothing is known then.
    124) ;;
    *) echo "configuration refused $(printf '%s\n' "$verdict" | grep -m 1 -i -E 'alert|error')" ;;
  esac
  changed=0
  for word in $ages; do
    case $word in *[!0-9.]* | .*) continue ;; esac
    word=${word%.*}${word#*.}
    [ "$word" -lt "$changed" ] || changed=$word
  done
  began=$((${clock%.*}${clock#*.} - ${uptime%.*}${uptime#*.} + $1))
  [ "$changed" -gt $((began + 5)) ] || return 0
  loaded=$(compare_loaded "$1")
  [ -n "$loaded" ] || ! is_unwritten "$began" || loaded=unwritten
  [ -z "$loaded" ] || echo "loaded $loaded"
}

# Whether nobody has written to HAProxy's files since: a link to one, as a run makes that stages another, is a change of the
# file, and not of what it says.
is_unwritten() { # HUNDREDTHS_OF_SECONDS
  written=0
  for word in $(with_configuration stat -L -c %Y --); do [ "$word" -lt $written ] || written=$word; done
  [ "${written}99" -lt "$1" ]
}

# Whether a process of HAProxy has begun after the last change of its files, of the folders that the unit names and of the
# users, is of the program that is installed, and the files name nothing else.
has_read_all() { # TICKS PID
  [ "/proc/$2/exe" -ef "$(command -v haproxy)" ] || return
  changed=0
  set -- "$1" /etc/passwd /etc/group $known_unit_files $known_haproxy_files
  ticks=$1
  shift
  for word in $(stat -L -c %Z -- "$@" 2>/dev/null); do [ "$word" -lt "$changed" ] || changed=$word; done
  since_=$((${clock%.*} - ${uptime%.*} + ticks / 100))
  # A container may show its own uptime, and the ticks of its host: then nobody knows when the process began.
  [ "$changed" -gt 0 ] && [ $since_ -gt $((changed + 1)) ] && [ $since_ -le "${clock%.*}" ] && name_nothing_else
}

# Whether HAProxy's files name no other file, no name that is looked up, and nothing that is not known here.
name_nothing_else() {
  awk '
    function is_numeric(place) { return place ~ /^([0-9.]+|[*])?(:[0-9-]+)?$/ || place ~ /^[][0-9a-fA-F.]*:[][0-9a-fA-F.:]*:[][0-9a-fA-F.:]*$/ }
    BEGIN {
      known = " global defaults frontend backend listen log no option mode balance timeout retries maxconn default_backend use_backend cookie default-server server bind stats user group chroot pidfile daemon nbthread monitor-uri http-check tcp-check acl http-request http-response tcp-request redirect stick stick-table fullconn hash-type http-reuse server-state-file load-server-state-from-file "
    }
    NF == 0 || $1 ~ /^#/ { next }
    { some = 1 }
    !index(known, " " $1 " ") { exit odd = 1 }
    # A file of states that is not there is a warning only.
    $1 == "server-state-file" || $1 == "load-server-state-from-file" || $1 == "pidfile" { next }
    /crt|crl|ca-|file|lua|map|spoe| -f|[$"\047@]/ { exit odd = 1 }
    $1 == "bind" && !is_numeric($2) || $1 == "server" && !is_numeric($3) { exit odd = 1 }
    $1 == "log" && $2 != "global" && $2 != "/dev/log" && !is_numeric($2) { exit odd = 1 }
    END { exit odd || !some }' $known_haproxy_files 2>/dev/null
}

# Prints what keepalived says of its configuration: "refused" where it would not run with it, and its complaints; and scripts
# that are not there, as "lacks USE PATH". Versions before 2.0.4 say nothing, and none tells of a missing notify script.
look_at_keepalived() {
  have keepalived || return 0
  keepalived_lacks
  know_keepalived
  [ -s "$keepalived_main" ] && can_check_keepalived || return 0
  said=$(test_keepalived "$keepalived_main")
  case $? in
    5 | 6) ;;
    1 | 2 | 3 | 4) echo 'keepalived-file refused' ;;
    # 0, or it did not end.
    *) return 0 ;;
  esac
  printf '%s\n' "$said" | grep . | grep -v 'script_security not enabled' | sed '20q; s/^/keepalived-file says /'
}
