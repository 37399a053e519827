# How a file of a run is put back, or its way back is given up. It is all that a run needs whose program is damaged.
# Needs: probe paths
# Given: run commit_steps home
# Gives: old new copy

# Sets the names of a step's file, and goes to where they are meant; fails where nothing was staged.
find_names() {
  { IFS= read -r real && IFS= read -r place; } <"$step/spot" || return
  folder=${real%/*}
  if [ -z "$place" ]; then
    target=$real new=$folder/.${real##*/}.haprov-$run copy=$folder/.${real##*/}.haprov-$run shared=
  else
    target=../${real##*/} new=./${real##*/} copy=$step/copy/${real##*/} shared=$folder
    enter "$folder/${place%%/*}" && [ "$(stat -c '%u %a %d:%i' .)" = "${me_=$(id -u)} 700 ${place#*/}" ] || {
      fail "somebody who can change $folder has moved what was staged there; what the file was is in $step/before"
      return
    }
  fi
  old=$new.old
}

restore_file() ( # PATH
  [ -f "$step/spot" ] || return 0
  # What was not begun is as before, whatever somebody has done with what was staged.
  find_names || { [ ! -e "$step/begun" ]; return; }
  if [ -e "$step/begun" ]; then
    undo_rename "$1" || return
  fi
  leave_names
)

# What was committed is taken back; what somebody else has put there since is theirs.
undo_rename() { # PATH
  if [ -e "$old" ]; then
    # Two names of one file: the rename was not reached.
    [ "$(stat -c %d:%i -- "$old")" = "$(stat -c %d:%i -- "$target" 2>/dev/null)" ] || mv -fT -- "$old" "$target" || return
  elif [ -e "$step/was-absent" ] && { [ -e "$target" ] || [ -L "$target" ]; }; then
    [ "$(sum_of "$target")" = "$(cat "$step/after")" ] || { fail "$1 was not there before, and cannot be taken away: it holds what somebody else wrote"; return; }
    rm -f -- "$target" || return
  fi
  [ ! -f "$step/before" ] || [ "$(hash_of "$step/before")" = "$(sum_of "$target")" ] || fail "$1 does not hold what it held before; that is kept in $step/before"
}

leave_names() {
  rm -f -- "$new" "$copy.seen" "$old"
  [ -z "$place" ] || { rm -rf -- "$step/copy" && cd -P .. && rmdir -- "./${place%%/*}" || :; }
}

# The way back is no longer needed beside the files; the journal keeps its own copies.
leave_all_names() {
  for number in $commit_steps; do
    step=$home/steps/$number
    [ ! -f "$step/spot" ] || ( find_names && leave_names ) || :
  done
}
