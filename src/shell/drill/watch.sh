# Prints when a host gets and loses addresses. Rows: "ready PID UPTIME", "has ADDRESS UPTIME", "lost ADDRESS UPTIME",
# "beat", whose failed write shows that nobody reads any more. The clock is /proc/uptime, which never jumps.
watch_addresses() { # PAUSE SECONDS ADDRESS...
  pause=$1
  read -r now _ </proc/uptime
  last=$((${now%.*} + $2))
  shift 2
  held=' '
  echo "ready $$ $now"
  while [ "${now%.*}" -lt "$last" ]; do
    found=$(ip -o addr show)
    read -r now _ </proc/uptime
    for address in "$@"; do
      case "$held" in *" $address "*) was=yes ;; *) was=no ;; esac
      case "$found" in *" $address/"* | *" $address "*) is=yes ;; *) is=no ;; esac
      case $was$is in
        noyes) echo "has $address $now"; held="$held$address " ;;
        yesno) echo "lost $address $now"; held="${held%%" $address "*} ${held#*" $address "}" ;;
      esac
    done
    echo beat || exit 0
    sleep "$pause"
  done
}
