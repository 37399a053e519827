# One host's changes as one transaction; its states and verbs are those of docs/decisions/0003-transaction.md.
# The generated part before this defines $run, $home, $owner, $lease, the steps' functions (sN_check, sN_stage,
# sN_validate, sN_run, sN_verify, sN_undo) and the lists of their numbers; `main VERB` comes after it.
# Journal rows: milliseconds, event, step, detail, separated by tabs. Descriptor 3 is the operator, who may be gone;
# 8 says that the watcher lives, 9 is the guard: neither is for the programs that a step runs.
trap '' PIPE HUP INT TERM

now() { date +%s%3N; }

emit() { # EVENT STEP DETAIL
  row=$(printf '%s\t%s\t%s\t%s' "$(now)" "$1" "$2" "$3")
  printf '%s\n' "$row" >>"$home/journal" 2>/dev/null || :
  printf '%s\n' "$row" >&3 2>/dev/null || :
}

# A link is made and renamed without a free block on the disk.
set_state() { ln -sfn "$1" "$home/state.new" && mv -fT "$home/state.new" "$home/state" && emit state - "$1"; }
state() { readlink "$home/state" 2>/dev/null || echo none; }

fail() { echo "$*" >&2; return 1; }
drifted() { echo "drift: $*" >&2; return 1; }
still_needed() { fail 'its guard still asks for it after it ran: the command does not do what the guard checks'; }

# Runs a command of the operator's or of the system's, remembering it for the report.
attempt() { printf '%s\n' "$*" >"$step/command"; "$@" 3>&- 8>&- 9>&-; }

# --- files ------------------------------------------------------------------------------------------------------

check_file() { # PATH EXPECTED [MODE OWNER:GROUP]
  if [ "$2" = absent ] || [ "$2" = absent-or-packaged ]; then
    [ ! -e "$1" ] && return
    [ "$2" = absent-or-packaged ] && rpm -qf -- "$1" >/dev/null 2>&1 && return
    drifted "$1 did not exist when the plan was made, and does now"
    return
  fi
  [ -f "$1" ] || { drifted "$1 was there when the plan was made, and is gone"; return; }
  [ "$(hash_of "$1")" = "$2" ] || { drifted "the content of $1 has changed since the plan was made"; return; }
  set -- "$1" "$3 $4" "$(stat -L -c '%a %U:%G' -- "$1")"
  [ "$2" = "$3" ] || [ "$2" = "0$3" ] || drifted "$1 was $2 when the plan was made, and is $3 now"
}

# Beside the destination, so that the rename is atomic; hidden and oddly ended, so that no "*.conf" takes it up.
names_of() { # PATH
  real=$(real_path "$1")
  folder=${real%/*}/
  new=$folder.${real##*/}.haprov-$run
  old=$new.old
}

begin_staging() { # PATH
  names_of "$1"
  [ -d "$folder" ] || { fail "the folder $folder does not exist: create it with a directory resource, or install its package"; return; }
  # The old file lives on under a second name: to restore it takes a rename, and no space.
  if [ -f "$real" ]; then
    cp -p -- "$real" "$step/before" && ln -f -- "$real" "$old" || return
  else
    : >"$step/was-absent" || return
  fi
}

finish_staging() { # OWNER:GROUP MODE
  chown "$1" -- "$new" && chmod "$2" -- "$new" || return
  if [ -e "$old" ]; then
    chcon --reference="$old" -- "$new" 2>/dev/null || :
  elif have matchpathcon && have selinuxenabled && selinuxenabled; then
    chcon "$(matchpathcon -n "$real")" -- "$new" || :
  fi
  printf '%s\n%s\n' "$real" "$new" >"$step/staged" || return
  hash_of "$new" >"$step/after"
}

stage_file() { # PATH OWNER GROUP MODE <BASE64
  begin_staging "$1" || return
  base64 -d | dd of="$new" conv=fsync 2>"$step/dd" || { fail "$1 could not be staged: $(tail -n 1 "$step/dd")"; return; }
  finish_staging "$2:$3" "$4"
}

stage_line() { # PATH LINE MATCH
  begin_staging "$1" || return
  [ -f "$real" ] || { fail "$1 does not exist, so no line of it can be changed"; return; }
  edit_line "$real" "$2" "$3" >"$step/edited" || { fail "the line could not be edited: is \"match\" a regular expression that this host's awk knows?"; return; }
  dd if="$step/edited" of="$new" conv=fsync 2>"$step/dd" || { fail "$1 could not be staged: $(tail -n 1 "$step/dd")"; return; }
  finish_staging "$(stat -c %U:%G -- "$real")" "$(stat -c %a -- "$real")"
}

