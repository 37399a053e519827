# Files and folders as steps of a transaction: how each is checked, staged, validated, made, verified and restored.

# --- files ------------------------------------------------------------------------------------------------------

check_file() { # PATH EXPECTED [MODE OWNER:GROUP]
  if [ "$2" = absent ] || [ "$2" = absent-or-packaged ]; then
    [ ! -e "$1" ] && return
    [ "$2" = absent-or-packaged ] && rpm -qf -- "$1" >/dev/null 2>&1 && return
    drifted "$1 did not exist when the plan was made, and does now"
    return
  fi
  [ -f "$1" ] || { drifted "$1 was there when the plan was made, and is gone"; return; }
  [ "$(hash_of "$1")" = "$2" ] || { drifted "the content of $1 has changed since the plan was made"; return; }
  set -- "$1" "$3 $4" "$(stat -L -c '%a %U:%G' -- "$1")"
  [ "$2" = "$3" ] || [ "$2" = "0$3" ] || drifted "$1 was $2 when the plan was made, and is $3 now"
}

# Beside the destination, so that the rename is atomic; hidden and oddly ended, so that no "*.conf" takes it up.
names_of() { # PATH
  real=$(real_path "$1")
  folder=${real%/*}/
  new=$folder.${real##*/}.haprov-$run
  old=$new.old
}

begin_staging() { # PATH
  names_of "$1"
  [ -d "$folder" ] || { fail "the folder $folder does not exist: create it with a directory resource, or install its package"; return; }
  # The old file lives on under a second name: to restore it takes a rename, and no space.
  if [ -f "$real" ]; then
    cp -p -- "$real" "$step/before" && ln -f -- "$real" "$old" || return
  else
    : >"$step/was-absent" || return
  fi
}

finish_staging() { # OWNER:GROUP MODE
  chown "$1" -- "$new" && chmod "$2" -- "$new" || return
  if [ -e "$old" ]; then
    chcon --reference="$old" -- "$new" 2>/dev/null || :
  elif have matchpathcon && have selinuxenabled && selinuxenabled; then
    chcon "$(matchpathcon -n "$real")" -- "$new" || :
  fi
  printf '%s\n%s\n' "$real" "$new" >"$step/staged" || return
  hash_of "$new" >"$step/after"
}

stage_file() { # PATH OWNER GROUP MODE <BASE64
  begin_staging "$1" || return
  base64 -d | dd of="$new" conv=fsync 2>"$step/dd" || { fail "$1 could not be staged: $(head -n 1 "$step/dd")"; return; }
  finish_staging "$2:$3" "$4"
}

stage_line() { # PATH LINE MATCH
  begin_staging "$1" || return
  [ -f "$real" ] || { fail "$1 does not exist, so no line of it can be changed"; return; }
  edit_line "$real" "$2" "$3" >"$step/edited" || { fail "the line could not be edited: is \"match\" a regular expression that this host's awk knows?"; return; }
  dd if="$step/edited" of="$new" conv=fsync 2>"$step/dd" || { fail "$1 could not be staged: $(head -n 1 "$step/dd")"; return; }
  finish_staging "$(stat -c %U:%G -- "$real")" "$(stat -c %a -- "$real")"
}

line_is_so() { # PATH LINE MATCH
  names_of "$1"
  [ "$(edit_line "$real" "$2" "$3" | sha256sum)" = "$(sha256sum <"$real")" ] || fail "$1 does not have the line"
}

# Every TEXT that stands by itself, not as a part of a longer path, becomes OTHER.
swap() { # TEXT OTHER <INPUT
  TEXT=$1 OTHER=$2 awk '
    BEGIN { text = ENVIRON["TEXT"]; other = ENVIRON["OTHER"] }
    {
      rest = $0; out = ""; before = ""
      while ((at = index(rest, text)) > 0) {
        if (at > 1) before = substr(rest, at - 1, 1)
        after = substr(rest, at + length(text), 1)
        out = out substr(rest, 1, at - 1) ((before ~ /[A-Za-z0-9._\/-]/ || after ~ /[A-Za-z0-9_\/-]/) ? text : other)
        rest = substr(rest, at + length(text))
        before = substr(text, length(text), 1)
      }
      print out rest
    }'
}

# The staged file as its validator must see it: where it names other files that are staged too, it names their staged copies.
as_seen() {
  seen=$new
  names_staged "$new" || return 0
  seen=$new.seen
  cp -p -- "$new" "$seen" && as_it_will_be "$real" >"$seen"
}

names_staged() { # FILE
  for other in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$other" || continue
    [ "$copy" = "$1" ] || ! grep -qF -- "$final" "$1" || return 0
  done
  return 1
}

# Prints the name of what is staged for PATH; fails where nothing is.
staged_copy() { # PATH
  for other in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$other" || continue
    [ "$final" != "$1" ] || { printf '%s\n' "$copy"; return; }
  done
  return 1
}

# Prints what PATH will hold, with the staged copies' names for what is staged beside it.
as_it_will_be() { # PATH
  cp -- "$(staged_copy "$1" || printf '%s\n' "$1")" "$step/will-be" || return
  for other in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r copy; } <"$other" || continue
    [ "$final" != "$1" ] && grep -qF -- "$final" "$step/will-be" || continue
    swap "$final" "$copy" <"$step/will-be" >"$step/will-be.next" && mv -f -- "$step/will-be.next" "$step/will-be" || return
  done
  cat -- "$step/will-be" && rm -f -- "$step/will-be"
}

