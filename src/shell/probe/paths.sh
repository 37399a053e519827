# Resolves paths so that only root can decide where they lead.
#
# A folder is shared where a user other than root can create names in it. A symbolic link in a folder that is not shared is
# root's, and is followed; a link in a shared folder, or below one, may be anybody's, and is not. Files in a shared folder
# are read and changed from inside that folder, by their bare name, which nobody can redirect.
# Needs: probe labels
# Gives: real unsafe shared

# Where resolving begins.
ground=/

# Resolves PATH. Sets "real": where it leads; "followed", where there was a link; "shared": the first shared folder on the
# way; "sharer": who else can change that. Fails where a link is not followed, and sets "unsafe" to the reason.
walk() { # PATH
  real= followed= shared= sharer= unsafe= left=$1 hops=0
  set --
  while [ -n "$left" ]; do
    case $left in
      "$ground"?*) real=${ground%/} left=${left#"$ground"} ;;
      /*) real= left=${left#/} ;;
    esac
    case $left in
      */*) name=${left%%/*} left=${left#*/} ;;
      *) name=$left left= ;;
    esac
    # $left must not begin with a slash, which would mean that a link leads to the root.
    while :; do case $left in /*) left=${left#/} ;; *) break ;; esac; done
    case $name in
      '' | .) continue ;;
      ..) real=${real%/*}; continue ;;
    esac
    is_sound "${real:-/}" || set -- "$@" "${real:-/}"
    if [ -L "$real/$name" ]; then
      # What was a link a moment ago counts as one, although somebody may have replaced it since.
      target=$(readlink -- "$real/$name")
      [ $# = 0 ] || judge "$@"
      set --
      [ -z "$shared" ] || { unsafe="a symbolic link to $target in $shared, which $sharer can change: it is not followed"; return 1; }
      hops=$((hops + 1)) followed=yes
      [ $hops -le 40 ] || { unsafe='a symbolic link that leads in a circle'; return 1; }
      left=$target${left:+/$left}
    else
      real=$real/$name
    fi
  done
  [ $# = 0 ] || judge "$@"
}

# Remembers folders that are not shared until the script ends: only for a script that changes nothing.
sound_folders=$newline
is_sound() { case $sound_folders in *"$newline$1$newline"*) ;; *) return 1 ;; esac; } # FOLDER

about_folder='%u|%U|%G|%a|%F|%n'

# Sets "shared" and "sharer" to the first of the folders that is shared.
judge() { # FOLDER...
  [ -n "$shared" ] || each_row "$(stat -c "$about_folder" -- "$@" 2>/dev/null)" judge_one || :
}

judge_one() { # UID USER GROUP MODE KIND   and "where"
  sharer_of "$@"
  [ -z "$sharer" ] || { shared=$where; return 1; }
}

# Calls FUNCTION with each row's fields, except for its path, which is in "where", until FUNCTION fails.
each_row() { # ROWS FUNCTION
  ifs=$IFS
  IFS=$newline
  set -f
  set -- "$2" $1
  does=$1 result=0
  shift
  for row in "$@"; do
    where=${row#*|*|*|*|*|}
    IFS='|'
    set -- ${row%"|$where"}
    IFS=$ifs
    "$does" "$@" || { result=1; break; }
  done
  set +f
  IFS=$ifs
  return $result
}

# Sets "sharer" to the user or group, other than root, that can create names in a folder; to nothing where there is none.
sharer_of() { # UID USER GROUP MODE
  sharer=
  if [ "$1" != 0 ] && [ "$1" != "${me_=${EUID:-$(id -u)}}" ]; then
    sharer=$2
    [ "$2" != UNKNOWN ] || sharer="user $1"
    return
  fi
  case $4 in
    *[2367]) sharer=everybody ;;
    *[2367]?) sharer="the group $3" ;;
  esac
}

# Changes into a folder that "walk" has found: from then on nobody can redirect its name.
enter() { # FOLDER
  cd -P -- "${1:-/}" && [ "$(env pwd -P)" = "${1:-/}" ] || { echo "${1:-/} leads to another place than a moment ago: somebody moves it" >&2; return 1; }
}

# Prints the content of TARGET; in a shared folder without following a link or waiting for a pipe.
content() { # TARGET
  if [ -z "$shared" ]; then cat -- "$1"; else dd if="$1" iflag=nofollow,nonblock bs=64k 2>/dev/null; fi
}

sum_of() { # TARGET
  set -- "$(content "$1" | sha256sum)"
  printf %s "${1%% *}"
}

# --- what haprov asks about files and folders -----------------------------------------------------------------------

# Small files are read together, which takes fewer processes: their contents are one base64 text, and "@OFFSET" is where a
# file begins in it.
known_files=$newline known_offsets=$newline
about_file='%u:%U %g:%G %a %s|%h|%F'
know_files() { # MARK LIMIT PATH...
  mark=$1 limit=$2 offset=0 count=$(($# - 2))
  shift 2
  know_folders "$@"
  for each in "$@"; do
    about_known_file "$each" && [ "${about##* }" -le "$limit" ] && walk "$each" && [ -z "$shared$followed" ] || continue
    set -- "$@" "$each"
    known_offsets="$known_offsets$each|$offset$newline"
    offset=$((offset + ${about##* }))
  done
  shift $count
  echo "$mark files"
  [ $# = 0 ] || cat -- "$@" | base64
  echo "$mark end $offset"
}

# Looks at PATHs and all folders above them at once, and remembers the folders that are not shared.
know_folders() { # PATH...
  folders=$newline
  for each in "$@"; do
    while [ -n "$each" ] && [ "$each" != "${ground%/}" ]; do
      each=${each%/*}
      case $folders in *"$newline${each:-/}$newline"*) break ;; esac
      folders=$folders${each:-/}$newline
    done
  done
  ifs=$IFS
  IFS=$newline
  set -f
  set -- "$@" ${folders#"$newline"}
  set +f
  IFS=$ifs
  known_files=$newline$(stat -c "$about_file|%n" -- "$@" 2>/dev/null)$newline
  for each in "$@"; do
    case $folders in *"$newline$each$newline"*) ;; *) continue ;; esac
    ! about_known_file "$each" && [ "$kind" = directory ] || continue
    split_owners "${about% *}"
    sharer_of "$uid" "$user" "$group" "$bits"
    [ -n "$sharer" ] || sound_folders=$sound_folders$each$newline
  done
}

# Sets "about" and "names" to what is remembered of the file; fails where that is nothing.
about_known_file() { # PATH
  kind=
  case $known_files in *"|$1$newline"*) ;; *) return 1 ;; esac
  about=${known_files%%"|$1$newline"*}
  read_about "${about##*"$newline"}"
}

# Sets "about", "names" and "kind"; fails where it is no regular file.
read_about() { # ROW
  about=${1%%"|"*} kind=${1##*"|"} names=${1#*"|"}
  names=${names%"|"*}
  case $kind in regular*) ;; *) return 1 ;; esac
}

# Prints the state of a file: a row for each thing to know about its place, then the file itself.
probe_file() { # PATH LIMIT [OWNER GROUP]
  probe_place "$1" "${3-}" "${4-}" || return 0
  if [ -n "$shared" ]; then ( probe_shared_file "$2" ); return; fi
  at=
  case $known_offsets in *"$newline$real|"*) at=${known_offsets#*"$newline$real|"} at=@${at%%"$newline"*} ;; esac
  if [ -n "$at" ]; then
    about_known_file "$real"
  elif ! row=$(stat -c "$about_file" -- "$real" 2>/dev/null); then
    if [ -L "$1" ]; then echo "other a symbolic link to $real, where nothing is"; else tell_absent; fi
    return 0
  else
    read_about "$row" || { echo "other a $kind"; return; }
  fi
  tell_file
  if [ -n "$at" ]; then
    echo "$head $at"
  elif [ "${about##* }" -le "$2" ]; then
    # A file that is sent whole needs no checksum.
    echo "$head -"
    base64 <"$real"
  else
    echo "$head $(sum_of "$real")"
  fi
}

# Others may replace the file meanwhile, so its state is printed only where two looks found the same file.
probe_shared_file() { # LIMIT
  enter "${real%/*}" 2>&1 || return
  target=./${real##*/} owner_of_folder=$(stat -c %u .)
  row=$(stat -c "$about_file" -- "$target" 2>/dev/null) || { tell_absent; return; }
  first=$(stat -c '%i %z' -- "$target" 2>/dev/null)
  read_about "$row" || { echo "other a $kind"; return; }
  if [ "$names" -gt 1 ] && [ "${about%%:*}" != "$owner_of_folder" ]; then
    echo "refused a file with other names, in $shared, which $sharer can change: it may be any file of the host"
    return
  fi
  if [ "${about##* }" -le "$1" ]; then held=$(content "$target" | base64) sum=-; else held= sum=$(sum_of "$target"); fi
  if [ "$(stat -c '%i %z' -- "$target" 2>/dev/null)" != "$first" ]; then
    echo "refused a file that somebody changes right now"
    return
  fi
  tell_file
  echo "$head $sum"
  [ -z "$held" ] || printf '%s\n' "$held"
}