line_is_so() { # PATH LINE MATCH
  names_of "$1"
  [ "$(edit_line "$real" "$2" "$3" | sha256sum)" = "$(sha256sum <"$real")" ] || fail "$1 does not have the line"
}

# Every TEXT that stands by itself, not as a part of a longer path, becomes OTHER.
swap() { # TEXT OTHER <INPUT
  TEXT=$1 OTHER=$2 awk '
    BEGIN { text = ENVIRON["TEXT"]; other = ENVIRON["OTHER"] }
    {
      rest = $0; out = ""; before = ""
      while ((at = index(rest, text)) > 0) {
        if (at > 1) before = substr(rest, at - 1, 1)
        after = substr(rest, at + length(text), 1)
        out = out substr(rest, 1, at - 1) ((before ~ /[A-Za-z0-9._\/-]/ || after ~ /[A-Za-z0-9_\/-]/) ? text : other)
        rest = substr(rest, at + length(text))
        before = substr(text, length(text), 1)
      }
      print out rest
    }'
}

# The staged file as its validator must see it: where it names other files that are staged too, it names their staged copies.
as_seen() {
  seen=$new
  for other in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$other" || continue
    [ "$copy" != "$new" ] && grep -qF -- "$final" "$new" || continue
    if [ "$seen" = "$new" ]; then
      seen=$new.seen
      cp -p -- "$new" "$seen" || return
    fi
    swap "$final" "$copy" <"$seen" >"$seen.next" && cat "$seen.next" >"$seen" && rm -f -- "$seen.next" || return
  done
}

validate_file() { # PATH COMMAND
  names_of "$1"
  as_seen || return
  script= text=$2
  while :; do
    case $text in
      *%s*) script="$script${text%%"%s"*}\"\$seen\"" text=${text#*"%s"} ;;
      *) script=$script$text; break ;;
    esac
  done
  printf '%s\n' "$2" | swap %s "$seen" >"$step/command"
  ( export seen; eval "$script" ) >"$step/validation" 2>&1 </dev/null 3>&- 8>&- 9>&-
  verdict=$?
  # Errors name the file that the user knows.
  swap "$seen" "$1" <"$step/validation" >"$step/told"
  cat "$step/told"
  [ "$seen" = "$new" ] || rm -f -- "$seen"
  [ $verdict = 0 ] || { fail "$1 was refused by its validator (exit code $verdict)"; return; }
  if grep -qi warning "$step/told"; then emit warning "$number" "$(base64 <"$step/told" | tr -d '\n')"; fi
}

commit_file() { # PATH
  names_of "$1"
  : >"$step/begun" && mv -fT -- "$new" "$real"
}

# To take a file away, it is kept under its second name alone, until the run is finished.
stage_removal() { # PATH
  [ ! -L "$1" ] || { fail "$1 is a symbolic link to $(readlink -- "$1"): what is to be absent is named by its own path"; return; }
  begin_staging "$1" || return
  printf '%s\n%s\n' "$real" "$new" >"$step/staged"
}

remove_file() { # PATH
  names_of "$1"
  : >"$step/begun" && rm -f -- "$real"
}

verify_absent() { # PATH
  [ ! -e "$1" ] || fail "$1 is still there"
}

verify_file() { # PATH SHA256
  [ "$(hash_of "$1")" = "$2" ] || fail "$1 does not hold what was written to it"
}

restore_file() { # PATH
  names_of "$1"
  if [ -e "$step/begun" ]; then
    undo_rename "$1" || return
  fi
  rm -f -- "$new" "$new.seen" "$new.seen.next" "$old"
}

# What was committed is taken back; what somebody else has put there since is theirs.
undo_rename() { # PATH
  if [ -e "$old" ]; then
    # Two names of one file: the rename was not reached.
    [ "$old" -ef "$real" ] || mv -fT -- "$old" "$real" || return
  elif [ -e "$step/was-absent" ] && [ -f "$real" ]; then
    [ "$(hash_of "$real")" = "$(cat "$step/after")" ] || { fail "$1 was not there before, and cannot be taken away: it holds what somebody else wrote"; return; }
    rm -f -- "$real" || return
  fi
  [ ! -f "$step/before" ] || cmp -s -- "$step/before" "$real" || fail "$1 does not hold what it held before; that is kept in $step/before"
}

# --- folders ----------------------------------------------------------------------------------------------------

