# Newer packages as a step of a transaction. ROWS are the plan's: "NAME ARCH FROM TO", "-" for none; "stays" behind one that
# the way back leaves.
# Needs: init probe resolve twice transaction haproxy-files validators units

check_updates() { # ROWS
  if locker=$(rpm_locker); then fail "rpm’s database is locked by the process $locker"; return; fi
  each_update "$1" is_as_planned
}

is_as_planned() { # NAME ARCH FROM TO
  found=$(versions_of "$1.$2" | tr '\n' ' ')
  case "$3: $found" in -:\ ) return 0 ;; esac
  case " $found" in *" $3 "*) return 0 ;; esac
  drifted "package $1 was ${3#-} when the plan was made, and is ${found:-not installed} now"
}

# Downloads everything, and has rpm try it without changing anything: room on the disks, signatures, conflicts.
stage_updates() { # ROWS all|security NAME...
  rows=$1 kind=$2
  shift
  set -- $(wished "$@")
  in_turn "$step/tried" "$(resolver_name)" --setopt=exit_on_lock=1 -y --setopt=tsflags=test update "$@" || { result=$?; say_of_resolver <"$step/tried"; return $result; }
  now_wanted=$(read_table <"$step/tried" | awk '$1 != "skip" && $1 != "remove" { print $2, $3, $5 == "" ? "" : $4 }' | sort)
  then_wanted=$(printf '%s\n' "$rows" | awk '$4 != "-" { print $1, $2, $4 }' | sort)
  [ "$now_wanted" = "$then_wanted" ] || { drifted "the repositories hold something else than when the plan was made: $(printf '%s\n%s\n' "$now_wanted" "$then_wanted" | sort | uniq -u | tr '\n' ';')"; return; }
  fetch_programs "$rows" "$kind"
}

# What it says goes to FILE. Where another dnf or yum is at work, as dnf-makecache is for seconds each hour, it is called again, for
# two minutes at most.
in_turn() { # FILE WORD...
  said_in=$1 turns=0
  shift
  until attempt "$@" >"$said_in" 2>&1 </dev/null; do
    result=$?
    [ $result = 200 ] && [ $turns -lt 30 ] || return $result
    [ $turns != 0 ] || emit warning "$number" "$(printf 'waits for another dnf or yum, two minutes at most: %s\n' "$(grep -i -m 1 lock "$said_in")" | base64 | tr -d '\n')"
    turns=$((turns + 1))
    (exec sleep 4 3>&- 8>&- 9>&-)
  done
}

# Leaves out the table, and the lines that tell of progress.
say_of_resolver() { # <OUTPUT
  awk '
    /^(Total|Downloading Packages|Transaction Summary)/ { rows = 0; next }
    /^(=+|-+)?$|^(Last metadata|Dependencies [Rr]esolved|Running [Tt]ransaction|Transaction (check|test) succeeded|You can remove|The downloaded packages|DNF will only|Loaded plugins|Is this ok)|[kMG]?B\/s/ { next }
    { row[++rows] = $0 }
    END { for (i = rows > 40 ? rows - 39 : 1; i <= rows; i++) print row[i] }'
}

# haproxy and keepalived are laid out beside, with what they need of the same update, to be asked before they are installed.
fetch_programs() { # ROWS all|security
  for program in haproxy keepalived; do
    is_updated "$program" "$1" || continue
    mkdir -p "$step/new"
    resolver -y -C --downloadonly --downloaddir="$step/new" update $(wished "$2" "$program") >"$step/tried" 2>&1 || copy_from_cache "$program" "$1" || { say_of_resolver <"$step/tried"; return 1; }
  done
  [ -d "$step/new" ] || return 0
  mkdir -p "$step/root"
  for file in "$step"/new/*.rpm; do
    # With another loader than the host's, no program of the host's would run.
    case ${file##*/} in glibc*) continue ;; esac
    unpack "$file" || { fail "${file##*/} could not be unpacked"; return; }
  done
}

is_updated() { printf '%s\n' "$2" | awk -v name="$1" '$1 == name && $4 != "-" { found = 1 } END { exit !found }'; } # NAME ROWS

