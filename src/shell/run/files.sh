# Files as steps of a transaction: how each is checked, staged, committed and verified; put-back.sh restores it.
# Functions that change the working directory are subshells.
# Needs: probe paths labels transaction put-back
# Given: run

# In a folder that only root can change, the new file and a hard link of the old one are beside the file: hidden, and with
# an ending that no "*.conf" matches. In a shared folder (paths.sh) they are in a subfolder of root, the place: it is the
# working directory, and the file is named from there.

check_file() ( # PATH EXPECTED [MODE UID:GID]
  look_at "$1" || return
  if [ "$2" = absent ] || [ "$2" = absent-or-packaged ]; then
    [ ! -e "$target" ] && [ ! -L "$target" ] && return
    [ "$2" = absent-or-packaged ] && rpm -qf -- "$1" >/dev/null 2>&1 && return
    drifted "$1 did not exist when the plan was made, and does now"
    return
  fi
  [ -f "$target" ] && [ ! -L "$target" ] || { drifted "$1 was there when the plan was made, and is gone"; return; }
  [ "$(sum_of "$target")" = "$2" ] || { drifted "the content of $1 has changed since the plan was made"; return; }
  found=$(stat -c '%a %u:%g' -- "$target")
  case $found in "$3 $4") ;; *) drifted "$1 was $3 $4 when the plan was made, and is $found now"; return ;; esac
  printf '%s\n' "$2" >"$step/seen"
)

