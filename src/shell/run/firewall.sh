# firewalld's ports and protocols as steps of a transaction. The runtime and the permanent set are changed separately,
# because a reload would drop what others have opened in the runtime set only.
# Records, one file for each owner, list what haprov has opened, so that it closes that and nothing else.
# Needs: probe firewall-probe transaction

# --- the record -------------------------------------------------------------------------------------------------

record_firewall() { # RECORD ROW...   a row is "+SET ZONE ENTRY" or "-SET ZONE ENTRY"
  file=$firewall_records/$1 next=$firewall_records/.next
  shift
  mkdir -p -- "$firewall_records" || return
  { [ ! -f "$file" ] || cat -- "$file"; printf '%s\n' "$@"; } | awk '
    /^[+-]/ { keep[substr($0, 2)] = /^\+/; next }
    { keep[$0] = 1 }
    END { for (row in keep) if (keep[row]) print row }' | sort >"$next" || return
  if [ -s "$next" ]; then
    mv -f -- "$next" "$file"
  else
    rm -f -- "$next" "$file" && { rmdir -- "$firewall_records" 2>/dev/null || :; }
  fi
}

held_by_another() { # RECORD ROW   a row is "SET ZONE ENTRY"
  firewall_holders | RECORD=$1 ROW=$2 awk '
    $2 " " $3 " " $4 == ENVIRON["ROW"] && $5 != ENVIRON["RECORD"] { found = 1 }
    END { exit !found }'
}

# --- the sets ---------------------------------------------------------------------------------------------------

# Where firewalld has stopped meanwhile, there is only the permanent set, on the disk.
tell_firewall() { # runtime|permanent WORD...
  case $1 in runtime) flag= ;; *) flag=--permanent ;; esac
  shift
  if firewall_runs; then
    attempt firewall-cmd $flag "$@"
  elif [ -n "$flag" ]; then
    attempt firewall-offline-cmd "$@"
  fi
}

# firewall-cmd does not fail for what is so already. An entry that another owner holds stays open.
change_firewall() { # add|remove RECORD SET ZONE ENTRY...
  verb=$1 record=$2 set_=$3 zone=$4
  shift 4
  ports= protocols= limited=
  for entry in "$@"; do
    if [ "$verb" = remove ] && held_by_another "$record" "$set_ $zone $entry"; then continue; fi
    case $entry in
      */*@*) limited="$limited $entry" ;;
      */*) ports="$ports --$verb-port=$entry" ;;
      *) protocols="$protocols $entry" ;;
    esac
  done
  [ -z "$ports" ] || tell_firewall "$set_" "--zone=$zone" $ports || return
  for protocol in $protocols; do
    tell_firewall "$set_" "--zone=$zone" "--$verb-rich-rule=rule protocol value=\"$protocol\" accept" || return
  done
  for entry in $limited; do
    tell_firewall "$set_" "--zone=$zone" "--$verb-rich-rule=$(rule_for_one "$entry")" || return
  done
}

# Prints the rich rule for one address, as firewalld lists it.
rule_for_one() { # PORT/PROTOCOL@ADDRESS
  case $1 in *:*) family=ipv6 ;; *) family=ipv4 ;; esac
  protocol=${1#*/}
  printf 'rule family="%s" source address="%s" port port="%s" protocol="%s" accept' \
    "$family" "${1#*@}" "${1%%/*}" "${protocol%@*}"
}

# --- the step ---------------------------------------------------------------------------------------------------

states_now() { # <"SET ZONE ENTRY" rows
  rows=$(firewall_rows runtime && firewall_rows permanent) || { fail 'firewalld runs, but firewall-cmd does not answer'; return; }
  firewall_states "$rows"
}

check_firewall() { # RECORD ROW...   a row is "STATE SET ZONE ENTRY"
  record=$1
  shift
  firewall_runs || { drifted 'firewalld ran when the plan was made, and does not now'; return; }
  now=$(printf '%s\n' "$@" | cut -d ' ' -f 2- | states_now) || return
  for seen in "$@"; do
    ! printf '%s\n' "$now" | grep -qxF -- "$seen" || continue
    # Another owner in the same run may have opened it first.
    case $seen in 'closed '*) ! held_by_another "$record" "${seen#* }" || continue ;; esac
    drifted "in the firewall, ${seen#* } was ${seen%% *} when the plan was made, and is not now"
    return
  done
}

verify_firewall() { # RECORD ROW...   a row is "+SET ZONE ENTRY" (is open) or "-SET ZONE ENTRY" (is not)
  record=$1
  shift
  now=$(printf '%s\n' "$@" | cut -c 2- | states_now) || return
  for row in "$@"; do
    case $row in
      +*) ! printf '%s\n' "$now" | grep -qxF -- "closed ${row#?}" || { fail "in the firewall, ${row#?} is still closed"; return; } ;;
      *) ! printf '%s\n' "$now" | grep -qxF -- "listed ${row#?}" || held_by_another "$record" "${row#?}" || { fail "in the firewall, ${row#?} is still open"; return; } ;;
    esac
  done
}

# Where firewalld has stopped meanwhile, only the permanent set can be verified.
verify_restored_firewall() { # RECORD ROW...   as verify_firewall
  if ! firewall_runs; then
    record=$1
    shift
    for row in "$@"; do
      shift
      case $row in ?permanent*) set -- "$@" "$row" ;; esac
    done
    set -- "$record" "$@"
  fi
  [ $# = 1 ] || verify_firewall "$@"
}
