# What validates the files of well-known services, where "program -c FILE" alone would lie.

# The unit reads a list of files; the staged one takes its own place in it.
haproxy_check() { # FILE
  haproxy -c -f "$1"
}

# Before 2.0.4 "-t" is no option and exits 0 all the same; an empty file passes every version.
keepalived_check() { # FILE
  grep -q '[^[:space:]]' "$1" || { echo 'an empty file configures nothing'; return 1; }
  version=$(keepalived --version 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
  case $version in
    '' | 0.* | 1.* | 2.0.[0-3]) echo "keepalived ${version:-?} cannot check a configuration: not checked" ;;
    *) keepalived -t -f "$1" ;;
  esac
}
