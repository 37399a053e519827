# The view: a mount namespace for validators in which every staged file is in its place, and removed files are gone. Where
# it cannot be made (no right to mount, no unshare), validators read copies that name the staged copies of other files:
# as_seen in staged.sh.
# Needs: transaction
# Given: validate_steps home
# Gives: in_view

# Runs all validators, in the order of their steps.
validate_all() {
  [ -n "$validate_steps" ] || return 0
  # "3>&3", because ksh does not pass descriptors on otherwise; setsid, because a verb leads its own process group.
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

# The mounts end with the namespace, and the host does not see them. -n, because EL6 would list them in /etc/mtab.
build_view() {
  mount -n --make-rprivate / && mkdir -p "$home/view" || return
  finals=$newline folders=
  for each in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$each" || continue
    finals=$finals$final$newline
    # A user who can change a shared folder could redirect these mounts, so there is no view.
    case $copy in "$home"/*) return 1 ;; esac
    [ ! -e "$final" ] || [ ! -e "$copy" ] || continue
    folders=$folders${final%/*}/$newline
  done
  # A folder in which a file is added or removed is laid out anew, outer folders first.
  printf %s "$folders" | sort -u | while IFS= read -r folder; do lay_out "$folder" || exit; done || return
  for each in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$each" || continue
    if [ ! -e "$copy" ]; then continue; elif [ -e "$final" ]; then mount -n --bind "$copy" "$final"
    else put_in_place "$copy" "$final"; fi || return
  done
}

# Mounts an empty folder over FOLDER, and puts its entries back, except for staged files.
lay_out() { # FOLDER/
  [ "$1" != / ] && about=$(stat -c 'mode=%a,uid=%u,gid=%g' -- "$1") || return
  mount -n --rbind "$1" "$home/view" && mount -n -t tmpfs -o "$about" haprov "$1" || return
  set -- "$1" "$home/view"/* "$home/view"/.[!.]* "$home/view"/..?*
  folder=$1
  shift
  # More entries would take too long.
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
