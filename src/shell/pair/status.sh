# The diagnostics: what `haprov status` asks besides the plan's questions. Nothing here changes anything. It forks little,
# because every look runs all of it.
# Needs: probe boot-owed init selinux-probe haproxy-files keepalived-reads on-disk haproxy-processes observe runtime

look_closely() { # ASKED UNITS PATHS VIPS HOSTS   lists, with blanks between; a VIP is ADDRESS=PORT, a host an address
  read_boot
  echo "clock $clock $uptime"
  tell_boot_owed
  observe_ports
  observe_drain
  observe_servers "$1"
  own_cards
  set -f
  ask_vips $4
  hear_neighbours "$4" "$5"
  room_in $3
  set -- $2
  set +f
  newest=0
  [ $# = 0 ] || look_at_units "$@"
  know_haproxy_files
  know_keepalived_files
  # Unquoted, so that each number becomes a word.
  look_at_configuration $newest
  # Without a process of HAProxy's nobody has a socket.
  [ "${newest%% *}" = 0 ] || tell_lost_socket $known_haproxy_files
  tell_foreign_files "${newest##* }"
  look_at_keepalived
  hear_keepalived
  drop_rules
  if [ -r /sys/fs/selinux/enforce ]; then
    read -r enforce </sys/fs/selinux/enforce || :
    echo "selinux $enforce"
    denials_since $((${clock%%.*} - 3600)) | sed 's/^/denied /'
  fi
}

# Prints "runs FILE" for what HAProxy was started with where the file that haprov writes is not among it, and "named-in FILE" for
# what of its unit names that: a drop-in, say, or a file of its environment.
tell_foreign_files() { # PID   0 where there is none
  # The shell leaves out the NULs between the words.
  read -r started_ 2>/dev/null <"/proc/$1/cmdline" || :
  case ${started_-}- in -) return ;; *-f/etc/haproxy/haproxy.cfg-*) return ;; esac
  started_=
  for file in $(running_files); do
    [ ! "$file" -ef /etc/haproxy/haproxy.cfg ] || return 0
    [ ! -e "$file" ] || started_="$started_$file$newline"
  done
  [ -n "$started_" ] || return 0
  printf %s "$started_" | sed 's/^/runs /'
  set -- $(systemctl show -p FragmentPath -p DropInPaths -p EnvironmentFiles -- haproxy.service 2>/dev/null | sed 's/^[^=]*=//; s/ (ignore_errors=.*//')
  [ $# = 0 ] || printf %s "$started_" | grep -lsF -f - -- "$@" | sed 's/^/named-in /'
}

say_own() { own="$own${2%/*} "; say_address "$@"; } # INTERFACE_NAME ADDRESS/PREFIX

# Tests whether each VIP that this host does not hold accepts a TCP connection within a second; all VIPs at once.
ask_vips() { # ADDRESS=PORT...
  own=' '
  each_address say_own
  [ $# -gt 0 ] || return 0
  for each in "$@"; do
    case "$own" in *" ${each%=*} "*) continue ;; esac
    { timeout 1 bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "${each%=*}" "${each##*=}" 2>/dev/null && echo "answers ${each%=*} ${each##*=} yes" ||
      echo "answers ${each%=*} ${each##*=} no"; } &
  done
  wait
}

# Prints the MAC addresses in the ARP cache for the VIPs and the hosts. One that answers for all of them is a proxy.
hear_neighbours() { # VIPS HOSTS
  { read -r _
    while read -r address _ flags mac _; do [ "$flags" = 0x0 ] || say_neighbour "$1 $2" "$address" "$mac"; done; } </proc/net/arp
  case "$1 $2" in
    *:*) ip -6 neigh show 2>/dev/null | while read -r address _ _ word mac _; do
      [ "$word" != lladdr ] || say_neighbour "$1 $2" "$address" "$mac"
    done ;;
  esac
}

say_neighbour() { # WANTED ADDRESS MAC
  case " $1 " in *" $2="* | *" $2 "*) echo "neighbour $2 $3" ;; esac
}

