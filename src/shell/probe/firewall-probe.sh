# What haprov reads of firewalld. Nothing here changes anything. firewall-cmd takes a quarter of a second: where firewalld
# is off it is not called, and where firewalld runs, once for the runtime set and once for the permanent one.
# Needs: probe init
# Gives: firewall_records
firewall_records=/var/lib/haprov/firewall

firewall_runs() { have firewall-cmd && is_active firewalld; }

# One row a fact: SET zone ZONE | SET accepts ZONE | SET interface ZONE NAME | SET open ZONE ENTRY | SET passes ZONE PROTOCOL.
firewall_rows() { # runtime|permanent
  runs_=$(firewall_runs && echo runs)
  case $1:$runs_ in
    runtime:runs) listing=$(firewall-cmd --list-all-zones 2>/dev/null) || return ;;
    permanent:runs) listing=$(firewall-cmd --permanent --list-all-zones 2>/dev/null) || return ;;
    permanent:*) listing=$(firewall-offline-cmd --list-all-zones 2>/dev/null) || return ;;
    *) return 0 ;;
  esac
  printf '%s\n' "$listing" | awk -v set="$1" '
    /^[^ \t]/ { zone = $1; part = ""; print set, "zone", zone; next }
    /^  [a-z]/ { part = $0; sub(/^ */, "", part); sub(/:.*/, "", part); $0 = substr($0, index($0, ":") + 1) }
    part == "target" && $1 == "ACCEPT" { print set, "accepts", zone }
    part == "interfaces" { for (i = 1; i <= NF; i++) print set, "interface", zone, $i }
    part == "ports" { for (i = 1; i <= NF; i++) print set, "open", zone, $i }
    part == "protocols" { for (i = 1; i <= NF; i++) print set, "passes", zone, $i }
    part == "rich rules" && /^[ \t]*rule protocol value="[^" ]+" accept[ \t]*$/ {
      split($0, word, "\""); print set, "open", zone, word[2]
    }
    part == "rich rules" && /^[ \t]*rule family="ipv[46]" source address="[^" ]+" port port="[^" ]+" protocol="[a-z]+" accept[ \t]*$/ {
      split($0, word, "\""); print set, "open", zone, word[6] "/" word[8] "@" word[4]
    }'
}

# Puts before each row "listed" (an entry as haprov makes it opens it), "covered" (another does: a range of ports, a
# protocol without a rich rule, a zone that accepts everything) or "closed".
firewall_states() { # ROWS <"SET ZONE ENTRY" rows
  { printf '%s\n' "$1" =; cat; } | awk '
    $0 == "=" { asked = 1; next }
    !asked && $2 == "open" {
      listed[$1 " " $3 " " $4] = 1
      if (split($4, half, "/") == 2) { many++; place[many] = $1 " " $3 " " half[2]; range[many] = half[1] }
    }
    !asked && $2 == "passes" { passes[$1 " " $3 " " $4] = 1 }
    !asked && $2 == "accepts" { accepts[$1 " " $3] = 1 }
    !asked || !NF { next }
    ($0 in listed) { print "listed", $0; next }
    ($0 in passes) || (($1 " " $2) in accepts) { print "covered", $0; next }
    {
      found = "closed"
      split($3, wanted, "/"); bounds(wanted[1]); first = low; last = high
      # A port that is open for all addresses is open for one, too.
      all = wanted[2]; sub(/@.*/, "", all)
      for (i = 1; i <= many; i++) {
        if (place[i] != $1 " " $2 " " wanted[2] && place[i] != $1 " " $2 " " all) continue
        bounds(range[i])
        if (low <= first && last <= high) found = "covered"
      }
      print found, $0
    }
    function bounds(text, part) { high = split(text, part, "-") == 2 ? part[2] + 0 : part[1] + 0; low = part[1] + 0 }'
}

# Prints the zones of the interfaces that have the addresses; the default zone for an interface in none, or no interface.
zones_of() { # ROWS ADDRESS...
  ROWS=$1
  export ROWS
  shift
  for address in "$@"; do interface_of "$address"; done | sort -u | awk '
    BEGIN {
      many = split(ENVIRON["ROWS"], row, "\n")
      for (i = 1; i <= many; i++) if (split(row[i], word, " ") == 4 && word[2] == "interface") zone[word[1] " " word[4]] = word[3]
    }
    { any = 1; print ((("runtime " $1) in zone) ? zone["runtime " $1] : "-") }
    END { if (!any) print "-" }' | sort -u | while read -r zone; do
    if [ "$zone" = - ]; then firewall-cmd --get-default-zone; else printf '%s\n' "$zone"; fi
  done | sort -u
}

# Prints the interface that has the address, else the one of its route, which a VIP would be on.
interface_of() { # ADDRESS
  found=$(interface_with "$1")
  [ -n "$found" ] || found=$(ip -o route get "$1" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p')
  case $found in '' | lo) ;; *) printf '%s\n' "$found" ;; esac
}

# Prints "held SET ZONE ENTRY RECORD" for each entry that haprov has opened, and the record that has it.
firewall_holders() {
  for record_ in "$firewall_records"/*; do
    [ ! -f "$record_" ] || RECORD=${record_##*/} awk 'NF == 3 { print "held", $0, ENVIRON["RECORD"] }' <"$record_"
  done
}

probe_firewall() { # RECORD ZONE ADDRESSES ENTRY...
  firewall_runs || { echo off; return; }
  rows=$(firewall_rows runtime && firewall_rows permanent) || { echo failed; return; }
  record=$1 zones=$2 addresses=$3
  shift 3
  # Unquoted, so that each address becomes a word.
  [ -n "$zones" ] || zones=$(zones_of "$rows" $addresses)
  printf '%s\n' "$rows" | awk '$1 == "runtime" && $2 == "zone" { print "zone", $3 }'
  for zone in $zones; do echo "in $zone"; done
  {
    for zone in $zones; do for entry in "$@"; do printf '%s\n' "runtime $zone $entry" "permanent $zone $entry"; done; done
    [ ! -f "$firewall_records/$record" ] || cat -- "$firewall_records/$record"
  } | sort -u | firewall_states "$rows"
  firewall_holders
}
