# Prints keepalived's configuration files and the scripts that it runs: a row each, with its content. Nothing here changes
# anything.
keepalived_reads() {
  [ -s /etc/keepalived/keepalived.conf ] || return 0
  echo "host $(uname -n)"
  included=$(cat /etc/keepalived/keepalived.conf /etc/keepalived/*.conf /etc/keepalived/*/*.conf 2>/dev/null |
    tr -d "\"'" | awk '$1 ~ /^include/ { print ($2 ~ /^\// ? $2 : "/etc/keepalived/" $2) }')
  told=
  for file in /etc/keepalived/keepalived.conf /etc/keepalived/*.conf /etc/keepalived/*/*.conf $included; do
    case " $told " in *" $file "*) continue ;; esac
    told="$told $file"
    [ ! -f "$file" ] || printf 'config %s %s\n' "$file" "$(base64 <"$file" | tr -d '\n')"
  done
  for word in $(cat $told 2>/dev/null | tr -d "\"'" | awk '$1 == "script" { for (i = 2; i <= NF; i++) if ($i ~ /^\//) print $i }' | sort -u); do
    # Only scripts: a binary cannot be read.
    [ ! -f "$word" ] || [ "$(head -c 2 "$word")" != '#!' ] || printf 'script %s %s\n' "$word" "$(head -c 65536 "$word" | base64 | tr -d '\n')"
  done
  return 0
}
