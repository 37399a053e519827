# The staged files of a run as their validators see them.
# Needs: probe put-back transaction (validators)
# Given: home

# Replaces every TEXT that is not part of a longer path with OTHER.
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

# Sets "seen" to the file that the validator reads: in the view of view.sh, the path itself; otherwise the staged copy,
# which names the staged copies of other files in place of their paths.
as_seen() {
  seen=$real
  [ -z "$in_view" ] || return 0
  seen=$copy
  names_staged "$copy" || return 0
  seen=$copy.seen
  cp -p -- "$copy" "$seen" && as_it_will_be "$real" >"$seen"
}

names_staged() { # FILE
  for other in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r theirs; } <"$other" || continue
    [ "$theirs" = "$1" ] || ! grep -qF -- "$final" "$1" || return 0
  done
  return 1
}

# Prints the name of what is staged for PATH; fails where nothing is.
staged_copy() { # PATH
  for other in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r theirs; } <"$other" || continue
    [ "$final" != "$1" ] || { printf '%s\n' "$theirs"; return; }
  done
  return 1
}

# Prints the content that PATH will have, with the names of staged copies in place of the paths of other staged files.
as_it_will_be() { # PATH
  cp -- "$(staged_copy "$1" || printf '%s\n' "$1")" "$step/will-be" || return
  for other in "$home"/steps/*/staged; do
    { IFS= read -r final; IFS= read -r theirs; } <"$other" || continue
    [ "$final" != "$1" ] && grep -qF -- "$final" "$step/will-be" || continue
    swap "$final" "$theirs" <"$step/will-be" >"$step/will-be.next" && mv -f -- "$step/will-be.next" "$step/will-be" || return
  done
  cat -- "$step/will-be" && rm -f -- "$step/will-be"
}

validate_file() { # PATH COMMAND
  ( find_names ) && { IFS= read -r real && IFS= read -r copy; } <"$step/staged" && as_seen || return
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
  # Puts the path that the user knows into the validator's messages.
  swap "$seen" "$1" <"$step/validation" | sed "s,$step/config\.[0-9]*/,/,g" >"$step/told"
  cat "$step/told"
  rm -f -- "$copy.seen"
  [ $verdict = 0 ] || { fail "$1 was refused by its validator (exit code $verdict)"; return; }
  if grep -qi warning "$step/told"; then emit warning "$number" "$(base64 <"$step/told" | tr -d '\n')"; fi
}