# Sets "target" to the file's name; for a file in a shared folder, changes into that folder.
look_at() { # PATH
  walk "$1" || { fail "$1 is $unsafe"; return; }
  target=$real
  [ -z "$shared" ] || { enter "${real%/*}" && target=./${real##*/}; }
}

begin_staging() { # PATH
  walk "$1" || { fail "$1 is $unsafe"; return; }
  folder=${real%/*}
  [ -d "${folder:-/}" ] || { fail "the folder $folder does not exist: create it with a directory resource, or install its package"; return; }
  if [ -n "$shared" ]; then make_place 2>"$step/why" || { fail "$1 could not be staged: $(head -n 1 "$step/why")"; return; }; fi
  printf '%s\n%s\n' "$real" "${place-}" >"$step/spot" && find_names || return
  if [ ! -e "$target" ] && [ ! -L "$target" ]; then
    : >"$step/was-absent"
    return
  fi
  # A hard link keeps the old file: restoring it takes a rename, and no disk space.
  ln -f -- "$target" "$old" 2>"$step/why" || { why_not "$1"; return; }
  [ -f "$old" ] && [ ! -L "$old" ] || { fail "$1 is no regular file any more"; return; }
  [ ! -f "$step/seen" ] || [ "$(hash_of "$old")" = "$(cat "$step/seen")" ] || { drifted "the content of $1 has changed since the plan was made"; return; }
  cp -p -- "$old" "$step/before"
}

why_not() { # PATH
  if awk -v ORS= '{ print $5 "\n" }' /proc/self/mountinfo | grep -qxF -- "$real"; then
    fail "$1 is a mount point (a container's engine puts such files there), so no other file can take its place: change it where it is mounted from"
  elif marked=$(lsattr -d -- "$target" "${target%/*}" 2>/dev/null | grep '^[^ ]*[ia][^ ]* '); then
    fail "$1 may not be changed by anybody: ${marked#* } has the attribute \"immutable\" or \"append only\"; take that away with chattr -ia, or leave the file out"
  else
    cat "$step/why" >&2
    fail "$1 could not be given a second name, by which it could be put back"
  fi
}

# Makes the place, a folder for root alone in the shared one. Others may move it, but not read it; its device and inode
# numbers identify it later.
make_place() {
  place=.haprov-$run-$number
  enter "$folder" && mkdir -m 0700 -- "./$place" && enter "$folder/$place" || return
  place=$place/$(stat -c %d:%i .)
}

# chown looks a word up as a name first, so a number gets a "+".
owner_word() { case $1 in *[!0-9]*) printf %s "$1" ;; *) printf '+%s' "$1" ;; esac; } # OWNER

# Sets owner, mode and label. write_new has kept the old file's ACL and extended attributes; its label stays where it is
# the wanted one.
finish_staging() { # OWNER GROUP MODE
  chown -h -- "$(owner_word "$1"):$(owner_word "$2")" "$new" && chmod "$3" -- "$new" || return
  if [ -e "$old" ]; then give_label "$new" "$real" "$old"; else give_label "$new" "$real"; fi || return
  if [ -n "$place" ]; then mkdir -p "$step/copy" && cp -p -- "$new" "$copy" || return; fi
  printf '%s\n%s\n' "$real" "$copy" >"$step/staged" || return
  hash_of "$new" >"$step/after" && keep_written
}

# Keeps the new file, with its owner and mode, for somebody who asks later what the run changed, or tried to; not a large one, which
# nobody is shown. The run does not need it.
keep_written() {
  [ "$(stat -c %s -- "$new")" -le 262144 ] || return 0
  cp -p -- "$new" "$step/wrote" 2>/dev/null || rm -f -- "$step/wrote"
}

# Writes the new file with the old one's ACL and extended attributes. Only root can read it meanwhile.
write_new() { # PATH <CONTENT
  {
    if [ -e "$old" ]; then cp --preserve=mode,xattr -- "$old" "$new" && chmod 0600 -- "$new"; fi &&
      dd of="$new" conv=fsync
  } 2>"$step/dd" || fail "$1 could not be staged: $(head -n 1 "$step/dd")"
}

stage_file() ( # PATH OWNER GROUP MODE <BASE64
  begin_staging "$1" || return
  base64 -d | write_new "$1" || return
  finish_staging "$2" "$3" "$4"
)

stage_line() ( # PATH LINE MATCH
  begin_staging "$1" || return
  [ -f "$old" ] || { fail "$1 does not exist, so no line of it can be changed"; return; }
  edit_line "$old" "$2" "$3" >"$step/edited" || { fail "the line could not be edited: is \"match\" a regular expression that this host's awk knows?"; return; }
  write_new "$1" <"$step/edited" || return
  set -- $(stat -c '%u %g %a' -- "$old")
  finish_staging "$1" "$2" "$3"
)

line_is_so() ( # PATH LINE MATCH
  find_names || return
  content "$target" >"$step/edited.now" && edit_line "$step/edited.now" "$2" "$3" >"$step/edited" || return
  cmp -s "$step/edited" "$step/edited.now" || { fail "$1 does not have the line"; return; }
  verify_label "$real" "$target"
)

commit_file() ( # PATH
  find_names || return
  [ "$(hash_of "$new")" = "$(cat "$step/after")" ] || { fail "what was staged for $1 is not what was written there"; return; }
  begin && mv -fT -- "$new" "$target" && settle_label "$real"
)

# A removed file is kept as its hard link until the run is finished.
stage_removal() ( # PATH
  [ ! -L "$1" ] || { fail "$1 is a symbolic link to $(readlink -- "$1"): name a file that must be absent by its own path"; return; }
  begin_staging "$1" || return
  printf '%s\n%s\n' "$real" "$copy" >"$step/staged"
)

remove_file() ( # PATH
  find_names || return
  begin && rm -f -- "$target"
)

verify_absent() ( # PATH
  find_names || return
  [ ! -e "$target" ] && [ ! -L "$target" ] || fail "$1 is still there"
)

verify_file() ( # PATH SHA256
  find_names || return
  [ "$(sum_of "$target")" = "$2" ] || { fail "$1 does not hold what was written to it"; return; }
  verify_label "$real" "$target"
)

# --- labels ---------------------------------------------------------------------------------------------------------

# Gives NEW the label for PATH: the whole label of OLD where its type is the wanted one, else what the policy wants.
give_label() { # NEW PATH [OLD]
  labels_count || return 0
  if [ -n "${3-}" ]; then
    judge_label "$2" "$3"
    case $wanted in "$label" | \?) attempt chcon --reference="$3" -- "$1"; return ;; esac
  fi
  wanted=$(wanted_label "$2")
  case $wanted in *:*) ;; *) return 0 ;; esac
  ! keeps_labels "$1" || attempt chcon -- "$wanted" "$1"
}

# Where only restorecon can set the label, it needs the file at its path.
settle_label() { # PATH
  labels_count && ! have matchpathcon && have restorecon || return 0
  attempt restorecon -- "$1"
}
