# Which unit listens on which TCP port. Nothing here changes anything.
# Needs: probe init

# Prints "listens PORT NAME CGROUP" for each listener, then "names UNIT OTHER-NAMES…" for units with several names, and
# "socket ADDRESS UNIT…" where systemd itself listens. Nothing where ss is missing or cannot see the processes.
who_listens() {
  listeners=$(ss -ltnp 2>/dev/null | awk '
    {
      if (!match($0, /users:\(\("[^"]*",(pid=)?[0-9]+/)) next
      process = substr($0, RSTART + 9, RLENGTH - 9)
      name = substr(process, 1, index(process, "\"") - 1)
      pid = substr(process, index(process, "\"") + 2)
      sub(/^pid=/, "", pid)
      local = $1 ~ /^[0-9]/ ? $3 : $4
      port = local
      sub(/.*:/, "", port)
      gsub(/[^A-Za-z0-9._-]/, "_", name)
      group = "-"
      file = "/proc/" pid "/cgroup"
      while ((getline row < file) > 0) if (group == "-" && row ~ /\.(service|socket|scope)(\/|$)/) { group = row; sub(/^[^:]*:[^:]*:/, "", group) }
      close(file)
      if (!seen[port, group]++) print "listens", port, name, group
    }')
  [ -n "$listeners" ] || return 0
  printf '%s\n' "$listeners"
  have systemctl || return 0
  tell_known_names
  set --
  # Unquoted, so that each control group becomes a word. Nobody asks what else sshd is called.
  for word in $listeners; do
    case $word in */*.service | */*.service/*) ;; *) continue ;; esac
    word=${word%.service*}.service
    word=${word##*/}
    case $word in *[!A-Za-z0-9:_.@\\-]*) continue ;; esac
    case " sshd.service $known_names $* " in *" $word "*) ;; *) set -- "$@" "$word" ;; esac
  done
  [ $# = 0 ] || systemctl show -p Names -- "$@" 2>/dev/null | sed -n 's/^Names=\(.* .*\)/names \1/p'
  case $listeners in *' systemd '*) systemctl list-sockets --no-legend --no-pager 2>/dev/null | sed 's/^/socket /' ;; esac
}
