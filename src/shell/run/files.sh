# Files as steps of a transaction: how each is checked, staged, made and verified; put-back.sh restores it.
# Functions that go into a folder are subshells, so that nobody else is led there.
# Needs: probe paths labels transaction put-back
# Given: run

# Where the path is a folder that only root can change, the new file and the old one's second name stand beside it: hidden
# and oddly ended, so that no "*.conf" takes them up. In a shared folder (paths.sh) they stand in a folder of root's own
# there, the place: it is gone into, and what stands above it is named from there.

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

# Sets "target", the file as it is named from where this leads.
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
  # The old file lives on under a second name: to restore it takes a rename, and no space.
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

# A folder in the shared one that is root's alone. Who can move it cannot look into it, and it is known again.
make_place() {
  place=.haprov-$run-$number
  enter "$folder" && mkdir -m 0700 -- "./$place" && enter "$folder/$place" || return
  place=$place/$(stat -c %d:%i .)
}

# A name is looked up first, so a number says that it is one.
owner_word() { case $1 in *[!0-9]*) printf %s "$1" ;; *) printf '+%s' "$1" ;; esac; } # OWNER

# What else belonged to the old file stays: its ACL, extended attributes, its label where that is right.
finish_staging() { # OWNER GROUP MODE
  chown -h -- "$(owner_word "$1"):$(owner_word "$2")" "$new" && chmod "$3" -- "$new" || return
  if [ -e "$old" ]; then give_label "$new" "$real" "$old"; else give_label "$new" "$real"; fi || return
  if [ -n "$place" ]; then mkdir -p "$step/copy" && cp -p -- "$new" "$copy" || return; fi
  printf '%s\n%s\n' "$real" "$copy" >"$step/staged" || return
  hash_of "$new" >"$step/after"
}

# Takes the new content. Of the old file it keeps the ACL and the extended attributes; it is closed to all others while
# it is written.
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

# To take a file away, it is kept under its second name alone, until the run is finished.
stage_removal() ( # PATH
  [ ! -L "$1" ] || { fail "$1 is a symbolic link to $(readlink -- "$1"): what is to be absent is named by its own path"; return; }
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

# Gives what is to stand at PATH its label; where the old one is right, the old one's, with all of its parts.
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

# Where only restorecon knows labels, it has to see the file at its place.
settle_label() { # PATH
  labels_count && ! have matchpathcon && have restorecon || return 0
  attempt restorecon -- "$1"
}