validate_file() { # PATH COMMAND
  names_of "$1"
  as_seen || return
  script= text=$2
  while :; do
    case $text in
      *%s*) script="$script${text%%"%s"*}\"\$seen\"" text=${text#*"%s"} ;;
      *) script=$script$text; break ;;
    esac
  done
  printf '%s\n' "$2" | swap %s "$seen" >"$step/command"
  ( export seen; eval "$script" ) >"$step/validation" 2>&1 </dev/null 3>&- 8>&- 9>&-
  verdict=$?
  # Errors name the file that the user knows.
  swap "$seen" "$1" <"$step/validation" >"$step/told"
  cat "$step/told"
  [ "$seen" = "$new" ] || rm -f -- "$seen"
  [ $verdict = 0 ] || { fail "$1 was refused by its validator (exit code $verdict)"; return; }
  if grep -qi warning "$step/told"; then emit warning "$number" "$(base64 <"$step/told" | tr -d '\n')"; fi
}

commit_file() { # PATH
  names_of "$1"
  : >"$step/begun" && mv -fT -- "$new" "$real"
}

# To take a file away, it is kept under its second name alone, until the run is finished.
stage_removal() { # PATH
  [ ! -L "$1" ] || { fail "$1 is a symbolic link to $(readlink -- "$1"): what is to be absent is named by its own path"; return; }
  begin_staging "$1" || return
  printf '%s\n%s\n' "$real" "$new" >"$step/staged"
}

remove_file() { # PATH
  names_of "$1"
  : >"$step/begun" && rm -f -- "$real"
}

verify_absent() { # PATH
  [ ! -e "$1" ] || fail "$1 is still there"
}

verify_file() { # PATH SHA256
  [ "$(hash_of "$1")" = "$2" ] || fail "$1 does not hold what was written to it"
}

restore_file() { # PATH
  names_of "$1"
  if [ -e "$step/begun" ]; then
    undo_rename "$1" || return
  fi
  rm -f -- "$new" "$new.seen" "$old"
}

# What was committed is taken back; what somebody else has put there since is theirs.
undo_rename() { # PATH
  if [ -e "$old" ]; then
    # Two names of one file: the rename was not reached.
    [ "$old" -ef "$real" ] || mv -fT -- "$old" "$real" || return
  elif [ -e "$step/was-absent" ] && [ -f "$real" ]; then
    [ "$(hash_of "$real")" = "$(cat "$step/after")" ] || { fail "$1 was not there before, and cannot be taken away: it holds what somebody else wrote"; return; }
    rm -f -- "$real" || return
  fi
  [ ! -f "$step/before" ] || [ "$(hash_of "$step/before")" = "$(hash_of "$real")" ] || fail "$1 does not hold what it held before; that is kept in $step/before"
}

# --- folders ----------------------------------------------------------------------------------------------------

check_directory() { # PATH EXPECTED [OWNER:GROUP]
  if [ "$2" = absent ] || [ "$2" = absent-or-packaged ]; then
    [ ! -e "$1" ] && return
    [ "$2" = absent-or-packaged ] && [ -d "$1" ] && return
    drifted "$1 did not exist when the plan was made, and does now"
    return
  fi
  [ -d "$1" ] || { drifted "$1 was there when the plan was made, and is gone"; return; }
  set -- "$1" "$2 $3" "$(stat -L -c '%a %U:%G' -- "$1")"
  [ "$2" = "$3" ] || [ "$2" = "0$3" ] || drifted "$1 was $2 when the plan was made, and is $3 now"
}

make_directory() { # PATH OWNER GROUP MODE
  if [ -d "$1" ]; then
    stat -L -c '%a %U:%G' -- "$1" >"$step/before" || return
  else
    # The topmost folder that is made on the way: so much is taken away again.
    top=$1
    while [ ! -e "${top%/*}/." ]; do top=${top%/*}; done
    printf '%s\n' "$top" >"$step/made" || return
    mkdir -p -m 0755 -- "$1" || return
    top=$1
    while [ "$top" != "$(cat "$step/made")" ]; do top=${top%/*}; chmod 0755 -- "$top"; done
  fi
  chown "$2:$3" -- "$1" && chmod "$4" -- "$1" || return
  if have restorecon; then restorecon -- "$1" 2>/dev/null || :; fi
}

restore_directory() { # PATH
  if [ -f "$step/made" ]; then
    top=$(cat "$step/made") folder=$1
    while [ ! -e "$folder" ] && [ "$folder" != "$top" ]; do folder=${folder%/*}; done
    while [ -d "$folder" ]; do
      rmdir -- "$folder" 2>/dev/null || break
      [ "$folder" = "$top" ] && break
      folder=${folder%/*}
    done
  elif [ -f "$step/before" ] && [ -d "$1" ]; then
    read -r bits owner <"$step/before" && chown "$owner" -- "$1" && chmod "00$bits" -- "$1"
  fi
}

# A folder still holds the way back of the files that were in it: it goes when the run is finished, if it is empty then.
leave_directory() { # PATH TOP
  stat -c '%a %U:%G' -- "$1" >"$step/before" && printf '%s\n%s\n' "$1" "$2" >"$step/removed"
}

keep_directory() { rm -f -- "$step/removed"; }

remove_left_directories() {
  for n in $commit_steps; do
    [ -f "$home/steps/$n/removed" ] || continue
    { IFS= read -r folder; IFS= read -r top; } <"$home/steps/$n/removed"
    while rmdir -- "$folder" && [ "$folder" != "$top" ]; do folder=${folder%/*}; done
  done
}
