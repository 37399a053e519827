# A run's changes on one host as one transaction, with the states and verbs of docs/decisions/0003-transaction.md.
# The generated part before this sets $run, $home, $owner, $lease, $units, the group (peers.sh) and the lists of step
# numbers, and defines the steps' functions (sN_check, sN_stage, sN_validate, sN_run, sN_verify, sN_undo) and limits
# (sN_limit); `main VERB` comes after it.
# Journal rows: milliseconds, event, step, detail, separated by tabs. Descriptor 3 leads to the laptop, which may have gone;
# 8 is the watcher's lock, 9 the guard, which a verb locks: the programs of a step get neither.
# Needs: probe apart selinux-probe put-back recover wipe folders boot limits peers view flag full-folder
# Given: home prepare_steps commit_steps service_steps undo_steps look_again_after run lease confirm_within owner
# Gives: step number booting
trap '' PIPE HUP INT TERM
booting=

now() { date +%s%3N; }

emit() { # state|start|done|undone|warning|failed|locked|refused|abandoned|because|recovered|boot STEP DETAIL
  row=$(printf '%s\t%s\t%s\t%s' "$(now)" "$1" "$2" "$3")
  printf '%s\n' "$row" >>"$home/journal" 2>/dev/null || :
  { printf '%s\n' "$row" >&3; } 2>/dev/null || :
}

# Prints the seconds since boot, a clock that nobody sets.
uptime_now() { read -r up_ _ </proc/uptime; echo "${up_%%.*}"; }

# Stores TEXT as a symbolic link, which needs no free block on the disk. A heartbeat does the same beside a verb, so each
# process makes the link under its own name before it renames it.
link_to() { ln -sfn "$1" "$home/$2.$$" && mv -fT "$home/$2.$$" "$home/$2"; } # TEXT NAME

mark_time() { link_to "$(uptime_now)" "$1"; } # MARK
# Prints the seconds since the mark; a very large number where it was made before the last boot.
age_of() { # MARK
  then_=$(readlink "$home/$1")
  case $then_ in '' | *[!0-9]*) then_=999999999 ;; esac
  age=$(($(uptime_now) - then_))
  [ $age -ge 0 ] || age=999999999
  echo $age
}

# Flushes these files and folders to the disk; everything where sync takes no names (before coreutils 8.24).
settle() { sync -- "$@" 2>/dev/null || sync; } # PATH...

settle_run() { find "$home" ! -type l -exec sync -- {} + 2>/dev/null || sync; }

