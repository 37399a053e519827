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
# began, whether it runs them. HAProxy is asked every time: a certificate that is gone changes no file that it reads.
look_at_configuration() { # TICKS_OF_NEWEST_PROCESS
  ages=$(with_configuration stat -L -c 'changed %.2Z %n' --) || return 0
  # EL6's stat prints whole seconds only.
  case $ages in 'changed '[0-9]*.[0-9][0-9]' '*) ;; *) ages=$(with_configuration stat -L -c 'changed %Z.00 %n' --) ;; esac
  printf '%s\n' "$ages"
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
  [ -z "$loaded" ] || echo "loaded $loaded"
}

# Prints what keepalived says of its configuration: "refused" where it would not run with it, and its complaints; and scripts
# that are not there, as "lacks USE PATH". Versions before 2.0.4 say nothing, and none tells of a missing notify script.
look_at_keepalived() {
  have keepalived || return 0
  keepalived_lacks | sed 's/^/keepalived-file lacks /'
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
