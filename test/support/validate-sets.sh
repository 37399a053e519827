# Run on a host, in a folder that has one folder a set: "files" as they are to lie on the host, and "edit", which changes
# files of somebody else's. Each set is put into its place and shown to the programs that will read it.

# As in a run: keepalived 2.2.7's "-t" ends itself so when it looks at a script as another user.
trap '' TERM

folders='haproxy keepalived httpd'

verdict() { # PROGRAM ITS-WORDS
  "$@" >log 2>&1
  printf '@ %s %s %s\n' "$set" "$1" $?
  cat log
}

mkdir kept
for folder in $folders; do cp -a "/etc/$folder" kept; done
for set in [0-9]*; do
  cp -a "$set/files/." /
  . "./$set/edit"
  [ ! -e "$set/files/etc/haproxy/haproxy.cfg" ] || verdict haproxy -c -f /etc/haproxy/haproxy.cfg
  [ ! -e "$set/files/etc/keepalived/keepalived.conf" ] || verdict keepalived -t -f /etc/keepalived/keepalived.conf
  verdict httpd -t
  # What the host had is there again before the next set.
  for folder in $folders; do rm -rf "/etc/$folder" && cp -a "kept/$folder" /etc; done
done