# Flushes the folders of renamed files: a rename is on the disk when its folder is.
settle_renamed() {
  set --
  for staged in "$home"/steps/*/staged; do
    [ -f "$staged" ] || continue
    { IFS= read -r final; IFS= read -r copy; } <"$staged"
    set -- "$@" "${final%/*}/" "${copy%/*}/"
    [ ! -f "$copy" ] || set -- "$@" "$copy"
  done
  [ $# = 0 ] || settle "$@"
}

set_state() { mark_time since && link_to "$1" state && emit state - "$1" && settle "$home/journal" "$home"; } # staging|staged|committing|committed|confirmed|restoring|finished|restored|broken

# Prints the run's state; from the journal where a crash has lost the link.
state() {
  found=$(readlink "$home/state" 2>/dev/null) || found=
  case $found in
    staging | staged | committing | committed | confirmed | restoring | finished | restored | broken) echo "$found" ;;
    *) { [ ! -f "$home/journal" ] || tr -d '\000' <"$home/journal"; } | awk -F '\t' '$2 == "state" { last = $4 } END { print last == "" ? "none" : last }' ;;
  esac
}

# Marks the step as one to undo, also where the host loses its power next.
begin() { : >"$step/begun" && settle "$step"; }

drifted() { echo "drift: $*" >&2; return 1; } # WORD...
still_needed() { fail 'its guard still asks for it after it ran: the command does not do what the guard checks'; }

# Runs a command, and writes it down for the report.
attempt() { note_command "$*"; "$@" 3>&- 8>&- 9>&-; } # WORD...
note_command() { printf '%s\n' "$1" >"$step/command"; } # TEXT

# --- the steps --------------------------------------------------------------------------------------------------

# Runs one part of one step within its limit, and keeps its output for the report.
part() { # NUMBER PART
  number=$1
  step=$home/steps/$number
  mkdir -p "$step" || return
  part_begun=$(date +%s)
  eval "part_limit=\$s$1_limit"
  limited "s$1_$2" "$part_limit" >"$step/output" 2>&1
  part_result=$?
  [ $part_result = 0 ] || denials_since "$part_begun" >>"$step/output"
  [ $part_result = 0 ] || emit failed "$1" "$2 $part_result $({ [ ! -f "$step/command" ] || head -n 1 "$step/command"; } | base64 | tr -d '\n') $({ tail -c 8000 "$step/output"; say_full_folder; } | base64 | tr -d '\n')"
  return $part_result
}

step_of() { # NUMBER PART...
  current=$1
  shift
  begun=$(now)
  rm -f "$home/steps/$current/command"
  emit start "$current" "$*"
  for part in "$@"; do
    # A command may end as a verb does that tells of a lock or of a full disk.
    part "$current" "$part" || return 1
  done
  case "$part $look_again_after " in "verify "*" $current "*) look_again || return 1 ;; esac
  emit done "$current" $(($(now) - begun))
}

# A unit that ends right after its start is active at the first look, which has left "life" in its step: all of them are
# looked at again a second after the last of them.
look_again() {
  set --
  for life in "$home"/steps/*/life; do [ ! -e "$life" ] || set -- "$@" "$life"; done
  [ $# -gt 0 ] || return 0
  sleep 1 3>&- 8>&- 9>&-
  for life in "$@"; do
    started=${life%/life}
    part "${started##*/}" verify && rm -f "$life" || return
  done
}

reversed() { for word in "$@"; do printf '%s\n' "$word"; done | awk '{ row[NR] = $0 } END { for (i = NR; i > 0; i--) print row[i] }'; } # WORD...

# --- the verbs --------------------------------------------------------------------------------------------------

stage() {
  hook_boot || return
  take_lock || return
  set_state staging || return
  for n in $prepare_steps; do step_of "$n" check run verify || return; done
  for n in $commit_steps $service_steps; do step_of "$n" check stage || return; done
  validate_all || return 1
  settle_run && settle_renamed && renew && set_state staged
}

commit() {
  link_to yes was-committed && set_state committing || return
  for n in $commit_steps $service_steps; do step_of "$n" check run verify || return; done
  settle_renamed && set_state committed
}

confirm() { renew && set_state confirmed; }

# Undoes files, folders and values first, then the units that read them, each group in reverse order; a step without an undo stays.
restore() {
  set_state restoring || :
  say_restored
  bad=0
  for n in $(reversed $prepare_steps $commit_steps) $(reversed $service_steps); do
    case " $undo_steps " in *" $n "*) ;; *) continue ;; esac
    [ -d "$home/steps/$n" ] || continue
    if part "$n" undo; then emit undone "$n" ''; else bad=1; fi
  done
  settle_renamed
  if [ $bad = 0 ]; then set_state restored; else set_state broken; fi
  drop_lock "$home"
  prune_runs
  return $bad
}

finish() {
  leave_all_names
  remove_left_directories
  set_state finished
  drop_lock "$home"
  prune_runs
}

# Ends a run whose laptop has gone, or whose host has restarted.
recover() {
  # A crash may have cut the journal's last row.
  echo >>"$home/journal" || :
  was=$(state)
  if has_ended "$was"; then drop_lock "$home"; return; fi
  emit abandoned - "$was"
  [ -z "$booting" ] || emit because - "$(printf 'its host started anew, and ended what nobody drives any more' | base64 | tr -d '\n')"
  # The process that would have removed the run's flag after a while may have ended with the host.
  take_run_flag_down
  if is_in_group; then recover_in_group "$was"; return; fi
  if [ "$was" = confirmed ]; then finish; else restore; fi
}

# Prints the runs by the host's numbers, because their names have the time of the laptops' clocks.
newest_first() {
  for each in "${home%/*}"/*; do
    { read -r number_ <"$each/number"; } 2>/dev/null || number_=0
    printf '%s %s\n' "$number_" "${each##*/}"
  done | sort -k 1,1nr -k 2,2r | cut -d ' ' -f 2-
}

