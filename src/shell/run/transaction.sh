# One host's changes as one transaction; its states and verbs are those of docs/decisions/0003-transaction.md.
# The generated part before this defines $run, $home, $owner, $lease, the units that it is about, its group (peers.sh),
# the steps' functions (sN_check, sN_stage, sN_validate, sN_run, sN_verify, sN_undo), their limits (sN_limit) and the
# lists of their numbers; `main VERB` comes after it.
# Journal rows: milliseconds, event, step, detail, separated by tabs. Descriptor 3 is the operator, who may be gone;
# 8 says that the watcher lives, 9 is the guard: neither is for the programs that a step runs.
# Needs: probe apart selinux-probe put-back recover folders boot limits peers view
# Given: home prepare_steps commit_steps service_steps run lease owner
# Gives: step number booting
trap '' PIPE HUP INT TERM
booting=

now() { date +%s%3N; }

emit() { # state|start|done|undone|warning|failed|locked|refused|abandoned|recovered STEP DETAIL
  row=$(printf '%s\t%s\t%s\t%s' "$(now)" "$1" "$2" "$3")
  printf '%s\n' "$row" >>"$home/journal" 2>/dev/null || :
  printf '%s\n' "$row" >&3 2>/dev/null || :
}

# Seconds that the host has run: a clock that nobody sets.
uptime_now() { read -r up_ _ </proc/uptime; echo "${up_%%.*}"; }

# A link is made and renamed without a free block on the disk.
# A heartbeat does so beside a verb: each by a name of its own.
link_to() { ln -sfn "$1" "$home/$2.$$" && mv -fT "$home/$2.$$" "$home/$2"; } # TEXT NAME

mark_time() { link_to "$(uptime_now)" "$1"; } # MARK
# Seconds since then; what was marked before the host started last is long ago.
age_of() { # MARK
  then_=$(readlink "$home/$1")
  case $then_ in '' | *[!0-9]*) then_=999999999 ;; esac
  age=$(($(uptime_now) - then_))
  [ $age -ge 0 ] || age=999999999
  echo $age
}

# These files and folders are on the disk. Where sync knows no names (before coreutils 8.24), everything is.
settle() { sync -- "$@" 2>/dev/null || sync; } # PATH...

settle_run() { find "$home" ! -type l -exec sync -- {} + 2>/dev/null || sync; }

# The folders of what is renamed: a rename is on the disk when its folder is.
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

# Of a link that did not outlive a crash, the journal knows what it said.
state() {
  found=$(readlink "$home/state" 2>/dev/null) || found=
  case $found in
    staging | staged | committing | committed | confirmed | restoring | finished | restored | broken) echo "$found" ;;
    *) { [ ! -f "$home/journal" ] || tr -d '\000' <"$home/journal"; } | awk -F '\t' '$2 == "state" { last = $4 } END { print last == "" ? "none" : last }' ;;
  esac
}

# What a step did from here on is to be undone, also where the host loses its power next.
begin() { : >"$step/begun" && settle "$step"; }

drifted() { echo "drift: $*" >&2; return 1; } # WORD...
still_needed() { fail 'its guard still asks for it after it ran: the command does not do what the guard checks'; }

# Runs a command of the operator's or of the system's, remembering it for the report.
attempt() { note_command "$*"; "$@" 3>&- 8>&- 9>&-; } # WORD...
note_command() { printf '%s\n' "$1" >"$step/command"; } # TEXT

# --- the steps --------------------------------------------------------------------------------------------------