# yum of EL6 downloads into its cache only.
copy_from_cache() { # NAME ROWS
  version=$(printf '%s\n' "$2" | awk -v name="$1" '$1 == name { sub(/^[0-9]*:/, "", $4); print $4; exit }')
  file=$(find /var/cache/yum /var/cache/dnf -name "$1-$version.*.rpm" 2>/dev/null | head -n 1)
  [ -n "$file" ] && cp -- "$file" "$step/new/"
}

# By cpio, by tar or, where the host has neither, by rpm itself, in a root of its own.
unpack() { # RPM
  if have cpio; then rpm2cpio "$1" | ( cd "$step/root" && cpio -idm --quiet )
  elif have rpm2archive && have tar; then rpm2archive - <"$1" | tar -xzf - -C "$step/root"
  else rpm -i --root "$step/root" --nodeps --noscripts --notriggers --nosignature "$1"
  fi
}

# The new HAProxy and the new keepalived read what their units read now. They are called by their paths: by its name the host's own
# would be found where a new one may not be executed.
try_updates() { # ROWS
  [ -d "$step/root" ] || return 0
  for program in haproxy keepalived; do
    is_updated "$program" "$1" || continue
    new_file=$(find "$step/root" -path "*bin/$program" ! -type d | head -n 1)
    [ -n "$new_file" ] || { warn_of_new 'it was not tried, since its packages have no program of that name'; continue; }
    new_call="env LD_LIBRARY_PATH=$step/root/usr/lib64:$step/root/lib64 $new_file"
    said=$($new_call -v 2>&1)
    [ $? != 126 ] || { warn_of_new "it was not tried, since it may not be executed before it is installed, as on a disk that is mounted noexec: $said"; continue; }
    case $program in
      haproxy) said=$(try_haproxy 2>&1) ;;
      keepalived) said=$(try_keepalived 2>&1) ;;
    esac
    verdict=$?
    said=$(printf '%s\n' "$said" | sed "s,$step/root/,/,g")
    [ $verdict = 0 ] || { printf '%s\n' "$said"; fail "the new $program refuses the configuration of this host (exit code $verdict), so that it is not installed"; return; }
    case $said in *[Ww]arning* | *WARNING*) warn_of_new "$said" ;; esac
  done
}

warn_of_new() { emit warning "$number" "$(printf 'the new %s: %s\n' "$program" "$1" | base64 | tr -d '\n')"; } # TEXT

try_haproxy() {
  set --
  for file in $(haproxy_files); do set -- "$@" -f "$file"; done
  [ $# != 0 ] || return 0
  note_command "haproxy -c $*"
  haproxy_call=$new_call
  haproxy_says "$@"
}

# What the old one complains of as well is no reason to refuse the new one.
try_keepalived() {
  know_keepalived
  [ -s "$keepalived_main" ] || return 0
  ( keepalived_call=$new_call known_packages=$newline; can_check_keepalived ) || { echo 'warning: it cannot check a configuration, as keepalived can since 2.0.4, so it was not tried'; return 0; }
  note_command "keepalived -t -f $keepalived_main"
  said=$(keepalived_call=$new_call; test_keepalived "$keepalived_main")
  verdict=$?
  printf '%s\n' "$said"
  case $verdict in
    0 | 6) return 0 ;;
    5) new_ones=$(printf '%s\n' "$said" | complaints_in)
       printf '%s\n' "$(test_keepalived "$keepalived_main" | complaints_in)" >"$step/complaints"
       printf '%s\n' "$new_ones" | grep -vxF -f "$step/complaints" | grep -q . || return 0 ;;
  esac
  return $verdict
}

# Only what was downloaded before: what the repositories hold meanwhile is not looked at.
run_updates() { # ROWS all|security NAME...
  rows=$1
  shift
  set -- $(wished "$@")
  last_transaction >"$step/before" && running_services >"$step/running" && boot_links >"$step/links" && printf '%s\n' "$rows" >"$step/rows" && begin && finish_cut "$rows" || return
  in_turn "$step/made" "$(resolver_name)" --setopt=exit_on_lock=1 -y -C update "$@"
  result=$?
  last_transaction >"$step/after"
  undo_disabling "$step"
  keep_own_files "$step/made"
  [ $result = 0 ] || say_of_resolver <"$step/made"
  return $result
}

