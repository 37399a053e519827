# keepalived's configuration files and the scripts that it runs. Nothing here changes anything.
# Needs: haproxy-files

# Prints the paths of all files that keepalived's configuration may be made of, its own first.
keepalived_files() {
  if [ -n "$known_keepalived_files" ]; then printf '%s\n' "$known_keepalived_files"; return; fi
  know_keepalived
  [ -s "$keepalived_main" ] || return 0
  folder=${keepalived_main%/*}
  included=$(cat "$keepalived_main" "$folder"/*.conf "$folder"/*/*.conf 2>/dev/null |
    FOLDER=$folder awk '{ gsub(/["\047]/, "") } $1 ~ /^include/ { print ($2 ~ /^\// ? $2 : ENVIRON["FOLDER"] "/" $2) }')
  told=
  for file in "$keepalived_main" "$folder"/*.conf "$folder"/*/*.conf $included; do
    case " $told " in *" $file "*) continue ;; esac
    told="$told $file"
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done
}

# Remembers them until the script ends: only for a script that changes nothing.
known_keepalived_files=
know_keepalived_files() {
  know_keepalived
  known_keepalived_files=$(keepalived_files)
}

# Prints the files and the scripts, a row each, with its content.
keepalived_reads() {
  files=$(keepalived_files)
  [ -n "$files" ] || return 0
  echo "host $(uname -n)"
  for file in $files; do printf 'config %s %s\n' "$file" "$(base64 <"$file" | tr -d '\n')"; done
  for word in $(cat $files 2>/dev/null | tr -d "\"'" | awk '$1 == "script" { for (i = 2; i <= NF; i++) if ($i ~ /^\//) print $i }' | sort -u); do
    # Only scripts: a binary cannot be read.
    [ ! -f "$word" ] || [ "$(head -c 2 "$word")" != '#!' ] || printf 'script %s %s\n' "$word" "$(head -c 65536 "$word" | base64 | tr -d '\n')"
  done
  return 0
}

# Prints "keepalived-file lacks check PATH" and "… notify PATH" for scripts that are named and not there. Lines that are some hosts' only, or that
# have variables, are left out.
keepalived_lacks() {
  files=$(keepalived_files)
  [ -n "$files" ] || return 0
  cat $files 2>/dev/null | awk '
    { gsub(/["\047]/, ""); use = "" }
    $1 == "script" { use = "check" }
    $1 ~ /^notify(_master|_backup|_fault|_stop)?$/ { use = "notify" }
    use != "" && $2 ~ /^\// && !seen[use, $2]++ { print use, $2 }' |
    while read -r use path; do
      case $path in *[\\\$]*) continue ;; esac
      [ -e "$path" ] || echo "keepalived-file lacks $use $path"
    done
}
