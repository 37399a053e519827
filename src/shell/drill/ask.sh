# What a drill asks a host before it breaks anything. Nothing here changes anything.
# Needs: init link

tell_link() { echo "link $(link_tool)"; }

# Prints the unit's Restart= and RestartSec=.
restart_of() { # UNIT
  [ -d /run/systemd/system ] || return 0
  systemctl show -p Restart -p RestartUSec -- "$(unit_name "$1")" |
    awk -F = -v unit="$1" '{ value[$1] = $2 } END { print "restart", unit, value["Restart"], value["RestartUSec"] }'
}

# Prints the unit whose process listens on a TCP port.
unit_on() { # PORT
  port=$(printf %04X "$1")
  inodes=$(awk -v port="$port" '$4 == "0A" { n = split($2, a, ":"); if (a[n] == port) printf "%s ", $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  pid=$(ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v inodes="$inodes" '
    BEGIN { n = split(inodes, each, " "); for (i = 1; i <= n; i++) wanted["socket:[" each[i] "]"] = 1 }
    /^\/proc\// { split($0, path, "/") }
    $NF in wanted { print path[3]; exit }')
  [ -n "$pid" ] || return 0
  found=$(sed -n 's,.*/\([^/]*\)\.service.*,\1,p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
  [ -n "$found" ] || { found=$(cat "/proc/$pid/comm" 2>/dev/null); [ -f "/etc/init.d/$found" ] || return 0; }
  echo "listener $1 $found"
}

# Prints when the host broke and repaired what a drill told it to, by the clock of /proc/uptime.
marks_of() { # RUN
  read -r now _ </proc/uptime
  echo "now $now"
  for mark in made repaired returned; do
    [ ! -s "/var/lib/haprov/runs/$1/steps/1/$mark" ] || echo "$mark $(cat "/var/lib/haprov/runs/$1/steps/1/$mark")"
  done
}
