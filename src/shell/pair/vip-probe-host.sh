# Probes VIPs from a host: one request after the other, each on its own connection; the longer a request takes, the longer
# the rest after it. vip-probe-pace.ts sets rests and longest_rest. Times are hundredths of a second. It uses bash for TCP,
# and timeout; it changes nothing. Rows: "ready PID UPTIME", "beat", "request TARGET FROM TO EXIT TEXT". The clock is
# /proc/uptime, which never jumps and which the shell reads without a fork.
# Given: longest_rest

# "exec printf" runs the printf of coreutils, which sends the request in one packet; bash's own writes line by line, and
# each line may wait for an ACK.
request() { # TARGET ADDRESS PORT LIMIT [REQUEST]
  read -r sent _ </proc/uptime
  said=$(timeout "$4" bash -c '
    exec 3<>"/dev/tcp/$2/$3" || exit
    [ -n "${5-}" ] || exit 0
    (exec printf "%s\r\n\r\n" "$5" >&3)
    IFS= read -r status <&3
    printf "%s" "$status"
    cat <&3 >/dev/null' haprov-probe "$@" 2>&1 </dev/null)
  code=$?
  read -r ended _ </proc/uptime
  printf 'request %s %s %s %s %s\n' "$1" "$sent" "$ended" "$code" "$(printf %s "$said" | tr -cd '\40-\176' | cut -c 1-200)"
}

# Sends requests until the last second, or until a failed write shows that nobody reads any more.
take_turns() { # FIRST TURN TARGET ADDRESS PORT LIMIT [REQUEST]
  rest=$1 turn=$2
  shift 2
  going=yes
  trap 'going=' TERM
  while :; do
    [ "$rest" -le 0 ] || { part=0$((rest % 100)); sleep "$((rest / 100)).${part#"${part%??}"}"; }
    [ -n "$going" ] || exit 0
    request "$@"
    took=$((${ended%.*}${ended#*.} - ${sent%.*}${sent#*.}))
    rest=$((took * rests))
    [ "$rest" -le "$longest_rest" ] || rest=$longest_rest
    # An answer that was lost has cost the service nothing, and a rest after it would lengthen the gap.
    [ "$code" != 124 ] || rest=0
    [ "$rest" -ge "$((turn - took))" ] || rest=$((turn - took))
    [ "${ended%.*}" -lt "$last" ] && echo beat || exit 0
  done
}

probe_vips() { # SECONDS
  for tool in bash timeout; do
    command -v "$tool" >/dev/null 2>&1 || { echo "missing $tool"; return 0; }
  done
  turns= wanted=yes
  trap 'wanted=; [ -z "$turns" ] || kill $turns 2>/dev/null' USR1
  read -r now _ </proc/uptime
  last=$((${now%.*} + $1))
  echo "ready $$ $now"
  begin_all
  # A signal that came while the turns were being started has ended only some of them.
  [ -n "$wanted" ] || kill $turns 2>/dev/null
  # The signal ends the first wait.
  wait
  wait
}