# Prints the number of hard links where it is not 1, and sets "head" to the row about a file.
tell_file() { #   by "about", "names" and "real"
  # The second name that a run gives what it stages (files.sh) is nobody's.
  [ "$names" = 1 ] || for each in "${real%/*}/.${real##*/}".haprov-*.old; do
    [ ! "$each" -ef "$real" ] || names=$((names - 1))
  done
  [ "$names" = 1 ] || echo "names=$names"
  name_owners "${about%" "*}"
  head="file $owned ${about##* }"
}

# Resolves the path of a file or folder, and prints what to know about its place; fails where a link is not followed.
probe_place() { # PATH OWNER GROUP
  walk "$1" || { echo "refused $unsafe"; return 1; }
  wanted_user=$2 wanted_group=$3
  [ -z "$followed" ] || echo "real=$real"
  [ -z "$shared" ] || echo "shared=$shared, which $sharer can change"
  tell_label "$real"
}

# Sets "number" to the UID or GID of a wanted owner; prints "missing" where the host does not have the name.
number_of() { # user|group NAME
  case $1,$2 in
    *,root) number=0 ;;
    *,*[!0-9]*)
      if [ "$1" = user ]; then number=$(id -u -- "$2" 2>/dev/null); else number=$(getent group "$2" 2>/dev/null); fi ||
        echo "missing=$1 $2"
      case $number in *:*) number=${number#*:*:} number=${number%%:*} ;; esac
      ;;
    *) number=$2 ;;
  esac
}

