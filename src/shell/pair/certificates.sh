# The certificates of HAProxy: those on the disk that its files name, without their keys, and those that it has loaded. Words
# of a row are separated by tabs. Nothing here changes anything.
# Needs: probe haproxy-files runtime

# More than these nobody looks at in a list.
most_certificates=500

# Prints the files that HAProxy reads, each as "configuration PATH" and its text in base64, then the certificates.
tell_certificates() {
  know_haproxy_files
  ifs=$IFS
  IFS=$newline
  set -f
  set -- $known_haproxy_files
  set +f
  IFS=$ifs
  [ $# -gt 0 ] || return 0
  for each in "$@"; do
    printf 'configuration\t%s\n' "$each"
    base64 <"$each" 2>/dev/null || :
  done
  named_certificates "$@" | sort -u | sed "${most_certificates}q" | while IFS= read -r named; do
    case $named in
      /*) tell_certificates_at "$named" ;;
      *) printf 'list\t%s\n' "${named#list }"; base64 <"${named#list }" 2>/dev/null || : ;;
    esac
  done
  tell_loaded_certificates
}

# Prints the paths behind "crt", also those in a crt-list, which is printed as "list PATH"; a relative one below the crt-base.
named_certificates() { # FILE...
  awk '
    function tell(path) { if (path ~ /^\//) print path; else if (base != "") print base "/" path }
    function list(path,   row, word) {
      while ((getline row < path) > 0) {
        split(row, word, /[ \t[]+/)
        if (row !~ /^[ \t]*#/) tell(word[1] != "" ? word[1] : word[2])
      }
      close(path)
      print "list", path
    }
    { gsub(/["\047]/, "") }
    $1 == "crt-base" { base = $2 }
    /^[ \t]*(bind|default-bind|load|server|default-server|server-template)[ \t]/ {
      for (i = 1; i < NF; i++) {
        if ($i == "crt" || $i == "default-crt") tell($(i + 1))
        if ($i == "crt-list") list($(i + 1))
      }
    }' "$@" 2>/dev/null
}

# Prints one certificate, or all in a folder.
tell_certificates_at() { # PATH
  if [ ! -d "$1" ]; then tell_certificate "$1"; return; fi
  printf 'folder\t%s\n' "$1"
  count=0
  for inside in "${1%/}"/*; do
    [ $((count += 1)) -le $most_certificates ] || break
    case $inside in *.key | *.ocsp | *.issuer | *.sctl) ;; *) [ ! -f "$inside" ] || tell_certificate "$inside" ;; esac
  done
}

# Prints "certificate PATH", the PEM of it and its chain and, where openssl is there to tell, whether its key is the one beside
# it.
tell_certificate() { # PATH
  if [ ! -r "$1" ]; then printf 'missing\t%s\n' "$1"; return; fi
  printf 'certificate\t%s\n' "$1"
  awk '/-----BEGIN (TRUSTED )?CERTIFICATE-----/ { inside = 1 } inside { print } /-----END (TRUSTED )?CERTIFICATE-----/ { inside = 0 }' "$1"
  have openssl || return 0
  key=$1
  grep -q -- '-----BEGIN [A-Z ]*PRIVATE KEY-----' "$1" || key=$1.key
  shown=$(openssl x509 -noout -pubkey -in "$1" 2>/dev/null) && own=$(openssl pkey -pubout -passin pass: -in "$key" 2>/dev/null </dev/null) || return 0
  if [ "$shown" = "$own" ]; then echo 'key	fits'; else echo 'key	differs'; fi
}

# Prints "loaded PATH" for each certificate that the running HAProxy has, and what it says of it (HAProxy 2.2).
tell_loaded_certificates() {
  patience=3
  socket=$(haproxy_sockets admin)
  asked=${socket%%"$newline"*}
  [ -n "$asked" ] || return 0
  tell_haproxy 'show ssl cert' "$asked" 2>/dev/null | sed -n '/^\//p' | sed "${most_certificates}q" | while IFS= read -r path; do
    printf 'loaded\t%s\n' "$path"
    tell_haproxy "show ssl cert $path" "$asked" 2>/dev/null | sed -n 's/^SHA1 FingerPrint: */said	/p'
  done
}

# Prints the certificates that are shown at "ADDRESS:PORT=NAME"; an empty NAME asks for none.
see_certificates() { # PLACE=NAME...
  if ! have openssl; then echo no-openssl; return; fi
  for each in "$@"; do
    printf 'seen\t%s\n' "$each"
    name=${each#*=}
    timeout 5 openssl s_client -connect "${each%%=*}" ${name:+-servername "$name"} -showcerts </dev/null 2>/dev/null |
      awk '/-----BEGIN CERTIFICATE-----/ { inside = 1 } inside { print } /-----END CERTIFICATE-----/ { inside = 0 }'
  done
}