check_directory() { # PATH EXPECTED [OWNER:GROUP]
  if [ "$2" = absent ] || [ "$2" = absent-or-packaged ]; then
    [ ! -e "$1" ] && return
    [ "$2" = absent-or-packaged ] && [ -d "$1" ] && return
    drifted "$1 did not exist when the plan was made, and does now"
    return
  fi
  [ -d "$1" ] || { drifted "$1 was there when the plan was made, and is gone"; return; }
  set -- "$1" "$2 $3" "$(stat -L -c '%a %U:%G' -- "$1")"
  [ "$2" = "$3" ] || [ "$2" = "0$3" ] || drifted "$1 was $2 when the plan was made, and is $3 now"
}

make_directory() { # PATH OWNER GROUP MODE
  if [ -d "$1" ]; then
    stat -L -c '%a %U:%G' -- "$1" >"$step/before" || return
  else
    # The topmost folder that is made on the way: so much is taken away again.
    top=$1
    while [ ! -e "${top%/*}/." ]; do top=${top%/*}; done
    printf '%s\n' "$top" >"$step/made" || return
    mkdir -p -m 0755 -- "$1" || return
    top=$1
    while [ "$top" != "$(cat "$step/made")" ]; do top=${top%/*}; chmod 0755 -- "$top"; done
  fi
  chown "$2:$3" -- "$1" && chmod "$4" -- "$1" || return
  if have restorecon; then restorecon -- "$1" 2>/dev/null || :; fi
}

restore_directory() { # PATH
  if [ -f "$step/made" ]; then
    top=$(cat "$step/made") folder=$1
    while [ ! -e "$folder" ] && [ "$folder" != "$top" ]; do folder=${folder%/*}; done
    while [ -d "$folder" ]; do
      rmdir -- "$folder" 2>/dev/null || break
      [ "$folder" = "$top" ] && break
      folder=${folder%/*}
    done
  elif [ -f "$step/before" ] && [ -d "$1" ]; then
    read -r bits owner <"$step/before" && chown "$owner" -- "$1" && chmod "00$bits" -- "$1"
  fi
}

# A folder still holds the way back of the files that were in it: it goes when the run is finished, if it is empty then.
leave_directory() { # PATH TOP
  stat -c '%a %U:%G' -- "$1" >"$step/before" && printf '%s\n%s\n' "$1" "$2" >"$step/removed"
}

keep_directory() { rm -f -- "$step/removed"; }

remove_left_directories() {
  for n in $commit_steps; do
    [ -f "$home/steps/$n/removed" ] || continue
    { IFS= read -r folder; IFS= read -r top; } <"$home/steps/$n/removed"
    while rmdir -- "$folder" && [ "$folder" != "$top" ]; do folder=${folder%/*}; done
  done
}

# --- packages ---------------------------------------------------------------------------------------------------

check_packages_absent() { # NAME...
  for name in "$@"; do
    rpm -q "$name" >/dev/null 2>&1 && { drifted "package $name was not installed when the plan was made, and is now"; return 1; }
  done
  :
}

install_packages() { # NAME...
  if have dnf; then installer=dnf; else installer=yum; fi
  have yum && installer=yum
  attempt "$installer" -y -q install "$@" </dev/null
}

verify_packages() { # NAME...
  for name in "$@"; do
    rpm -q "$name" >/dev/null 2>&1 || rpm -q --whatprovides "$name" >/dev/null 2>&1 || { fail "package $name is still not installed"; return 1; }
  done
}

# --- kernel parameters ------------------------------------------------------------------------------------------

check_sysctls() { # KEY=VALUE...
  for pair in "$@"; do
    found=$(probe_sysctls "${pair%%=*}" | tr -s ' ' | sed 's/ $//')
    [ "$found" = "$pair" ] || { drifted "sysctl ${pair%%=*} should be \"${pair#*=}\" and is \"${found#*=}\""; return 1; }
  done
}

save_sysctls() { # KEY...
  probe_sysctls "$@" >"$step/before"
}

set_sysctls() { # KEY=VALUE...
  for pair in "$@"; do
    attempt sysctl -q -w "$pair" || return
  done
}

restore_sysctls() {
  [ -f "$step/before" ] || return 0
  wrong=0
  while IFS= read -r pair; do
    sysctl -q -w "$pair" && [ "$(probe_sysctls "${pair%%=*}")" = "$pair" ] || wrong=1
  done <"$step/before"
  return $wrong
}

# --- services ---------------------------------------------------------------------------------------------------

property() { systemctl show -p "$1" -- "$2" | sed 's/^[^=]*=//'; }

check_service() { # UNIT ACTIVE ENABLED
  unit=$(unit_name "$1")
  found="$(property ActiveState "$unit") $(property UnitFileState "$unit")"
  [ "$found" = "$2 ${3#none}" ] || drifted "$1 was \"$2, $3\" when the plan was made, and is \"$found\" now"
}

save_service() { # UNIT
  probe_service "$1" >"$step/before"
}

change_service() { # UNIT ENABLE MOVE
  unit=$(unit_name "$1")
  : >"$step/begun" || return
  if [ "$(property NeedDaemonReload "$unit")" = yes ] || [ "$(property LoadState "$unit")" = not-found ]; then
    attempt systemctl daemon-reload || return
  fi
  if [ "$2" != - ]; then attempt systemctl -q "$2" "$unit" || return; fi
  if [ "$3" != - ]; then
    attempt systemctl "$3" "$unit" || { moved=$?; unit_report "$unit"; return $moved; }
  fi
}

# What a human would ask next.
unit_report() { # UNIT
  systemctl status --no-pager --full --lines=0 -- "$1" 2>&1 | sed -n '1,6p'
  journalctl --no-pager -q -n 15 -o cat -u "$1" 2>/dev/null
}

verify_service() { # UNIT ENABLE ACTIVE
  unit=$(unit_name "$1")
  if [ "$3" = active ]; then
    systemctl -q is-active "$unit" || { unit_report "$unit" >&2; fail "$1 is $(property ActiveState "$unit") instead of active"; return; }
  elif [ "$3" = inactive ]; then
    ! systemctl -q is-active "$unit" || { fail "$1 is still active"; return; }
  fi
  case $2:$(systemctl is-enabled "$unit" 2>/dev/null) in
    -:* | enable:enabled | disable:disabled) ;;
    *) fail "$1 is \"$(systemctl is-enabled "$unit" 2>&1)\" after \"systemctl $2\"" ;;
  esac
}

restore_service() { # UNIT
  unit=$(unit_name "$1")
  [ -f "$step/begun" ] && [ -f "$step/before" ] || return 0
  was() { sed -n "s/^$1=//p" "$step/before"; }
  if [ "$(property NeedDaemonReload "$unit")" = yes ]; then systemctl daemon-reload; fi
  case $(was UnitFileState) in
    enabled) systemctl -q enable "$unit" || return ;;
    disabled) systemctl -q disable "$unit" || return ;;
    '') [ "$(property LoadState "$unit")" = not-found ] || systemctl -q disable "$unit" ;;
  esac
  case $(was ActiveState) in
    active | reloading | activating)
      systemctl reload-or-restart "$unit" 3>&- 8>&- 9>&- || systemctl restart "$unit" 3>&- 8>&- 9>&-
      systemctl -q is-active "$unit" || fail "$1 ran before, and does not come up again: $(unit_report "$unit")"
      ;;
    *)
      systemctl stop "$unit" 2>/dev/null
      ! systemctl -q is-active "$unit" || fail "$1 did not run before, and cannot be stopped"
      ;;
  esac
}

# --- commands ---------------------------------------------------------------------------------------------------

run_command() { # SCRIPT
  : >"$step/begun" || return
  attempt sh -c "$1" </dev/null
}

undo_command() { # SCRIPT
  [ -f "$step/begun" ] || return 0
  sh -c "$1" </dev/null
}

# --- the steps --------------------------------------------------------------------------------------------------

# One part of one step, its output kept for the report.
part() { # NUMBER PART
  number=$1
  step=$home/steps/$number
  mkdir -p "$step" || return
  "s$1_$2" >"$step/output" 2>&1
  part_result=$?
  [ $part_result = 0 ] || emit failed "$1" "$2 $part_result $({ [ ! -f "$step/command" ] || head -n 1 "$step/command"; } | base64 | tr -d '\n') $(tail -c 8000 "$step/output" | base64 | tr -d '\n')"
  return $part_result
}

step_of() { # NUMBER PART...
  current=$1
  shift
  begun=$(now)
  rm -f "$home/steps/$current/command"
  emit start "$current" "$*"
  for part in "$@"; do
    part "$current" "$part" || return
  done
  emit done "$current" $(($(now) - begun))
}

reversed() { for word in "$@"; do printf '%s\n' "$word"; done | awk '{ row[NR] = $0 } END { for (i = NR; i > 0; i--) print row[i] }'; }

# --- the verbs --------------------------------------------------------------------------------------------------

stage() {
  take_lock || return
  set_state staging || return
  for n in $prepare_steps; do step_of "$n" check run verify || return; done
  for n in $commit_steps $service_steps; do step_of "$n" check stage || return; done
  for n in $commit_steps; do part "$n" validate || return; done
  renew && set_state staged
}

commit() {
  set_state committing || return
  for n in $commit_steps $service_steps; do step_of "$n" check run verify || return; done
  set_state committed
}

confirm() { renew && set_state confirmed; }

# Files, folders and values first, then the services that read them; each in the reverse of its order.
restore() {
  set_state restoring || :
  bad=0
  for n in $(reversed $prepare_steps $commit_steps) $(reversed $service_steps); do
    [ -d "$home/steps/$n" ] || continue
    if part "$n" undo; then emit undone "$n" ''; else bad=1; fi
  done
  if [ $bad = 0 ]; then set_state restored; else set_state broken; fi
  drop_lock
  return $bad
}

# The way back is no longer needed beside the files; the journal keeps its own copies.
finish() {
  for staged in "$home"/steps/*/staged; do
    [ -f "$staged" ] || continue
    { IFS= read -r final; IFS= read -r copy; } <"$staged"
    rm -f -- "$copy.old"
  done
  remove_left_directories
  set_state finished
  drop_lock
  prune_runs
}

# What a run comes to whose laptop, or whose host, is gone.
recover() {
  case $(state) in
    finished | restored | broken) drop_lock ;;
    confirmed) finish ;;
    *) restore ;;
  esac
}

