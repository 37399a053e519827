# keepalived's configuration files and the scripts that it runs. Nothing here changes anything.
# Needs: haproxy-files

# Prints the paths of all files that keepalived's configuration may be made of, its own first.
keepalived_files() {
  know_keepalived
  [ -s "$keepalived_main" ] || return 0
  folder=${keepalived_main%/*}
  included=$(cat "$keepalived_main" "$folder"/*.conf "$folder"/*/*.conf 2>/dev/null |
    tr -d "\"'" | FOLDER=$folder awk '$1 ~ /^include/ { print ($2 ~ /^\// ? $2 : ENVIRON["FOLDER"] "/" $2) }')
  told=
  for file in "$keepalived_main" "$folder"/*.conf "$folder"/*/*.conf $included; do
    case " $told " in *" $file "*) continue ;; esac
    told="$told $file"
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done
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

# Prints "check PATH" and "notify PATH" for scripts that are named and not there. Lines that are some hosts' only, or that
# have variables, are left out.
keepalived_lacks() {
  files=$(keepalived_files)
  [ -n "$files" ] || return 0
  cat $files 2>/dev/null | tr -d "\"'" | awk '
    $1 == "script" && $2 ~ /^\// { print "check", $2 }
    $1 ~ /^notify(_master|_backup|_fault|_stop)?$/ && $2 ~ /^\// { print "notify", $2 }' | sort -u |
    while read -r use path; do
      case $path in *[\\\$]*) continue ;; esac
      [ -e "$path" ] || echo "$use $path"
    done
}
