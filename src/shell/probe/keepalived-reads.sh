# keepalived's configuration files and the scripts that it runs. Nothing here changes anything.
# Needs: haproxy-files

# Prints the paths of all files that keepalived's configuration may be made of, its own first.
keepalived_files() {
  [ -n "$known_keepalived_files" ] || find_keepalived_files
  [ -z "$found_files" ] || printf '%s\n' "$found_files"
}

# Sets them as "found_files", and what they name as "named_files": "include PATH", "check PATH" and "notify PATH" rows.
found_files= named_files=
find_keepalived_files() { # [PATTERN...]   of files to look for beside those that are named
  know_keepalived
  found_files= named_files=
  [ -s "$keepalived_main" ] || return 0
  # Unquoted: an included path may be a pattern.
  set -- "$keepalived_main" "${keepalived_main%/*}"/*.conf "${keepalived_main%/*}"/*/*.conf $*
  for turn in 1 2 3 4 5 6 7 8 9; do
    before=$found_files
    for file in "$@"; do
      case "$newline$found_files$newline" in *"$newline$file$newline"*) continue ;; esac
      [ ! -f "$file" ] || found_files=$found_files${found_files:+$newline}$file
    done
    [ "$found_files" != "$before" ] || return 0
    named_files=$(files_named_in $found_files)
    case $named_files in *'include '*) ;; *) return 0 ;; esac
    set --
    for word in $named_files; do
      case $word in
        include | check | notify) use=$word ;;
        *) [ $use != include ] || set -- "$@" "$word" ;;
      esac
    done
  done
}

files_named_in() { # FILE...
  awk '
    { gsub(/["\047]/, ""); use = ""; path = $2 }
    $1 ~ /^include/ { use = "include" }
    $1 ~ /^@/ && $2 ~ /^include/ { use = "include"; path = $3 }
    use == "include" && path !~ /^\// { folder = FILENAME; sub(/[^\/]*$/, "", folder); path = folder path }
    $1 == "script" && $2 ~ /^\// { use = "check" }
    $1 ~ /^notify(_master|_backup|_fault|_stop)?$/ && $2 ~ /^\// { use = "notify" }
    use != "" && !seen[use, path]++ { print use, path }' "$@" 2>/dev/null
}

# Remembers them until the script ends: only for a script that changes nothing.
known_keepalived_files=
know_keepalived_files() {
  find_keepalived_files
  known_keepalived_files=$found_files
}

# Prints who the host is, and the files, a row each with its content.
tell_keepalived_files() { # FILE...
  node=$(uname -n)
  echo "host ${keepalived_id:-${node%%.*}}"
  for file in "$@"; do printf 'config %s %s\n' "$file" "$(base64 <"$file" | tr -d '\n')"; done
  return 0
}

# Prints the files and "searched PATTERN" for what was looked for, where the first file or the caller names others: nothing
# where keepalived reads one file before and after.
keepalived_texts() { # MAIN [PATTERN...]
  [ $# -gt 1 ] || grep -q include "$1" 2>/dev/null || return 0
  know_keepalived
  keepalived_main=$1
  shift
  find_keepalived_files "$@"
  [ -n "$found_files" ] || return 0
  tell_keepalived_files $found_files
  printf '%s\n' "$named_files" | sed -n '/{/!s/^include /searched /p'
  for word in "$@"; do printf 'searched %s\n' "$word"; done
  return 0
}

# Prints the files and the scripts, a row each, with its content; and where the host has file systems that a boot empties.
keepalived_reads() {
  [ -n "$known_keepalived_files" ] || find_keepalived_files
  [ -n "$found_files" ] || return 0
  tell_keepalived_files $found_files
  for word in $(cat $found_files 2>/dev/null | tr -d "\"'" | awk '$1 == "script" { for (i = 2; i <= NF; i++) if ($i ~ /^\//) print $i }' | sort -u); do
    # Only scripts: a binary cannot be read.
    [ ! -f "$word" ] || [ "$(head -c 2 "$word")" != '#!' ] || printf 'script %s %s\n' "$word" "$(head -c 65536 "$word" | base64 | tr -d '\n')"
  done
  awk '$3 == "tmpfs" || $3 == "ramfs" { print "memory", $2 }' /proc/mounts 2>/dev/null
  return 0
}

# Prints "keepalived-file lacks check PATH" and "… notify PATH" for scripts that are named and not there. Lines that are some hosts' only, or that
# have variables, are left out.
keepalived_lacks() {
  [ -n "$known_keepalived_files" ] || find_keepalived_files
  set -f
  for word in $named_files; do
    case $word in
      include | check | notify) use=$word ;;
      *[\\\$]*) ;;
      *) [ $use = include ] || [ -e "$word" ] || echo "keepalived-file lacks $use $word" ;;
    esac
  done
  set +f
}
