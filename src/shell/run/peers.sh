# Hosts of a group must be new together or not at all; each finds out by itself which, also when the laptop has gone.
# $peers has a word for each other host ("NAME=ADDRESS,ADDRESS"), none without a group; $self is this host, $token the
# run's secret; $vips, $vrids, $sources and $wire describe the other hosts' adverts with the new configuration.
# Old wins: a host that has confirmed restores itself when it hears that another host has restored itself.
# Needs: transaction
# May need: listen
# Given: peers token run self home vips wire

is_in_group() { [ -n "$peers" ]; }

peers_port=61112
seal_of() { printf '%s' "$token $run $1" | sha256sum | cut -c 1-64; } # TEXT   "HOST STATE"

# Sends a datagram with this host's state to each address of each other host. The seal needs the token, so that nobody else
# can send it.
say() { # committed|confirmed|finished|restored
  is_in_group || return 0
  message="haprov $run $self $1 $(seal_of "$self $1")."
  for peer in $peers; do
    for address in $(printf %s "${peer#*=}" | tr , ' '); do
      bash -c 'printf %s "$1" >"/dev/udp/$2/$3"' - "$message" "$address" $peers_port 2>/dev/null || :
    done
  done
}

# A host that has not committed cannot differ from the others.
say_restored() { [ ! -L "$home/was-committed" ] || say restored; }

# Sends the run's end for 20 seconds, so that the others hear it in one of their looks.
say_farewell() {
  is_in_group && [ -L "$home/was-committed" ] || return 0
  for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if [ "$(state)" = finished ]; then say finished; else say restored; fi
    sleep 1 8>&- 9>&-
  done
}

# Prints "HOST STATE" for the datagrams of SECONDS. It reads raw packets, which a firewall has not dropped yet.
hear() { # SECONDS
  { if python=$(any_python); then hear_with_python "$python" "$1"; else hear_with_tcpdump "$1"; fi; } 2>/dev/null 3>&- 8>&- 9>&- |
    grep -aoE "haprov $run [^ ]+ [a-z]+ [0-9a-f]{64}" | sort -u | while read -r _ _ name said sum; do
      [ "$sum" != "$(seal_of "$name $said")" ] || echo "$name $said"
    done
}

hear_with_python() { # PYTHON SECONDS
  timeout $(($2 + 5)) "$1" - "$2" $peers_port <<'.END.'
import array, select, socket, struct, sys, time
def tap(kind, protocol, port):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(kind))
    # BPF: UDP to our port, without options of IP.
    code = struct.pack('=' + 'HBBI' * 6, 0x30, 0, 0, protocol, 0x15, 0, 3, 17, 0x28, 0, 0, port, 0x15, 0, 1, int(sys.argv[2]), 6, 0, 0, 65535, 6, 0, 0, 0)
    program = array.array('B', code)
    s.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HP', 6, program.buffer_info()[0]))
    return s
taps = [tap(0x0800, 9, 22), tap(0x86DD, 6, 42)]
begun = time.time()
while 0 <= time.time() - begun < float(sys.argv[1]):
    for s in select.select(taps, [], [], 0.2)[0]:
        sys.stdout.write(s.recv(2048)[28:].decode('latin-1').encode('ascii', 'replace').decode() + '\n')
        sys.stdout.flush()
.END.
}

hear_with_tcpdump() { # SECONDS
  timeout "$1" tcpdump -i any -n -A -l -s 512 "udp dst port $peers_port"
}

# --- a host that has confirmed, while the run is not finished --------------------------------------------------------

# One look of the watcher. Does not wait for a peer that is off: that one looks at the network itself when it is back.
look_around() {
  say confirmed
  { [ ! -f "$home/heard" ] || cat "$home/heard"; hear 3; } | sort -u >"$home/heard.new" && mv -f "$home/heard.new" "$home/heard"
  if heard_old; then verdict=restore
  elif is_overdue && { heard_all || [ "$(age_of since)" -ge $((lease + 60)) ]; }; then verdict=finish
  else return 0; fi
  flock -n 9 || return 0
  if [ "$(state)" = confirmed ] && { [ $verdict = restore ] || is_overdue; }; then
    emit abandoned - confirmed
    $verdict
  fi
  flock -u 9
}

heard_old() { grep -qE ' (restored|broken)$' "$home/heard" 2>/dev/null; }
heard_all() {
  for peer in $peers; do grep -qE "^${peer%%=*} (confirmed|finished)\$" "$home/heard" || return; done
}

# --- a host whose process is gone --------------------------------------------------------------------------------------

# A host that has confirmed finishes, unless another one has restored itself. A host that has not restores itself, unless
# the others have confirmed or, where they send no state any more, their adverts show the new configuration.
recover_in_group() { # STATE
  hear 6 >"$home/heard"
  case $1 in
    committed) if [ -n "$booting" ] && have_others_stayed; then link_to confirmed state && finish; else restore; fi ;;
    confirmed)
      [ -z "$booting" ] || [ "$(look_at_network)" != old ] || echo "network restored" >>"$home/heard"
      if heard_old; then restore
      elif [ -n "$booting" ]; then renew && mark_time since
      else finish; fi
      ;;
    *) restore ;;
  esac
  went=$?
  start_watcher
  return $went
}

# A host that has only committed may still restore itself.
have_others_stayed() {
  for peer in $peers; do
    said=$(sed -n "s/^${peer%%=*} //p" "$home/heard" | tr '\n' ' ')
    case $said in
      *restored* | *broken*) return 1 ;;
      *confirmed* | *finished*) ;;
      *committed*) return 1 ;;
      *) [ "$(look_at_network)" = new ] || return ;;
    esac
  done
}

# Prints which configuration the others' adverts show, before our own keepalived runs: new, old, or silent without adverts.
look_at_network() {
  seen=$(listen_for_vrrp 4 $vips | adverts_of | sort -u)
  [ -n "$seen" ] || { echo silent; return; }
  if [ "$seen" = "$(printf '%s\n' "$wire" | sort -u)" ]; then echo new; else echo old; fi
}

# Turns the others' packets ("packet INTERFACE HEX") into "VRID TYPE-AND-INTERVAL ADDRESSES AUTHENTICATION", addresses
# sorted, all in hex.
adverts_of() {
  awk -v sources=" $sources " -v vrids=" $vrids " '
    function hex(text,  at, value) { for (at = 1; at <= length(text); at++) value = value * 16 + index("0123456789abcdef", substr(text, at, 1)) - 1; return value }
    $1 == "packet" {
      six = substr($3, 1, 1) == "6"
      vrrp = substr($3, six ? 81 : hex(substr($3, 2, 1)) * 8 + 1)
      source = six ? substr($3, 17, 32) : substr($3, 25, 8)
      if (!index(sources, " " source " ") || !index(vrids, " " substr(vrrp, 3, 2) " ")) next
      size = six ? 32 : 8
      count = hex(substr(vrrp, 7, 2))
      for (i = 1; i <= count; i++) {
        one = substr(vrrp, 17 + (i - 1) * size, size)
        for (j = i; j > 1 && list[j - 1] > one; j--) list[j] = list[j - 1]
        list[j] = one
      }
      addresses = count ? list[1] : "-"
      for (i = 2; i <= count; i++) addresses = addresses "," list[i]
      secret = substr(vrrp, 1, 1) == "2" ? substr(vrrp, 17 + count * size, 16) : ""
      print substr(vrrp, 3, 2), substr(vrrp, 9, 4), addresses, secret == "" ? "-" : secret
    }'
}
