# SELinux's labels of files and folders: those that they have, and those that the policy, with the host's own rules, wants
# for their paths. Only types are compared, as restorecon does. A type that the policy lists as customizable is left as it
# is, and so is every label on a file system that keeps none.
# Needs: probe selinux-probe
# Gives: label wanted

# Whether SELinux is on; asks once.
labels_count() {
  if [ -z "${labels_-}" ]; then
    labels_=no
    if [ -e /sys/fs/selinux/enforce ] || [ -e /selinux/enforce ]; then
      if ! have getenforce || selinux_is_on; then labels_=yes; fi
    fi
  fi
  [ $labels_ = yes ]
}

# Asks for the labels of all paths at once, and remembers them.
known_wanted=$newline known_labels=$newline
know_labels() { # PATH...
  labels_count || return 0
  ! have matchpathcon || known_wanted=$newline$(matchpathcon "$@" 2>/dev/null)$newline
  known_labels=$newline$(stat -c '%n	%C' -- "$@" 2>/dev/null)$newline
}

# Prints the remembered label of a path; fails where there is none.
known_of() { # PATH ROWS
  case $2 in *"$newline$1	"*) ;; *) return 1 ;; esac
  set -- "${2#*"$newline$1	"}"
  printf '%s\n' "${1%%"$newline"*}"
}

label_of() { # PATH
  known_of "$1" "$known_labels" || stat -c %C -- "$1" 2>/dev/null
}

# Prints the label that the policy wants for a path; nothing where it wants none, "?" where no program can tell.
wanted_label() { # PATH
  if have matchpathcon; then
    known_of "$1" "$known_wanted" || matchpathcon -n "$1" 2>/dev/null
  elif have restorecon; then
    # restorecon prints only what it would change.
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

# Prints TYPE of USER:ROLE:TYPE:LEVEL.
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

# Sets the types "label" ("-" where nothing is at the path, "?" where it has no label) and "wanted" ("-" where the policy
# wants none, "?" where it is not known). Where a label is to stay as it is, both are equal, except for "?".
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
