# Folders as steps of a transaction. Each is changed from inside, as the working directory, so that a user who can move it
# cannot put another folder in its place.
# Needs: probe paths labels transaction files
# Given: commit_steps home

check_directory() ( # PATH EXPECTED [UID:GID]
  walk "$1" || { fail "$1 is $unsafe"; return; }
  if [ "$2" = absent ] || [ "$2" = absent-or-packaged ]; then
    [ ! -e "$real" ] && return
    [ "$2" = absent-or-packaged ] && [ -d "$real" ] && return
    drifted "$1 did not exist when the plan was made, and does now"
    return
  fi
  [ -d "$real" ] || { drifted "$1 was there when the plan was made, and is gone"; return; }
  found=$(stat -c '%a %u:%g' -- "$real")
  [ "$found" = "$2 $3" ] || drifted "$1 was $2 $3 when the plan was made, and is $found now"
)

make_directory() ( # PATH OWNER GROUP MODE
  walk "$1" || { fail "$1 is $unsafe"; return; }
  if [ -d "$real" ]; then
    enter "$real" && stat -c '%a %u:%g' . >"$step/before" || return
    if labels_count; then label_of . >"$step/label" || return; fi
  else
    make_missing || return
  fi
  chown -h -- "$(owner_word "$2"):$(owner_word "$3")" . && chmod -- "$4" . || return
  label_folder
)

# Makes the missing folders of the path, and changes into the last. Writes the topmost of them down for the undo.
make_missing() {
  there=$real
  while [ ! -d "$there/." ]; do top=$there there=${there%/*}; done
  printf '%s\n' "$top" >"$step/made" && enter "$there" || return
  left=${real#"$there/"}
  while [ -n "$left" ]; do
    name=${left%%/*} left=${left#"$name"}
    left=${left#/} there=$there/$name
    mkdir -m 0755 -- "./$name" && enter "$there" || return
    [ -z "$shared" ] || [ "$(stat -c %u .)" = "${me_=$(id -u)}" ] || { fail "$there was replaced by somebody, right after it was made"; return; }
    [ -z "$left" ] || ( real=$there && label_folder ) || return
  done
}

# Labels the working directory.
label_folder() {
  labels_count || return 0
  judge_label "$real" .
  case $wanted in "$label" | \?) return 0 ;; esac
  if have matchpathcon; then attempt chcon -- "$(wanted_label "$real")" .; else settle_label "$real"; fi
}

verify_directory() ( # PATH
  walk "$1" && [ -d "$real" ] || { fail "$1 is no folder"; return; }
  verify_label "$real"
)

restore_directory() ( # PATH
  [ -f "$step/made" ] || [ -f "$step/before" ] || return 0
  walk "$1" || { fail "$1 is $unsafe"; return; }
  if [ -f "$step/made" ]; then
    remove_empty "$real" "$(cat "$step/made")" || :
  elif [ -d "$real" ]; then
    enter "$real" && read -r bits owner <"$step/before" || return
    # An unchanged folder is left alone: where it could not be changed, chown would fail here too. Five digits, because with
    # four chmod keeps a folder's set-group-ID bit.
    [ "$(stat -c '%a %u:%g' .)" = "$bits $owner" ] ||
      { chown -h -- "+${owner%:*}:+${owner#*:}" . && chmod "00$bits" .; } || return
    [ ! -s "$step/label" ] || [ "$(label_of .)" = "$(cat "$step/label")" ] || chcon -- "$(cat "$step/label")" .
  fi
)

# Removes folders from FOLDER up to TOP, as far as they are empty.
remove_empty() { # FOLDER TOP
  folder=$1
  while [ ! -e "$folder" ] && [ "$folder" != "$2" ]; do folder=${folder%/*}; done
  while [ -d "$folder" ]; do
    ( enter "${folder%/*}" && rmdir -- "./${folder##*/}" ) 2>/dev/null || return
    [ "$folder" != "$2" ] || return 0
    folder=${folder%/*}
  done
}

# The folder still has the hard links of the files that were in it, so it is removed when the run is finished, if it is
# empty then.
leave_directory() ( # PATH TOP
  walk "$1" || { fail "$1 is $unsafe"; return; }
  stat -c '%a %u:%g' -- "$real" >"$step/before" && printf '%s\n%s\n' "$real" "$2" >"$step/removed"
)

keep_directory() { rm -f -- "$step/removed"; }

remove_left_directories() {
  for n in $commit_steps; do
    [ -f "$home/steps/$n/removed" ] || continue
    { IFS= read -r folder; IFS= read -r top; } <"$home/steps/$n/removed"
    ( remove_empty "$folder" "$top" ) || :
  done
}