own_cards() {
  for card in /sys/class/net/*/address; do
    { read -r mac <"$card"; } 2>/dev/null && [ "$mac" != 00:00:00:00:00:00 ] && echo "mac $mac"
  done
  :
}

# Prints each unit, the processes below its main process with their states, and HAProxy and keepalived processes that
# belong to none of the units.
look_at_units() { # UNIT...
  mains= quiet=
  for unit in "$@"; do
    unit_state "$unit"
    echo "unit $unit $active $main $sub $result $load"
    mains="$mains $main"
    [ "$active" = active ] || quiet="$quiet $unit"
  done
  processes=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v mains="$mains" '
    BEGIN { split(mains, list, " "); for (i in list) if (list[i] > 0) main[list[i]] = 1 }
    {
      pid = $1
      name[pid] = $0; sub(/^[^(]*\(/, "", name[pid]); sub(/\).*$/, "", name[pid])
      rest = $0; sub(/^.*\) /, "", rest); split(rest, f, " ")
      state[pid] = f[1]; parent[pid] = f[2]; start[pid] = f[20]
    }
    END {
      for (pid in state) {
        top = pid
        for (i = 0; i < 8 && !(top in main) && top > 1; i++) top = parent[top]
        if (!(top in main)) top = 0
        if (top > 0 && name[pid] == "haproxy" && start[pid] > own) { own = start[pid]; owner = pid }
        if (top > 0 || name[pid] ~ /^(haproxy|keepalived)$/) print "process", top, pid, state[pid], start[pid], name[pid]
        if (name[pid] == "haproxy" && start[pid] > newest) newest = start[pid]
      }
      print "newest", (own ? own : newest) + 0, own + 0, owner + 0
    }')
  printf '%s\n' "$processes"
  newest=${processes##*newest }
  for unit in $quiet; do unit_report "$unit" | tail -n 6 | sed "s|^|words $unit |"; done
}

if [ -d /run/systemd/system ]; then

unit_state() { # UNIT
  is_known "$1" || state=$(systemctl show $unit_properties -- "$(unit_name "$1")")
  active=unknown main=0 sub=- result=- load=-
  for word in $state; do
    case $word in
      ActiveState=*) active=${word#*=} ;;
      MainPID=*) main=${word#*=} ;;
      SubState=*) sub=${word#*=} ;;
      Result=*) result=${word#*=} ;;
      LoadState=*) load=${word#*=} ;;
    esac
  done
}

keepalived_log() { journalctl -u keepalived -b -o cat -q --no-pager -n 1500 2>/dev/null; }

else

unit_state() { # UNIT
  active=$(active_states "$1") main=$(pids_of "$1" | sed -n 1p) sub=- result=- load=loaded
  main=${main:-0}
}

keepalived_log() { tail -n 3000 /var/log/messages 2>/dev/null | sed -n 's/^.*Keepalived[a-z_]*\[[0-9]*\]: //p'; }

fi

# Prints "fault INSTANCE" for each that keepalived has in FAULT, by the last word of its log since its start; nothing on a drained
# host, where it is meant to be so.
in_fault() {
  [ ! -e /var/lib/haprov/drained ] && [ ! -e /var/lib/haprov/drain-for-run ] || return 0
  keepalived_log | awk '
    BEGIN { children = 1 }
    /Starting Keepalived v/ { children = 0; split("", faulty) }
    /Starting VRRP child/ && children++ { split("", faulty) }
    /(Entering|Transition to) [A-Z]+ STATE/ { name = $0; sub(/^[^(]*\(/, "", name); sub(/\).*$/, "", name); delete faulty[name] }
    /(Entering|Transition to) FAULT STATE/ { faulty[name] }
    END { for (name in faulty) print "fault", name }'
}

# Prints the newest 60 lines of keepalived's log about its states, oldest first. The first child may log before its parent
# logs that it starts it.
hear_keepalived() {
  spoken=$(keepalived_log | awk '
    BEGIN { children = 1 }
    /Starting Keepalived v/ { n = children = 0; split("", odd) }
    /Starting VRRP child/ && children++ { n = 0; split("", odd) }
    /VRRP_Script\(/ { check = $0; sub(/^.*VRRP_Script\(/, "", check); sub(/\).*$/, "", check); if (/ (succeeded|considered)/) delete odd[check]; else if (/ (failed|timed)/) odd[check] }
    /isabling|isabled|[Nn]ot executable|cannot be accessed/ { odd["a script"] }
    /Entering [A-Z]+ STATE|Transition to [A-Z]+ STATE|effective priority|VRRP_Script\(|isabl|[Nn]ot executable|cannot be accessed|SIGHUP|^Reloading|Starting (VRRP|Keepalived v)/ { row[n++] = $0 }
    END { for (i = n > 60 ? n - 60 : 0; i < n; i++) print "keepalived", row[i]; for (check in odd) { print "odd"; exit } }')
  [ -z "$spoken" ] || printf '%s\n' "${spoken%"${newline}odd"}"
  # For a check script that fails or is disabled, the configuration says what it runs.
  case $spoken in *"${newline}odd") keepalived_scripts ;; esac
}

keepalived_scripts() {
  echo scripts
  cat $(keepalived_files) 2>/dev/null | awk '
    $1 == "vrrp_script" { name = $2; sub(/\{.*/, "", name) }
    $1 ~ /^(vrrp_instance|vrrp_sync_group|virtual_server|global_defs)/ { name = "" }
    $1 == "script" && name != "" || $1 ~ /^notify/ { word = $1; sub(/^[ \t]*[a-z_]+[ \t]+/, ""); print "script", word, (word == "script" ? name : "-"), $0 }'
}

