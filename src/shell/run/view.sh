# The host as it will be, for validators alone: in a mount namespace of its own every staged file stands in its place, and
# what is to go is gone. Where that cannot be had (no right to mount, no unshare), validators read copies in which staged
# files go by the names of their staged copies: as_seen in staged.sh.
# Needs: transaction
# Given: validate_steps home
# Gives: in_view

# All validators, in the order of their steps.
validate_all() {
  [ -n "$validate_steps" ] || return 0
  # ksh keeps its descriptors for itself unless they are handed over.
  # A verb leads a process group of its own.
  setsid unshare -m sh "$home/transaction" view 3>&3 2>"$home/view.log"
  view_result=$?
  [ -e "$home/viewed" ] || { validate_each; return; }
  return $view_result
}

validate_each() { for n in $validate_steps; do part "$n" validate || return; done; }

in_view=
view() {
  build_view && : >"$home/viewed" || return
  in_view=yes
  validate_each
}

# Nothing of it reaches the host: it ends with the namespace. -n: EL6 would write it down in /etc/mtab.
build_view() {
  mount -n --make-rprivate / && mkdir -p "$home/view" || return
  finals=$newline folders=
  for each in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$each" || continue
    finals=$finals$final$newline
    # Who can change a shared folder could have another file shown there, or the folder laid out somewhere else.
    case $copy in "$home"/*) return 1 ;; esac
    [ ! -e "$final" ] || [ ! -e "$copy" ] || continue
    folders=$folders${final%/*}/$newline
  done
  # Where a file comes or goes the folder is laid out anew, the outer before the inner.
  printf %s "$folders" | sort -u | while IFS= read -r folder; do lay_out "$folder" || exit; done || return
  for each in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$each" || continue
    if [ ! -e "$copy" ]; then continue; elif [ -e "$final" ]; then mount -n --bind "$copy" "$final"
    else put_in_place "$copy" "$final"; fi || return
  done
}

# An empty folder in the old one's place, with all that was in it but what is staged.
lay_out() { # FOLDER/
  [ "$1" != / ] && about=$(stat -c 'mode=%a,uid=%u,gid=%g' -- "$1") || return
  mount -n --rbind "$1" "$home/view" && mount -n -t tmpfs -o "$about" haprov "$1" || return
  set -- "$1" "$home/view"/* "$home/view"/.[!.]* "$home/view"/..?*
  folder=$1
  shift
  # More would take too long.
  [ $# -le 2000 ] || return
  for each in "$@"; do
    case $finals in *"$newline$folder${each##*/}$newline"*) continue ;; esac
    [ ! -e "$each" ] && [ ! -L "$each" ] || put_in_place "$each" "$folder${each##*/}" || return
  done
  umount -n -l "$home/view"
}

put_in_place() { # WHAT PLACE
  if [ -L "$1" ]; then
    cp -P -- "$1" "$2"
  elif [ -d "$1" ]; then
    mkdir -- "$2" && mount -n --rbind "$1" "$2"
  else
    : >"$2" && mount -n --bind "$1" "$2"
  fi
}
