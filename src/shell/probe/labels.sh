# SELinux's labels of files and folders: those that they have, and those that the policy, with the host's own rules, wants
# for their paths. Types are compared, as restorecon does; a type that the policy calls customizable is left as it is,
# and so is what stands on a file system that keeps no labels.
# Needs: probe selinux-probe
# Gives: label wanted

# Found out once.
labels_count() {
  if [ -z "${labels_-}" ]; then
    labels_=no
    if [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ]; then
      if ! have getenforce || selinux_is_on; then labels_=yes; fi
    fi
  fi
  [ $labels_ = yes ]
}

# Asks for all paths at once.
known_wanted=$newline known_labels=$newline
know_labels() { # PATH...
  labels_count || return 0
  ! have matchpathcon || known_wanted=$newline$(matchpathcon "$@" 2>/dev/null)$newline
  known_labels=$newline$(stat -c '%n	%C' -- "$@" 2>/dev/null)$newline
}

# Prints what is known of a path.
known_of() { # PATH ROWS
  case $2 in *"$newline$1	"*) ;; *) return 1 ;; esac
  set -- "${2#*"$newline$1	"}"
  printf '%s\n' "${1%%"$newline"*}"
}

label_of() { # PATH
  known_of "$1" "$known_labels" || stat -c %C -- "$1" 2>/dev/null
}

# The label that the policy has for a path; nothing where it has none, "?" where the host has no program that could tell.
wanted_label() { # PATH
  if have matchpathcon; then
    known_of "$1" "$known_wanted" || matchpathcon -n "$1" 2>/dev/null
  elif have restorecon; then
    # It says only what it would change.
    said=$(restorecon -n -v "$1" 2>/dev/null)
    case $said in
      *'->'*) printf '%s\n' "${said##*->}" ;;
      *' from '*' to '*) printf '%s\n' "${said##* to }" ;;
      *) label_of "$1" ;;
    esac
  else
    echo '?'
  fi
}

# The third part of USER:ROLE:TYPE:LEVEL.
type_of() { # LABEL
  case $1 in
    *:*:*) set -- "${1#*:*:}" && printf '%s\n' "${1%%:*}" ;;
    '?') echo '?' ;;
    *) echo - ;;
  esac
}

is_customizable() { grep -sqxF -- "$1" /etc/selinux/*/contexts/customizable_types; } # TYPE

keeps_labels() { # PATH
  mount=$(df -P -- "$1" 2>/dev/null | awk 'END { print $NF }')
  MOUNT=$mount awk '$2 == ENVIRON["MOUNT"] && ("," $4 ",") ~ /,seclabel,/ { found = 1 } END { exit !found }' /proc/self/mounts
}

# Sets "label" ("-" where nothing stands, "?" where it has none) and "wanted" ("-" where the policy wants nothing, "?" where
# nobody knows), types both. Where something stands and is to be left, they are the same, but for "?".
judge_label() { # PATH [WHERE_IT_STANDS]
  label=$(type_of "$(label_of "${2-$1}")")
  wanted=$(type_of "$(wanted_label "$1")")
  case $label,$wanted in
    "$wanted,$label" | -,* | *,\?) ;;
    \?,* | *,-) wanted=$label ;;
    *) ! is_customizable "$label" && keeps_labels "${2-$1}" || wanted=$label ;;
  esac
}

tell_label() { # PATH
  labels_count || return 0
  judge_label "$1"
  echo "label=$label $wanted"
}

verify_label() { # PATH [WHERE_IT_STANDS]
  labels_count || return 0
  judge_label "$@"
  case $wanted in "$label" | \?) return 0 ;; esac
  fail "$1 has the SELinux label $label, and the policy wants $wanted"
}