# A rollback of this update was cut off, and the update is made again: the old versions stand beside the new ones, which the resolver
# takes for done.
finish_cut() { # ROWS
  newer=$(each_update "$1" tell_twice)
  [ -z "$newer" ] || { attempt rpm -e --nodeps $(each_update "$1" tell_old_beside) && put_back reinstall $newer; }
}

tell_old_beside() { [ -z "$(tell_twice "$@")" ] || echo "$1-$(without_epoch "$3").$2"; } # NAME ARCH FROM TO STAYS

# A package may put its own file in the place of one that was edited, which rpm saves beside. The edited one is what the new programs were
# tried with, and what the inventory wants. A package that goes leaves only the saved one.
keep_own_files() { # OUTPUT
  sed -n 's,.*warning: \(/.*\) saved as \1\.rpmsave.*,\1,p' "$1" | while read -r file; do
    [ -f "$file.rpmsave" ] && [ -f "$file" ] || continue
    mv -f -- "$file" "$file.rpmnew" && mv -f -- "$file.rpmsave" "$file" || continue
    emit warning "$number" "$(printf '%s\n' "a package put its own $file in the place of the one that was there, which is back; the package’s is $file.rpmnew" | base64 | tr -d '\n')"
  done
}

# Prints the number of the newest transaction that dnf or yum remembers.
last_transaction() { resolver -q -C history list 2>/dev/null | awk -F '|' '$1 ~ /^ *[0-9]+ *$/ { print $1 + 0; exit }'; }

# A package whose script failed is installed all the same, and dnf ends with exit code 0.
verify_updates() { # ROWS
  each_update "$1" is_as_wanted || return
  words=$(awk '
    /^  [A-Z][a-z]+[a-z ]* *:/ { block = ""; next }
    { block = block $0 "\n" }
    /scriptlet fail|^Error in [A-Z]+ scriptlet/ { printf "%s", block; block = "" }' "$step/made" | grep .)
  [ -z "$words" ] || { printf '%s\n' "$words"; fail 'a script of a package failed'; }
}

is_as_wanted() { # NAME ARCH FROM TO
  found=$(versions_of "$1.$2" | tr '\n' ' ')
  if [ "$4" = - ]; then
    # Of a kernel, the oldest goes when a new one comes; the others stay.
    case " $found" in *" $3 "*) fail "package $1 $3 should be gone, and is installed"; return ;; esac
    return 0
  fi
  case " $found" in *" $4 "*) return 0 ;; esac
  fail "package $1 should be $4, and is ${found:-not installed}"
}

# The way back. A later rollback calls it in a step of its own: what the update left is found by its rows.
undo_updates() { # ROWS
  made=$(made_by "$1") || return 0
  [ -f "$step/running" ] || [ -n "$booting" ] || running_services >"$step/running"
  put_links_back "$made" && mkdir -p -- "$step/way-back" && { [ -f "$step/way-back/links" ] || boot_links >"$step/way-back/links"; } || return
  if [ -f "$made/after" ] && each_update "$1" was_put_back >/dev/null; then put_units_back; return; fi
  after=$(cat "$made/after" 2>/dev/null) before=$(cat "$made/before")
  [ -n "$after" ] || after=$(last_transaction)
  if [ -n "$after" ] && [ "$after" != "$before" ]; then
    if [ ! -f "$made/after" ]; then put_cut_back "$1" || return; else
      case $1 in
        *' stays'*) put_rows_back "$1" ;;
        *) put_back history undo "$after" ;;
      esac
    fi
  fi
  each_update "$1" was_put_back || { fail 'not all packages could be put back'; return; }
  put_units_back
}

# A package's script may have stopped or disabled a service, also on the way back. A host that boots starts its own.
put_units_back() {
  put_links_back "$step/way-back" || return
  [ -n "$booting" ] || start_what_ran "$step/running" 'the packages are as before'
}