# Prints "absent", and first which of the wanted owners are missing.
tell_absent() {
  [ -z "$wanted_user" ] || { number_of user "$wanted_user" && number_of group "$wanted_group"; }
  echo absent
}

# Sets "uid", "user", "gid", "group" and "bits".
split_owners() { # UID:USER GID:GROUP MODE
  bits=${1##* } ids=${1% *}
  uid=${ids%%:*} ids=${ids#*:}
  user=${ids%" "*:*} ids=${ids#"$user "}
  gid=${ids%%:*} group=${ids#*:}
}

# Sets "owned": where two names have one number, the wanted name; where none has, the number.
name_owners() { # UID:USER GID:GROUP MODE
  split_owners "$1"
  [ "$user" != UNKNOWN ] || user=$uid
  [ "$group" != UNKNOWN ] || group=$gid
  # An owner with the wanted name has its number, which need not be looked up.
  case $wanted_user in '' | "$user") ;; *) number_of user "$wanted_user"; [ "$uid" != "$number" ] || user=$wanted_user ;; esac
  case $wanted_group in '' | "$group") ;; *) number_of group "$wanted_group"; [ "$gid" != "$number" ] || group=$wanted_group ;; esac
  owned="$uid:$user $gid:$group $bits"
}

probe_directory() { # PATH [OWNER GROUP]
  probe_place "$1" "${2-}" "${3-}" || return 0
  if ! about_known_file "$real" && [ "$kind" = directory ]; then
    name_owners "${about% *}"
    echo "directory $owned"
  elif ! row=$(stat -c '%u:%U %g:%G %a|%F' -- "$real" 2>/dev/null); then
    if [ -L "$1" ]; then echo "other a symbolic link to $real, where nothing is"; else tell_absent; fi
  elif [ "${row##*"|"}" = directory ]; then
    name_owners "${row%"|"*}"
    echo "directory $owned"
  else
    echo "other a ${row##*"|"}"
  fi
}

probe_line() { # PATH LINE MATCH
  if walk "$1" && [ -z "$shared" ]; then
    probe_file "$1" 262144
    [ -f "$real" ] || return 0
    if has_line_only "$real" "$2" "$3" "${about##* }"; then printf '=\n-\n'; return; fi
    edited=$(edit_line "$real" "$2" "$3" && echo .) || return
  else
    # Edits the very content that was printed.
    told=$(probe_file "$1" 262144)
    printf '%s\n' "$told"
    case $told in *"${newline}file "*) ;; *) return 0 ;; esac
    edited=$(printf '%s\n' "$told" | awk 'found { print } /^file / { found = 1 }' | base64 -d | edit_line - "$2" "$3" && echo .) || return
  fi
  echo =
  printf %s "${edited%.}" | base64
}
