# Restores a file of a run, or removes what that would need. A run whose program is damaged is restored with this alone.
# Needs: probe paths
# Given: run commit_steps home
# Gives: old new copy

# Sets the names of a step's file, and in a shared folder changes into the place; fails where nothing was staged.
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
  # A step that did not begin changed nothing, so it does not matter that what it staged was moved.
  find_names || { [ ! -e "$step/begun" ]; return; }
  if [ -e "$step/begun" ]; then
    undo_rename "$1" || return
  fi
  leave_names
)

# Undoes a commit; fails where somebody else has written to the file since.
undo_rename() { # PATH
  if [ -e "$old" ]; then
    # Both are names of one file: the rename did not happen.
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

# Removes the hard links and copies beside the files when they are not needed any more; the run's folder keeps its copies.
leave_all_names() {
  for number in $commit_steps; do
    step=$home/steps/$number
    [ ! -f "$step/spot" ] || ( find_names && leave_names ) || :
  done
}
