# What HAProxy knows of its servers, over a reload or restart: it counts each as up until its first check, and forgets what it
# was told at its socket. It reads which servers are down, in maintenance or drained from a file that its configuration
# names; where it names none, it is told so as soon as it answers.
# Needs: runtime drained haproxy-files haproxy-words loaded recover transaction
# Given: home
# Gives: kept_states

# Prints a row of a state file for each server that gets no requests now, and whose check asks the same in the files as in
# those before this run. All that a row could bring back with that is left out: address, weight, how checks are made.
states_to_keep() {
  {
    running_states || return
    echo '; before'
    cut_lines $(files_before) </dev/null
    echo '; now'
    with_configuration cut_lines
  } 2>/dev/null | awk '
    $1 == ";" { phase = $2; proxy = ""; in_defaults = by_default = 0; of_defaults = ""; next }
    !phase { if (NF >= 19 && $1 !~ /^#/) states[$2 "/" $4] = $0; next }
    # Which branch holds is known to HAProxy only.
    $1 ~ /^\.(if|elif|else|endif)$/ { conditions = 1 }
    $1 == "listen" || $1 == "backend" {
      proxy = $2; checked = by_default; asks[phase, proxy] = of_defaults
      # It has the defaults of another section.
      for (i = 3; i <= NF; i++) if ($i == "from") { checked = 0; asks[phase, proxy] = $0 }
      next
    }
    $1 ~ /^(global|defaults|frontend|peers|resolvers|userlist|mailers|program|ring|log-forward|http-errors|fcgi-app|cache)$/ {
      proxy = ""
      if (in_defaults = $1 == "defaults") { by_default = 0; of_defaults = ""; shared[phase] = shared[phase] "\n" $0 }
      next
    }
    $1 != "server" && (/ch(ec)?k|default-server|server-verify/ || $1 ~ /^(mode|source|disabled|enabled)$/ || $1 " " $2 ~ /^timeout (connect|server|queue)$/) {
      if (proxy != "") asks[phase, proxy] = asks[phase, proxy] "\n" $0
      else { shared[phase] = shared[phase] "\n" $0; if (in_defaults) of_defaults = of_defaults "\n" $0 }
    }
    $1 == "default-server" {
      for (i = 2; i <= NF; i++) { if ($i == "check") checked = 1; if ($i == "no-check") checked = 0 }
      if (proxy == "" && in_defaults) { by_default = checked } else if (proxy == "") checked = 0
    }
    $1 == "server" && proxy != "" && (proxy "/" $2) in states {
      name = proxy "/" $2; place = tolower($3)
      words = ""
      for (i = 4; i <= NF; i++) words = words " " $i
      if (phase == "before") { asked_before[name] = words; next }
      split(states[name], row)
      port = 0
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
      if (!(name in asked_before) || asked_before[name] != words) next
      # A check at a port of its own says the same of a server that moves; before 2.4 HAProxy does not tell which port that
      # is. The server was taken out of service at its old port, by a run that moves it, for one.
      if (port + 0 != row[19] + 0 && (row[7] != 0 || !asked)) next
      if (asked && row[22] && row[22] != asked) next
      # An agent may have taken it out of service, and not ask any more.
      if (row[15] != 0 || !(row[7] == 1 || row[7] == 8 || (row[7] == 0 && row[6] == 0))) next
      of[++many] = proxy
      rows[many] = row[1] " " row[2] " " row[3] " " row[4] " - " row[6] " " row[7] " " row[9] " " row[9] " " row[10] " " row[11] " " row[12] " " (row[6] == 0 ? 0 : row[13]) " 6 0 " row[16] " " row[17] " - " port + 0 " -"
    }
    END {
      if (conditions || shared["before"] != shared["now"]) exit
      for (i = 1; i <= many; i++) if (asks["before", of[i]] == asks["now", of[i]]) print rows[i]
    }'
}

# Prints the copy that this run has of a file; no file has that name where it was not there. Fails where the file stays.
copy_before() { # PATH
  real_path=$(readlink -f -- "$1")
  for one in "$home"/steps/*; do
    [ -e "$one/begun" ] && [ "$(head -n 1 "$one/spot" 2>/dev/null)" = "$real_path" ] || continue
    printf '%s\n' "$one/before"
    return
  done
  return 1
}

files_before() {
  haproxy_files copy_before | while IFS= read -r file; do copy_before "$file" || printf '%s\n' "$file"; done
}

# Whether HAProxy has read the files as they were before this run: haprov noted so, or nobody has written to them since its
# newest process began.
runs_as_before() {
  set -- $(files_before)
  [ $# -gt 0 ] || return
  newest=$(newest_haproxy)
  if read -r noted_ticks noted_sum 2>/dev/null <$loaded_file && [ "$noted_ticks" = "$newest" ]; then
    [ "$(cat -- "$@" | sha256sum)" = "$noted_sum  -" ]
  else
    read -r up _ </proc/uptime
    stat -c %Y -- "$@" | awk -v began="$(($(date +%s) - ${up%%.*} + newest / 100))" '$1 >= began { late = 1 } END { exit late }'
  fi
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
  is_roots_folder && with_configuration cut_lines | awk -v file="$state_file" '
    $1 == "server-state-file" { named = $2 } END { exit named != file }'
}

# Whether each section with servers reads it.
all_read_file() {
  with_configuration cut_lines | awk '
    $1 == "defaults" { by_default = 0; in_defaults = 1 }
    $1 == "listen" || $1 == "backend" {
      in_defaults = 0; proxy = $2; reads[proxy] = by_default
      for (i = 3; i <= NF; i++) if ($i == "from") reads[proxy] = 0
    }
    $1 ~ /^(global|frontend|peers|ring|log-forward)$/ { in_defaults = 0; proxy = "" }
    $1 == "load-server-state-from-file" { if (in_defaults) by_default = $2 == "global"; else reads[proxy] = $2 == "global" }
    $1 == "server" && proxy != "" { has_servers[proxy] }
    END { for (proxy in has_servers) if (!reads[proxy]) exit 1 }'
}

# Has the list of drained servers call them as the files on the disk do, by their addresses: a host may have another name now,
# and its former name may be another host's. Who is in no file is taken off, until the run is undone.
carry_drained() { # [undone]
  places=$(server_places $(haproxy_files))
  [ -n "$places" ] || return 0
  [ -s $drained_list ] || [ -s "$step/drained-gone" ] || return 0
  rewrite_drained carried "$@"
}

carried() { # [undone]
  if [ -n "${1:-}" ]; then
    called_in "$places" carry "$({ drained_servers; cat "$step/drained-gone"; } 2>/dev/null | sort -u)"
    return
  fi
  # A list without addresses has the names of the files before this run.
  with_addresses=$(called_in "$(server_places $(files_before))" carry "$(drained_servers)" | awk 'NF > 1')
  printf '%s\n\n%s\n' "$places" "$with_addresses" | awk -v gone="$step/drained-gone" '
    !listed { if ($0 == "") listed = 1; else { there[$2]; if ($2 == "-") believed[$1] }; next }
    NF && !($2 in there) && !($1 in believed) { print >gone }'
  called_in "$places" carry "$with_addresses" | { [ -s "$step/drained-gone" ] && grep -vxF -f "$step/drained-gone" || cat; }
}

# Before HAProxy reads its configuration anew. A run that is undone keeps what was so before it: what its own checks found
# down may be well, and the checks wrong.
keep_states() { # UNIT [BEFORE]   a file with the rows of then
  kept_states= by_file=
  [ "$1" = haproxy.service ] || return 0
  if [ $# = 1 ]; then carry_drained; else carry_drained undone; fi || :
  if [ $# = 1 ]; then
    ! runs_as_before || kept_states=$(states_to_keep)
    printf '%s\n' "$kept_states" >"$step/kept-states" || :
  else
    kept_states=$(states_to_keep | awk 'NR == FNR { before[$2, $4]; next } ($2, $4) in before' "$2" - 2>/dev/null)
  fi
  # A full disk is no failure: HAProxy is then told.
  if goes_by_file && write_states "$kept_states"; then by_file=yes; fi 2>/dev/null
}

# Prints the titles on the list, without those that the configuration has in maintenance: they would leave it.
titles_to_drain() {
  { server_places disabled $(haproxy_files) | cut -d ' ' -f 1; echo; titles_in "$places" "$(drained_servers)"; } | awk '
    !listed { if ($0 == "") listed = 1; else resting[$0]; next }
    !($0 in resting)'
}

# After it: tells the new worker the rest.
hand_states_over() { # UNIT OLD_WORKERS
  [ "$1" = haproxy.service ] || return 0
  drained_before=$([ ! -s $drained_list ] || server_commands drain $(titles_to_drain))
  commands=$drained_before
  [ -n "$by_file" ] && all_read_file || commands=$commands$(printf '%s\n' "$kept_states" | awk -v ORS=';' '
    NF { print "set server " $2 "/" $4, $7 == 1 ? "state maint" : $7 == 8 ? "state drain" : "health down" }')
  [ -z "$commands$kept_states" ] || tell_new_worker "$2" "$commands" ||
    [ -z "$drained_before" ] || emit warning "$number" "$(echo "HAProxy could not be told again which servers are drained: haprov drain does" | base64 | tr -d '\n')"
}
