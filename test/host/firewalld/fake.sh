# A firewalld that keeps what it is told in files: "ZONE ENTRY" rows in $state/runtime and $state/permanent, and
# "ZONE INTERFACE" rows in $state/interfaces. Knows the zones public, internal and trusted. Knows no word that haprov
# has not been seen to need.
set -u
state=$1
set_=$2
shift 2
zone=

list() {
  for each in internal public trusted; do
    echo "$each"
    if [ $each = trusted ]; then echo '  target: ACCEPT'; else echo '  target: default'; fi
    echo "  interfaces: $(sed -n "s/^$each //p" "$state/interfaces" | tr '\n' ' ')"
    echo "  services: ssh"
    echo "  ports: $(sed -n "s/^$each \([^@]*\/[^@]*\)$/\1/p" "$state/$set_" | tr '\n' ' ')"
    echo '  protocols: '
    echo '  rich rules: '
    sed -n "s/^$each \([^/]*\)$/	rule protocol value=\"\1\" accept/p" "$state/$set_"
    sed -n "s/^$each \(.*\)\/\(.*\)@\(.*\)$/	rule family=\"ipvX\" source address=\"\3\" port port=\"\1\" protocol=\"\2\" accept/p" "$state/$set_" |
      sed '/address="[^"]*:/s/ipvX/ipv6/; s/ipvX/ipv4/'
    echo
  done
}

entry_of() { # RULE
  address=${1#*address=\"} port=${1#*port=\"} protocol=${1#*protocol=\"}
  echo "${port%%\"*}/${protocol%%\"*}@${address%%\"*}"
}

change() { # add|remove ENTRY
  case $zone in internal | public | trusted) ;; *) echo "Error: INVALID_ZONE: $zone" >&2; exit 112 ;; esac
  [ ! -e "$state/refuses-$set_" ] || { echo 'Error: COMMAND_FAILED' >&2; exit 13; }
  grep -vxF "$zone $2" "$state/$set_" >"$state/next"
  [ "$1" = remove ] || echo "$zone $2" >>"$state/next"
  mv "$state/next" "$state/$set_"
}

for word; do
  case $word in
    --permanent) set_=permanent ;;
    --zone=*) zone=${word#*=} ;;
    --list-all-zones) list ;;
    --get-default-zone) echo public ;;
    --add-port=*) change add "${word#*=}" ;;
    --remove-port=*) change remove "${word#*=}" ;;
    --add-rich-rule='rule protocol value="'*'" accept') word=${word#*\"}; change add "${word%%\"*}" ;;
    --remove-rich-rule='rule protocol value="'*'" accept') word=${word#*\"}; change remove "${word%%\"*}" ;;
    --add-rich-rule='rule family="ipv'[46]'" source address="'*'" port port="'*'" protocol="tcp" accept') change add "$(entry_of "$word")" ;;
    --remove-rich-rule='rule family="ipv'[46]'" source address="'*'" port port="'*'" protocol="tcp" accept') change remove "$(entry_of "$word")" ;;
    *) echo "usage: not known here: $word" >&2; exit 2 ;;
  esac
done