# Prints the firewall rules and policies that drop or reject packets, with their counters, and whether a rule accepts VRRP.
# A rule about VRRP or a port may jump to a chain that drops everything: its first rule does, except for one that logs. nft
# also lists the rules of iptables-nft, except for matches that only iptables knows.
drop_rules() {
  rules=
  if have nft; then
    ruleset=$(nft list ruleset 2>/dev/null)
    # Most rulesets have no such word, and awk need not run.
    case $ruleset in *drop* | *reject* | *vrrp* | *' 112 '* | *xt*) rules=$(printf '%s\n' "$ruleset" | awk '
      /^table/ { table = $2 " " $3; next }
      /^\tchain/ { chain = $2; next }
      /xt_|xt (match|target)/ { print "foreign"; next }
      /(vrrp|(protocol|l4proto) 112).*accept/ { print "vrrp accepted" }
      / hook (input|output) .*policy drop/ { print "rule", "nft", "[" table " " chain "]", "policy drop" }
      /^\t\t(counter packets [0-9]+ bytes [0-9]+ )?(drop|reject.*)$/ && !((table, chain) in other) { sink[table " " chain] }
      /^\t\t/ && !/^\t\t(type .* hook|.*[ \t]log( |$))/ { other[table, chain] }
      /(vrrp|112|224\.0\.0\.18|ff02::12|dport).*[ \t](jump|goto) / {
        row = $0; sub(/^[ \t]+/, "", row); jump[++jumps] = "[" table " " chain "] " row; to[jumps] = table " " $NF
      }
      /(^|[ \t])(drop|reject)([ \t]|$)/ && !/type .* hook/ { sub(/^[ \t]+/, ""); print "rule", "nft", "[" table " " chain "]", $0 }
      END { for (i = 1; i <= jumps; i++) if (to[i] in sink) print "rule", "nft", jump[i] }') ;; esac
    printf '%s\n' "$rules"
  fi
  for family in ip ip6; do
    read -r tables 2>/dev/null <"/proc/net/${family}_tables_names" || tables=
    case "$rules" in *foreign*) tables=some ;; esac
    have nft && [ -z "$tables" ] && continue
    for save in ${family}tables-save ${family}tables-legacy-save; do
      have $save || continue
      $save -c 2>/dev/null | awk -v tool=${family}tables '
        /-p (vrrp|112) .*-j ACCEPT/ { print "vrrp accepted" }
        /^:(INPUT|OUTPUT) DROP/ || /-j (DROP|REJECT|TARPIT)/ { print "rule", tool, $0 }
        /^\[[0-9:]+\] -A [^ ]+ (-m comment --comment ("[^"]*"|[^ ]+) )?-j (DROP|REJECT|TARPIT)/ && !($3 in other) { sink[$3] }
        / -A / && !/-j (LOG|NFLOG|ULOG)/ { other[$3] }
        /(-p (vrrp|112)|224\.0\.0\.18|ff02::12|--dports?) .*-[jg] / { jump[++jumps] = $0; to[jumps] = $NF }
        END { for (i = 1; i <= jumps; i++) if (to[i] in sink) print "rule", tool, jump[i] }'
    done
  done
}

# Prints free blocks and inodes of the file systems of PATHs and of those where services write; and those mounted read-only.
room_in() { # PATH...
  while read -r _ mount type flags _; do
    case $flags in ro | ro,*) echo "read-only $mount"; continue ;; esac
    case $type:$mount in
      *:/var/lib/docker/* | *:/var/lib/containers/* | *:/var/lib/kubelet/* | *\\*) ;;
      ext[234]:/var/* | xfs:/var/* | btrfs:/var/* | tmpfs:/var/*) set -- "$@" "$mount" ;;
      ext[234]:/srv* | xfs:/srv* | btrfs:/srv* | ext[234]:/opt* | xfs:/opt* | btrfs:/opt*) set -- "$@" "$mount" ;;
    esac
  done </proc/mounts
  timeout 3 stat -f -c 'room %i %S %b %a %c %d %n' -- "$@" 2>/dev/null
}
