# What HAProxy knows of its servers, over a reload or restart: it counts each as up until its first check, and forgets what it
# was told at its socket. It reads which servers are down, in maintenance or drained from a file that its configuration
# names; where it names none, it is told so as soon as it answers.
# Needs: runtime drained loaded transaction

# In a folder that HAProxy may read under SELinux. Between two reloads it says nothing, so no start reads what has been.
state_file=/var/lib/haproxy/haprov-servers

# Prints a row of a state file for each server that gets no requests now and stands in the files as it runs. All that a row
# could bring back with that is left out: address, weight, how checks are made.
states_to_keep() {
  { running_states || return; echo '; files'; } 2>/dev/null | with_configuration awk '
    $0 == "; files" { in_files = 1; next }
    !in_files { if (NF >= 19 && $1 !~ /^#/) states[$2 "/" $4] = $0; next }
    $1 == "listen" || $1 == "backend" { proxy = $2; checked = by_default; next }
    $1 ~ /^(global|defaults|frontend|peers|resolvers|userlist|mailers|program|ring|log-forward|http-errors|fcgi-app|cache)$/ {
      proxy = ""
      if ($1 == "defaults") by_default = checked = 0
      in_defaults = $1 == "defaults"
      next
    }
    $1 == "default-server" {
      for (i = 2; i <= NF; i++) { if ($i == "check") checked = 1; if ($i == "no-check") checked = 0 }
      if (proxy == "" && in_defaults) by_default = checked
    }
    $1 == "server" && proxy != "" && (proxy "/" $2) in states {
      split(states[proxy "/" $2], row)
      place = tolower($3); port = 0
      sub(/^ipv[46]@/, "", place)
      if (match(place, /:[0-9]+$/)) { port = substr(place, RSTART + 1); place = substr(place, 1, RSTART - 1) }
      gsub(/[][]/, "", place)
      is_checked = checked; asked = 0
      for (i = 4; i <= NF; i++) {
        if ($i == "check") is_checked = 1
        if ($i == "port") asked = $(i + 1)
        if ($i == "no-check" || $i == "disabled" || $i == "track") next
      }
      if (!is_checked || place != tolower(row[18] == "-" ? row[5] : row[18])) next
      # A check at a port of its own says the same of a server that moves; before 2.4 HAProxy does not tell which port that is.
      if (asked ? row[22] && row[22] != asked : port + 0 != row[19] + 0) next
      if (!(row[7] == 1 || row[7] == 8 || (row[7] == 0 && row[6] == 0))) next
      print row[1], row[2], row[3], row[4], "-", row[6], row[7], row[9], row[9], row[10], row[11], row[12], row[6] == 0 ? 0 : row[13], 6, 0, row[16], row[17], "-", port + 0, "-"
    }' -
}

running_states() {
  for socket in $(haproxy_sockets); do
    states=$(tell_haproxy 'show servers state' "$socket")
    case $states in *'# be_id be_name'*) printf '%s\n' "$states"; return ;; esac
  done
  return 1
}

# Whether the configuration names the file, in a folder that only root can change.
goes_by_file() {
  with_configuration grep -q "^[[:space:]]*server-state-file[[:space:]][[:space:]]*$state_file[[:space:]]*$" || return
  folder=$(stat -c %u:%A -- "${state_file%/*}" 2>/dev/null)
  case $folder in "$(id -u)":d????-??-?*) ;; *) return 1 ;; esac
}

write_states() { { echo 1; [ -z "$1" ] || printf '%s\n' "$1"; } >$state_file.new && mv -f $state_file.new $state_file; } # ROWS

# Before HAProxy reads its configuration anew. A run that is undone keeps what was so before it: what its own checks found
# down may be well, and the checks wrong.
keep_states() { # UNIT [BEFORE]   a file with the rows of then
  [ "$1" = haproxy.service ] || return 0
  kept_states=$(states_to_keep)
  if [ $# = 1 ]; then printf '%s\n' "$kept_states" >"$step/kept-states"
  else kept_states=$(printf '%s\n' "$kept_states" | awk 'NR == FNR { before[$2, $4]; next } ($2, $4) in before' "$2" - 2>/dev/null)
  fi
  ! goes_by_file || write_states "$kept_states"
}

# After it: tells the new worker the rest, and leaves the file empty when that worker has read it.
hand_states_over() { # UNIT OLD_WORKERS
  [ "$1" = haproxy.service ] || return 0
  drained_before=$(server_commands drain $(drained_servers))
  commands=$drained_before
  goes_by_file || commands=$commands$(printf '%s\n' "$kept_states" | awk -v ORS=';' '
    NF { print "set server " $2 "/" $4, $7 == 1 ? "state maint" : $7 == 8 ? "state drain" : "health down" }')
  [ -z "$commands$kept_states" ] || tell_new_worker "$2" "$commands" ||
    [ -z "$drained_before" ] || emit warning "$number" "$(echo "HAProxy could not be told again which servers are drained: haprov drain does" | base64 | tr -d '\n')"
}

forget_states() { [ "$1" != haproxy.service ] || [ ! -e $state_file ] || write_states ''; } # UNIT