# One part of one step, its output kept for the report.
part() { # NUMBER PART
  number=$1
  step=$home/steps/$number
  mkdir -p "$step" || return
  part_begun=$(date +%s)
  eval "part_limit=\$s$1_limit"
  limited "s$1_$2" "$part_limit" >"$step/output" 2>&1
  part_result=$?
  [ $part_result = 0 ] || denials_since "$part_begun" >>"$step/output"
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

reversed() { for word in "$@"; do printf '%s\n' "$word"; done | awk '{ row[NR] = $0 } END { for (i = NR; i > 0; i--) print row[i] }'; } # WORD...

# --- the verbs --------------------------------------------------------------------------------------------------

stage() {
  take_lock || return
  set_state staging && hook_boot || return
  for n in $prepare_steps; do step_of "$n" check run verify || return; done
  for n in $commit_steps $service_steps; do step_of "$n" check stage || return; done
  validate_all || return
  settle_run && settle_renamed && renew && set_state staged
}

commit() {
  link_to yes was-committed && set_state committing || return
  for n in $commit_steps $service_steps; do step_of "$n" check run verify || return; done
  settle_renamed && set_state committed
}

confirm() { renew && set_state confirmed; }

# Files, folders and values first, then the services that read them; each in the reverse of its order.
restore() {
  set_state restoring || :
  say_restored
  bad=0
  for n in $(reversed $prepare_steps $commit_steps) $(reversed $service_steps); do
    [ -d "$home/steps/$n" ] || continue
    if part "$n" undo; then emit undone "$n" ''; else bad=1; fi
  done
  settle_renamed
  if [ $bad = 0 ]; then set_state restored; else set_state broken; fi
  drop_lock
  prune_runs
  return $bad
}

finish() {
  leave_all_names
  remove_left_directories
  set_state finished
  drop_lock
  prune_runs
}

# What a run comes to whose laptop, or whose host, is gone.
recover() {
  # A crash may have cut the journal's last row.
  echo >>"$home/journal" || :
  was=$(state)
  if has_ended "$was"; then drop_lock; return; fi
  emit abandoned - "$was"
  # Nobody else takes it away: what was to do that after a while went down with the host.
  rm -f "${home%/runs/*}/drain-for-run"
  if is_in_group; then recover_in_group "$was"; return; fi
  if [ "$was" = confirmed ]; then finish; else restore; fi
}

# By the numbers that the host gave them: their names are of the laptops' clocks.
newest_first() {
  for each in "${home%/*}"/*; do
    { read -r number_ <"$each/number"; } 2>/dev/null || number_=0
    printf '%s %s\n' "$number_" "${each##*/}"
  done | sort -k 1,1nr -k 2,2r | cut -d ' ' -f 2-
}

# Runs that did something are what one can go back by; refused ones must not push them out.
keep_runs=20
keep_refused=5
# Whole drills, of a few scenarios each; they change nothing that one could go back to.
keep_drills=28
prune_runs() {
  newest_first | while IFS= read -r name; do
    [ "$name" != "$run" ] || continue
    drop_program "${home%/*}/$name"
    if grep -qs '"command":"drill"' "${home%/*}/$name/manifest"; then
      keep_drills=$((keep_drills - 1))
      [ $keep_drills -ge 1 ] || rm -rf -- "${home%/*}/$name"
    elif [ -d "${home%/*}/$name/steps" ]; then
      keep_runs=$((keep_runs - 1))
      [ $keep_runs -ge 1 ] || rm -rf -- "${home%/*}/$name"
    else
      keep_refused=$((keep_refused - 1))
      [ $keep_refused -ge 0 ] || rm -rf -- "${home%/*}/$name"
    fi
  done
}

# Nearly all of a folder is its program, which nobody needs once the run is over: steps.json says how it is undone.
drop_program() { # HOME
  ended_as=$(readlink "$1/state")
  case $ended_as in finished | restored) ;; *) return 0 ;; esac
  [ ! -s "$1/steps.json" ] || is_alive "$1" || rm -f -- "$1/transaction"
}

# --- the watcher: moves a run on that nobody else moves on ---------------------------------------------------------

renew() { mark_time lease; }

is_overdue() {
  at=$(state)
  case $at in
    staged | confirmed) [ "$(age_of lease)" -ge "$lease" ] ;;
    committed) [ "$(age_of since)" -ge "$lease" ] ;;
    # A verb is at it, and holds the guard; where the guard is free, it died.
    *) : ;;
  esac
}

# One look; fails when there is nothing left to look at.
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
  emit locked - "${holder-}"
  return 75
}

recover_other() { # HOLDER
  other=${home%/*}/${1%% *}
  emit recovered - "$(readlink "$other/state" 2>/dev/null || echo nothing) $1"
  [ "$(recover_run "${1%% *}")" != unknown ] || return
  [ "$(readlink "$lock")" != "$1" ] || rm -f "$lock"
}

drop_lock() {
  unhook_boot
  holder=$(readlink "$lock") || holder=
  [ "${holder%% *}" != "$run" ] || rm -f "$lock"
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
  # The verb "stage" calls this one, and holds the guard.
  if [ "$1" = view ]; then
    view
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
    boot) exec 3>/dev/null >>"$home/log" 2>&1; booting=yes; recover || exit 70 ;;
  esac
}
