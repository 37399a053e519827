# What haprov reads of SELinux. Nothing here changes anything.
# semanage takes a second: it is asked only about ports that nobody has labelled on this host.
# Needs: probe

selinux_is_on() {
  # Where it is off there is no such file, and no process is needed to tell: EL7 and later, EL6.
  [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ] || return
  have getenforce || return
  mode=$(getenforce 2>/dev/null)
  case $mode in Enforcing | Permissive) ;; *) return 1 ;; esac
}

# Where local changes of the policy are kept: EL8 and later, EL7, EL6 and early EL7.
selinux_store() {
  kind=$(sed -n 's/^[[:space:]]*SELINUXTYPE=[[:space:]]*\([A-Za-z0-9_-]*\).*/\1/p' /etc/selinux/config 2>/dev/null | tail -n 1)
  for folder_ in "/var/lib/selinux/${kind:=targeted}/active" "/etc/selinux/$kind/active" "/etc/selinux/$kind/modules/active"; do
    [ ! -d "$folder_" ] || { printf '%s\n' "$folder_"; return; }
  done
  return 1
}

# The label that somebody has given a port on this host; nothing where nobody has.
local_label() { # PORT/PROTOCOL
  kept=$(selinux_store)/ports.local
  [ ! -f "$kept" ] || WANTED=$1 awk '
    BEGIN { split(ENVIRON["WANTED"], half, "/") }
    $1 == "portcon" && $2 == half[2] && $3 == half[1] && $4 != "-" { split($4, part, ":"); print part[3]; exit }' "$kept"
}

# The label that the policy has for a port, by "semanage port -l": the narrowest range counts, and what all ports have
# counts for nothing. The local one comes first.
policy_label() { # PORT/PROTOCOL <LIST
  WANTED=$1 awk '
    BEGIN { split(ENVIRON["WANTED"], half, "/"); width = 65536 }
    $1 ~ /^(port|reserved_port|hi_reserved_port|unreserved_port|ephemeral_port)_t$/ || $2 != half[2] { next }
    {
      for (i = 3; i <= NF; i++) {
        text = $i
        sub(/,$/, "", text)
        high = split(text, part, "-") == 2 ? part[2] + 0 : part[1] + 0
        low = part[1] + 0
        if (low <= half[1] + 0 && half[1] + 0 <= high && high - low < width) { width = high - low; label = $1 }
      }
    }
    END { if (label != "") print label }'
}

# "on" or "off"; nothing where the policy knows no such boolean.
active_boolean() { # NAME
  getsebool "$1" 2>/dev/null | awk '$2 == "-->" { print $3 }'
}

# What it will be after a boot: "on" or "off" where that is on record, "-" where it is not, "?" where nobody knows.
kept_boolean() { # NAME
  kept=$(selinux_store) || { echo '?'; return; }
  { [ ! -f "$kept/booleans.local" ] || cat -- "$kept/booleans.local"; } | NAME=$1 awk -F '[ =]+' '
    $1 == ENVIRON["NAME"] { value = ($2 == "1" || $2 == "true") ? "on" : "off" }
    END { print value == "" ? "-" : value }'
}

probe_selinux() { # OTHERWISE PORTS BOOLEAN...
  selinux_is_on || { echo off; return; }
  otherwise=$1 ports=$2
  shift 2
  if have semanage; then echo 'semanage yes'; else echo 'semanage no'; fi
  for name in $otherwise "$@"; do
    active=$(active_boolean "$name")
    echo "boolean $name ${active:--} $(kept_boolean "$name")"
  done
  policy=
  # The ports are words.
  for port in $ports; do
    label=$(local_label "$port")
    if [ -z "$label" ] && have semanage && ! allows_otherwise "$otherwise"; then
      [ -n "$policy" ] || policy=$(semanage port -l) || return
      found=$(printf '%s\n' "$policy" | policy_label "$port")
      echo "port $port - ${found:--}"
    else
      echo "port $port ${label:--} ?"
    fi
  done
}

# Where everything is allowed, no port needs a label of its own.
allows_otherwise() { # BOOLEAN
  [ -n "$1" ] || return
  boolean=$(active_boolean "$1"),$(kept_boolean "$1")
  case $boolean in on,on | on,\?) ;; *) return 1 ;; esac
}

# What SELinux has denied since then, a row each, the same once, at most ten; nothing where it is off or nobody says.
# By the audit daemon's file; where none writes one, by the journal or the kernel's own log.
denials_since() { # SECONDS_SINCE_1970
  [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ] || return 0
  if [ -r /var/log/audit/audit.log ]; then
    tail -qc 262144 -- /var/log/audit/audit.log
  else
    { journalctl -q --no-pager -o cat -k --since "@$1" || dmesg; } 2>/dev/null
  fi | SINCE=$1 awk '
    !/avc:  *denied/ { next }
    {
      text = $0
      if (!match(text, /audit\([0-9]+/) || substr(text, RSTART + 6, RLENGTH - 6) + 0 < ENVIRON["SINCE"] + 0) next
      split("", value)
      for (i = 1; i <= NF; i++) if ((at = index($i, "=")) > 1) value[substr($i, 1, at - 1)] = substr($i, at + 1)
      match(text, /[{][^}]*[}]/)
      what = substr(text, RSTART + 2, RLENGTH - 4)
      split(value["scontext"], who, ":")
      split(value["tcontext"], whom, ":")
      name = value["path"] != "" ? value["path"] : value["name"] != "" ? value["name"] : value["src"] != "" ? "port " value["src"] : value["dest"] != "" ? "port " value["dest"] : ""
      gsub(/"/, "", name)
      gsub(/"/, "", value["comm"])
      row = "SELinux " (value["permissive"] == "1" ? "would have denied" : "denied") " " value["comm"] " (" who[3] "): " what " " value["tclass"] " " name (name == "" ? "" : " ") "(" whom[3] ")"
      if (!(row in seen) && ++count <= 10) print row
      seen[row] = 1
    }'
}