# Runs with steps are kept for rollbacks; refused runs are counted separately, so that they do not push those out.
keep_runs=20
keep_refused=5
# Some whole drills, whose experiments are runs of their own, and boots; there is nothing to roll back.
keep_drills=28
prune_runs() {
  drills=$newline$(grep -lsF -e '"command":"drill"' -e '"command":"reboot"' "${home%/*}"/*/manifest)$newline
  newest_first | while IFS= read -r name; do
    [ "$name" != "$run" ] || continue
    if [ -e "${home%/*}/$name/transaction" ]; then
      ended_as=$(readlink "${home%/*}/$name/state")
      case $ended_as in finished | restored) drop_program "${home%/*}/$name" ;; esac
    fi
    is_drill=
    case $drills in *"$newline${home%/*}/$name/manifest$newline"*) is_drill=yes ;; esac
    if [ -n "$is_drill" ]; then
      keep_drills=$((keep_drills - 1))
      [ $keep_drills -ge 1 ] || drop_run "${home%/*}/$name"
    elif [ -d "${home%/*}/$name/steps" ]; then
      keep_runs=$((keep_runs - 1))
      [ $keep_runs -ge 1 ] || drop_run "${home%/*}/$name"
    else
      keep_refused=$((keep_refused - 1))
      [ $keep_refused -ge 0 ] || drop_run "${home%/*}/$name"
    fi
  done
}

drop_run() { wipe_run "$1" && rm -rf -- "$1"; } # HOME

# --- the watcher: ends a run that no laptop drives any more ---------------------------------------------------------

renew() { mark_time lease; }

is_overdue() {
  at=$(state)
  case $at in
    staged | confirmed) [ "$(age_of lease)" -ge "$lease" ] ;;
    committed) [ "$(age_of since)" -ge "$confirm_within" ] ;;
    # In other states a verb is at work and holds the guard; where the guard is free, the verb died.
    *) : ;;
  esac
}

# One look of the watcher; fails when the run has ended.
look() {
  at=$(state)
  if has_ended "$at"; then return 1; fi
  case $at in
    committed) say committed ;;
    confirmed) if is_in_group; then look_around; return 0; fi ;;
  esac
  is_overdue && flock -n 9 || return 0
  if is_overdue; then recover; fi
  flock -u 9
}

watch() {
  while sleep 1 8>&- 9>&- && [ -e "$home/transaction" ]; do
    look || { say_farewell; return; }
  done
}

start_watcher() { begin_apart exec setsid sh "$home/transaction" watch </dev/null >>"$home/log" 2>&1 3>&-; }

# --- the lock: a symbolic link to "RUN SECONDS_SINCE_1970 OWNER", made in one system call ---------------------------

lock=${home%/runs/*}/lock

take_lock() {
  if holder=$(roll_at_work) && [ "${holder%% *}" != "$run" ]; then
    emit locked - "$holder"
    return 75
  fi
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
  emit locked - "${holder-}"
  return 75
}

recover_other() { # HOLDER
  other=${home%/*}/${1%% *}
  emit recovered - "$(readlink "$other/state" 2>/dev/null || echo nothing) $1"
  [ "$(recover_run "${1%% *}")" != unknown ] || return
  [ "$(readlink "$lock")" != "$1" ] || rm -f "$lock"
}

# --- what the laptop calls -----------------------------------------------------------------------------------------

needs_state() { # none|staging|staged|committing|committed|confirmed|restoring|finished|restored|broken...
  for wanted in "$@"; do [ "$(state)" != "$wanted" ] || return 0; done
  emit refused - "$(state)"
  exit 76
}

main() { # stage|commit|confirm|restore|finish|renew|recover|boot|watch|look|view
  set -u
  if [ "$1" = watch ]; then
    exec 8>>"$home/alive" 9>>"$home/guard"
    flock -n 8 || exit 0
    watch
    return
  fi
  if [ "$1" = look ]; then
    exec 9>>"$home/guard"
    look || :
    return
  fi
  if [ "$1" = renew ]; then
    renew
    return
  fi
  # The verb "stage" calls this one, and has the guard locked.
  if [ "$1" = view ]; then
    view
    return
  fi
  ( : >>"$home/alive" ) || exit 74
  exec 9>>"$home/guard"
  flock 9 || exit 74
  case $1 in
    stage) needs_state none; renew && start_watcher && stage || { result=$?; [ $result = 75 ] && set_state restored && unhook_boot "$home" || restore || exit 70; exit $result; } ;;
    commit) needs_state staged; commit || { result=$?; restore || exit 70; exit $result; } ;;
    confirm) needs_state committed; confirm ;;
    restore) needs_state staging staged committing committed confirmed restoring; restore || exit 70 ;;
    finish) needs_state confirmed; finish ;;
    recover) recover || exit 70 ;;
    boot) exec 3>/dev/null >>"$home/log" 2>&1; booting=yes; recover || exit 70 ;;
  esac
}