# The host went down in the middle of it: packages are there twice, and files half written. Nobody knows how far the transaction came,
# so what rpm has now is put back, and the files are written once more.
put_cut_back() { # ROWS
  keep_own_files "$made/made"
  twice=$(each_update "$1" tell_twice)
  [ -z "$twice" ] || attempt rpm -e --nodeps $twice || return
  put_rows_back "$1" || return
  added=$(each_update "$1" tell_added)
  [ -z "$added" ] || attempt rpm -e $added || return
  set -- $(each_update "$1" tell_kept)
  [ $# = 0 ] || put_back reinstall "$@" || fail 'the files of the packages could not be written once more'
}

tell_added() { # NAME ARCH FROM TO STAYS
  [ "$3$5" != - ] || [ -z "$(versions_of "$1.$2")" ] || echo "$1-$(without_epoch "$4").$2"
}

tell_kept() { # NAME ARCH FROM TO STAYS
  [ -n "$5" ] || [ "$3" = - ] || [ "$4" = - ] || echo "$1-$3.$2"
}

# The resolver undoes all or nothing, and refuses to remove the kernel that runs.
put_rows_back() { # ROWS
  ways=$(each_update "$1" tell_way_back)
  for verb in downgrade install; do
    set -- $(printf '%s\n' "$ways" | sed -n "s/^$verb //p")
    [ $# = 0 ] || put_back "$verb" "$@" || return
  done
}

tell_way_back() { # NAME ARCH FROM TO STAYS
  ! was_put_back "$@" >/dev/null || return 0
  [ "$3" != - ] || return 0
  if [ "$4" = - ]; then echo "install $1-$3.$2"; else echo "downgrade $1-$3.$2"; fi
}

# Prints "NAME.ARCH VERSION" of what the way back of a run wants, and no repository has any more; nothing where the resolver
# tells of none at all.
tell_no_way_back() ( # RUN
  wanted=$(for rows in /var/lib/haprov/runs/"$1"/steps/*/rows; do
    [ ! -f "$rows" ] || each_update "$(cat "$rows")" tell_wanted_back
  done)
  [ -n "$wanted" ] || return 0
  offered=$(tell_offered $(printf '%s\n' "$wanted" | sed 's/\.[^.]* .*//'))
  [ -z "$offered" ] || printf '%s\n' "$wanted" | { grep -vxF -e "$offered" || :; }
)

tell_wanted_back() { [ -z "$(tell_way_back "$@")" ] || echo "$1.$2 $3"; } # NAME ARCH FROM TO STAYS

# The services of a host that boots wait for this, and its network may not be there yet.
put_back() { # WORD...
  set -- "$(resolver_name)" --setopt=exit_on_lock=1 -y "$@"
  [ -z "$booting" ] || set -- timeout 120 "$@"
  in_turn "$step/put-back" "$@"
  result=$?
  cat "$step/put-back"
  keep_own_files "$step/put-back"
  return $result
}

made_by() { # ROWS
  for each in "$step" /var/lib/haprov/runs/*/steps/*; do
    [ -f "$each/rows" ] && [ "$(cat "$each/rows")" = "$1" ] || continue
    echo "$each"
    return
  done
  return 1
}

was_put_back() { # NAME ARCH FROM TO STAYS
  [ -z "$5" ] || return 0
  found=$(versions_of "$1.$2" | tr '\n' ' ')
  case "$3: $found" in -:\ ) return 0 ;; esac
  # A kernel that had to go, because a new one came, stays away: the others are there.
  [ "$4" != - ] || [ -z "$found" ] || return 0
  case " $found" in
    *" $4 "*) ;;
    *" $3 "*) return 0 ;;
  esac
  echo "package $1 was ${3#-}, and is ${found:-not installed}"
  return 1
}

# Undoes a restart: once the packages are as before, the old program is started.
restart_back() { # UNIT
  [ -f "$step/begun" ] && [ -z "$booting" ] || return 0
  forget_failures "$1"
  attempt move_unit restart "$1"
}
