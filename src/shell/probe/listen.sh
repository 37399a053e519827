# Listens for other VRRP speakers on the networks of the VIPs, and for hosts that answer for the VIPs, before this host's
# keepalived starts. It reads raw packets, before a firewall drops them, and joins no multicast group: other hosts notice
# only ARP probes (RFC 5227) for each VIP.
# Needs: probe init

# Prints the interface that has the address, or whose network does; nothing where a router is in between.
interface_to() { # ADDRESS
  found=$(interface_with "$1")
  if [ -n "$found" ]; then echo "$found"; return; fi
  ip -o route get "$1" 2>/dev/null |
    awk '{ for (i = 1; i < NF; i++) { if ($i == "via") exit; if ($i == "dev") { print $(i + 1); exit } } }'
}

any_python() {
  for python in python3 /usr/libexec/platform-python python2 python; do
    if have "$python"; then
      echo "$python"
      return
    fi
  done
  return 1
}

# Each VIP is ADDRESS, or ADDRESS@INTERFACE where the interface is known.
listen_for_vrrp() { # SECONDS VIP...
  if is_active keepalived; then
    echo running
    return
  fi
  seconds=$1
  shift
  for vip in "$@"; do
    case $vip in *@*) on=${vip#*@} ;; *) on=$(interface_to "$vip") ;; esac
    if [ -n "$on" ]; then set -- "$@" "${vip%@*}@$on"; fi
    shift
  done
  if [ $# = 0 ]; then
    echo nowhere
  elif python=$(any_python); then
    listen_with_python "$python" "$seconds" "$@" || echo deaf
  elif have tcpdump; then
    listen_with_tcpdump "$seconds" "$@"
  else
    echo deaf
  fi
}

# Prints "packet INTERFACE HEX" for each packet, from its IP header on; "arp INTERFACE ADDRESS MAC" for each answer.
# Written for Python 2.6 and later; tested with 2.7, 3.6 and 3.13.
listen_with_python() { # PYTHON SECONDS ADDRESS@INTERFACE...
  python=$1
  shift
  timeout 60 "$python" - "$@" 2>/dev/null <<'.END.'
import array, binascii, select, socket, struct, sys, time

IP, ARP, IPV6, VRRP, MOST = 0x0800, 0x0806, 0x86DD, 112, 1000

def about(name, what):
    with open('/sys/class/net/%s/%s' % (name, what)) as file:
        return file.read().strip()

def tap(name, kind, offset=None, group=None):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    if offset is not None:
        # BPF: load the byte of the next protocol; if it is VRRP, all of the packet, else nothing of it.
        code = struct.pack('=HBBIHBBIHBBIHBBI', 0x30, 0, 0, offset, 0x15, 0, 1, VRRP, 6, 0, 0, 65535, 6, 0, 0, 0)
        program = array.array('B', code)
        s.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HP', 4, program.buffer_info()[0]))
        # PACKET_ADD_MEMBERSHIP: the interface lets frames to the group's MAC address in.
        s.setsockopt(263, 1, struct.pack('iHH8s', int(about(name, 'ifindex')), 0, 6, group))
    s.bind((name, kind))
    return s

def ask(s, name, address):
    mac = binascii.unhexlify(about(name, 'address').replace(':', ''))
    packet = struct.pack('!HHBBH6s4s6s4s', 1, IP, 6, 4, 1, mac, b'\0' * 4, b'\0' * 6, socket.inet_aton(address))
    s.sendto(packet, (name, ARP, 0, 1, b'\xff' * 6))

def show(name, kind, data):
    if kind != ARP:
        return 'packet %s %s' % (name, binascii.hexlify(data).decode())
    address = len(data) >= 28 and socket.inet_ntoa(data[14:18])
    if (name, address) in wanted:
        mac = binascii.hexlify(data[8:14]).decode()
        return 'arp %s %s %s' % (name, address, ':'.join(mac[i:i + 2] for i in range(0, 12, 2)))

begun = time.time()
length = float(sys.argv[1])
wanted = [(word.split('@', 1)[1], word.split('@', 1)[0]) for word in sys.argv[2:]]
taps, probes = {}, []
for name in sorted(set(name for name, _ in wanted)):
    taps[tap(name, IP, 9, b'\x01\0\x5e\0\0\x12\0\0')] = (name, IP)
    taps[tap(name, IPV6, 6, b'\x33\x33\0\0\0\x12\0\0')] = (name, IPV6)
    if about(name, 'type') == '1':
        s = tap(name, ARP)
        taps[s] = (name, ARP)
        probes += [(s, name, address) for where, address in wanted if where == name and ':' not in address]
asked, heard = 0, 0
while 0 <= time.time() - begun < length and heard < MOST:
    if asked < 3 and time.time() - begun >= asked:
        for probe in probes:
            ask(*probe)
        asked += 1
    for s in select.select(list(taps), [], [], 0.1)[0]:
        name, kind = taps[s]
        row = show(name, kind, s.recv(2048))
        if row:
            heard += 1
            sys.stdout.write(row + '\n')
sys.stdout.write('listened\n')
.END.
}

listen_with_tcpdump() { # SECONDS ADDRESS@INTERFACE...
  seconds=$1
  shift
  for on in $(printf '%s\n' "$@" | sed 's/^[^@]*@//' | sort -u); do
    timeout "$seconds" tcpdump -n -x -l -s 512 -c 500 -i "$on" 'ip proto 112 or ip6 proto 112' 2>/dev/null |
      awk -v on="$on" '
        function show() { if (hex != "") print "packet", on, hex; hex = "" }
        /^[ \t]+0x[0-9a-f]+:/ { for (i = 2; i <= NF; i++) hex = hex $i; next }
        { show() }
        END { show() }
      ' &
  done
  wait
  echo listened
}
