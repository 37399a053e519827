# What haprov reads of SELinux. Nothing here changes anything. semanage takes a second, so it is asked only about ports
# that have no local label.
# Needs: probe

selinux_is_on() {
  # Where SELinux is off, neither file exists (EL7 and later; EL6), which needs no process to tell.
  [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ] || return
  have getenforce || return
  mode=$(getenforce 2>/dev/null)
  case $mode in Enforcing | Permissive) ;; *) return 1 ;; esac
}

# Prints the folder of the policy's local changes: on EL8 and later, on EL7, on EL6 and early EL7.
selinux_store() {
  kind=$(sed -n 's/^[[:space:]]*SELINUXTYPE=[[:space:]]*\([A-Za-z0-9_-]*\).*/\1/p' /etc/selinux/config 2>/dev/null | tail -n 1)
  for folder_ in "/var/lib/selinux/${kind:=targeted}/active" "/etc/selinux/$kind/active" "/etc/selinux/$kind/modules/active"; do
    [ ! -d "$folder_" ] || { printf '%s\n' "$folder_"; return; }
  done
  return 1
}

# Prints the port's local label; nothing where there is none.
local_label() { # PORT/PROTOCOL
  kept=$(selinux_store)/ports.local
  [ ! -f "$kept" ] || WANTED=$1 awk '
    BEGIN { split(ENVIRON["WANTED"], half, "/") }
    $1 == "portcon" && $2 == half[2] && $3 == half[1] && $4 != "-" { split($4, part, ":"); print part[3]; exit }' "$kept"
}

# Prints the policy's label for a port, from "semanage port -l": that of the narrowest range. The labels of all ports
# (reserved_port_t and the like) do not count.
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

# Prints "on" or "off"; nothing where the policy has no such boolean.
active_boolean() { # NAME
  getsebool "$1" 2>/dev/null | awk '$2 == "-->" { print $3 }'
}

# Prints the boolean's value after a boot: "on" or "off" where a local change says so, "-" where none does, "?" where that
# is not known.
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
  # Unquoted, so that each port becomes a word.
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

# Whether a boolean allows all ports, so that no port needs a label.
allows_otherwise() { # BOOLEAN
  [ -n "$1" ] || return
  boolean=$(active_boolean "$1"),$(kept_boolean "$1")
  case $boolean in on,on | on,\?) ;; *) return 1 ;; esac
}

# Prints what SELinux has denied since a time: at most ten different rows; nothing where SELinux is off. Reads the audit
# log or, where there is none, the journal or the kernel's log.
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
