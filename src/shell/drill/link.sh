# How a host can cut its own link.
# Needs: probe

# Prints the tool that can cut the link: nft, iptables or none.
link_tool() {
  if have nft && nft_cut | nft -c -f - >/dev/null 2>&1; then echo nft
  elif have iptables && iptables -S >/dev/null 2>&1; then echo iptables
  else echo none; fi
}

# Drops what comes in at the ingress hook, so ARP too, and what goes out.
nft_cut() {
  echo 'add table netdev haprov_drill'
  ip -o link show up | awk -F ': ' '{
    sub(/@.*/, "", $2)
    if ($2 != "lo" && $2 ~ /^[A-Za-z0-9._-]+$/)
      printf "add chain netdev haprov_drill in%d { type filter hook ingress device \"%s\" priority -500 ; policy drop ; }\n", NR, $2
  }'
  echo 'add table inet haprov_drill'
  echo 'add chain inet haprov_drill out { type filter hook output priority -500 ; }'
  echo 'add rule inet haprov_drill out oifname != "lo" drop'
  echo 'add table arp haprov_drill'
  echo 'add chain arp haprov_drill out { type filter hook output priority -500 ; policy drop ; }'
}
