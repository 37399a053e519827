# matchpathcon, restorecon, chcon and stat's %C as far as haprov needs them, with the words that their sources print. A
# label is kept by the inode, as a file system does; what is made anew has its folder's type. The policy is
# $state/file_contexts: a path's regular expression and its label a row, of which the last that fits counts. Knows no word
# that haprov has not been seen to need.
set -u
state=$1
customizable=$2
program=$3
shift 3
mkdir -p "$state/labels"

unknown() { echo "usage: $program $*: not known here" >&2; exit 2; }

kept_in() { # PATH
  /usr/bin/stat -c "$state/labels/%d-%i-%w" -- "$1" | tr ' ' _
}

label_of() { # PATH
  [ -e "$1" ] || [ -L "$1" ] || return 1
  set -- "$1" "$(kept_in "$1")"
  if [ ! -f "$2" ]; then
    parent=$(dirname -- "$(realpath -s -- "$1")")
    kept=$(kept_in "$parent")
    type=default_t
    [ ! -f "$kept" ] || type=$(cut -d : -f 3 "$kept")
    echo "unconfined_u:object_r:$type:s0" >"$2"
  fi
  cat "$2"
}

policy_for() { # PATH
  WANTED=$1 awk '("^(" $1 ")$") != "" && match(ENVIRON["WANTED"], "^(" $1 ")$") { label = $2 } END { print label == "" ? "<<none>>" : label }' "$state/file_contexts"
}

relabel() { # PATH LABEL
  if [ -e "$state/unsupported" ]; then
    echo "chcon: failed to change context of '$1' to '$2': Operation not supported" >&2
    exit 1
  fi
  echo "$2" >"$(kept_in "$1")"
}

case $program in
  stat)
    [ "$1" = -c ] && [ "$3" = -- ] || exec /usr/bin/stat "$@"
    case $2 in *%C*) ;; *) exec /usr/bin/stat "$@" ;; esac
    format=$2 result=0
    shift 3
    for path; do
      label=$(label_of "$path") || { echo "stat: cannot stat '$path': No such file or directory" >&2; result=1; continue; }
      /usr/bin/stat -c "$(printf %s "$format" | sed "s/%C/$label/")" -- "$path" || result=1
    done
    exit $result
    ;;
  matchpathcon)
    names=yes
    if [ "$1" = -n ]; then names=no; shift; fi
    for path; do
      case $path in /*) ;; *) unknown "$@" ;; esac
      if [ $names = yes ]; then printf '%s\t' "$path"; fi
      policy_for "$path"
    done
    ;;
  restorecon)
    changes=yes says=no
    while :; do
      case $1 in
        -n) changes=no ;;
        -v) says=yes ;;
        --) shift; break ;;
        -*) unknown "$@" ;;
        *) break ;;
      esac
      shift
    done
    for path; do
      label=$(label_of "$path") || { echo "restorecon: lstat($path) failed:  No such file or directory" >&2; exit 255; }
      wanted=$(policy_for "$path")
      [ "$wanted" != '<<none>>' ] || continue
      type=$(echo "$label" | cut -d : -f 3)
      new_type=$(echo "$wanted" | cut -d : -f 3)
      [ "$type" != "$new_type" ] || continue
      ! grep -qx "$type" "$customizable" || continue
      new=$(echo "$label" | sed "s/:$type:/:$new_type:/")
      if [ $says = yes ]; then
        case $(cat "$state/generation"),$changes in
          6,* | 7,*) echo "restorecon reset $path context $label->$new" ;;
          *,no) echo "Would relabel $path from $label to $new" ;;
          *) echo "Relabeled $path from $label to $new" ;;
        esac
      fi
      [ $changes = no ] || relabel "$path" "$new"
    done
    ;;
  chcon)
    case $1 in
      --reference=*) [ "$2" = -- ] && [ $# = 3 ] || unknown "$@"; relabel "$3" "$(label_of "${1#--reference=}")" ;;
      --) [ $# = 3 ] || unknown "$@"; relabel "$3" "$2" ;;
      *) unknown "$@" ;;
    esac
    ;;
  *) unknown "$@" ;;
esac
