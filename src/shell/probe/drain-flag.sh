# Prints keepalived's configuration, and which of its scripts read a flag of haprov. Nothing here changes anything.
keepalived_and_flag() { # FLAG
  text=$(cat /etc/keepalived/keepalived.conf /etc/keepalived/*/*.conf 2>/dev/null)
  [ -n "$text" ] || return 0
  for word in $(printf '%s\n' "$text" | tr -d "\"'" | awk '$1 == "script" { for (i = 2; i <= NF; i++) if ($i ~ /^\//) print $i }'); do
    if [ -f "$word" ] && grep -qF -- "$1" "$word" 2>/dev/null; then echo "looks $word"; fi
  done
  echo =
  printf '%s\n' "$text" | base64
}