keep_runs=20
prune_runs() {
  ls -1d "${home%/*}"/* 2>/dev/null | sort -r | tail -n +$((keep_runs + 1)) | while IFS= read -r old_run; do rm -rf -- "$old_run"; done
}

# --- the watcher: moves a run on that nobody else moves on ---------------------------------------------------------

renew() { : >"$home/lease"; }
age_of() { echo $(($(date +%s) - $(stat -c %Y -- "$1" 2>/dev/null || echo 0))); }

is_overdue() {
  case $(state) in
    staged | confirmed) [ "$(age_of "$home/lease")" -ge "$lease" ] ;;
    committed) [ "$(age_of "$home/state")" -ge "$lease" ] ;;
    # A verb is at it, and holds the guard; where the guard is free, it died.
    *) : ;;
  esac
}

watch() {
  while sleep 1 && [ -e "$home/transaction" ]; do
    case $(state) in finished | restored | broken) return ;; esac
    is_overdue && flock -n 9 || continue
    if is_overdue; then
      emit abandoned - "$(state)"
      recover
    fi
    flock -u 9
  done
}

start_watcher() {
  setsid sh "$home/transaction" watch </dev/null >>"$home/log" 2>&1 3>&- 9>&- &
}

# --- the lock: one link, made in one step, saying which run, since when, and whose -----------------------------------

lock=${home%/runs/*}/lock

take_lock() {
  for try in 1 2 3; do
    ln -s "$run $(date +%s) $owner" "$lock" 2>/dev/null && return
    holder=$(readlink "$lock") || continue
    [ "${holder%% *}" != "$run" ] || return 0
    if is_alive "${home%/*}/${holder%% *}"; then
      emit locked - "$holder"
      return 75
    fi
    recover_other "$holder"
  done
  emit locked - "$holder"
  return 75
}

recover_other() { # HOLDER
  other=${home%/*}/${1%% *}
  emit recovered - "$(readlink "$other/state" 2>/dev/null || echo nothing) $1"
  [ ! -f "$other/transaction" ] || sh "$other/transaction" recover </dev/null >>"$other/log" 2>&1 3>&- 9>&-
  [ "$(readlink "$lock")" != "$1" ] || rm -f "$lock"
}

drop_lock() {
  holder=$(readlink "$lock") || holder=
  [ "${holder%% *}" != "$run" ] || rm -f "$lock"
}

# --- what the laptop calls -----------------------------------------------------------------------------------------

needs_state() { # STATE...
  for wanted in "$@"; do [ "$(state)" != "$wanted" ] || return 0; done
  emit refused - "$(state)"
  exit 76
}

main() { # VERB
  set -u
  if [ "$1" = watch ]; then
    exec 8>>"$home/alive" 9>>"$home/guard"
    flock -n 8 || exit 0
    watch
    return
  fi
  if [ "$1" = renew ]; then
    renew
    return
  fi
  : >>"$home/alive"
  exec 9>>"$home/guard"
  flock 9 || exit 74
  case $1 in
    stage) needs_state none; renew && start_watcher && stage || { result=$?; [ $result = 75 ] && set_state restored || restore || exit 70; exit $result; } ;;
    commit) needs_state staged; commit || { result=$?; restore || exit 70; exit $result; } ;;
    confirm) needs_state committed; confirm ;;
    restore) needs_state staging staged committing committed confirmed restoring; restore || exit 70 ;;
    finish) needs_state confirmed; finish ;;
    recover) recover || exit 70 ;;
  esac
}
