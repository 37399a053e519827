# Packages that an update has left in both versions: it was cut off, or its way back failed.
# Needs: resolve

# Calls READ with the fields of each row, until it fails. In brackets, because ksh executes the loop itself, which exits.
each_update() ( # ROWS READ
  printf '%s\n' "$1" | while read -r name arch from to stays; do "$2" "$name" "$arch" "$from" "$to" "$stays" || exit; done
)

tell_twice() { # NAME ARCH FROM TO STAYS
  [ -z "$5" ] || return 0
  found=" $(versions_of "$1.$2" | tr '\n' ' ')"
  case $found in *" $3 "*) ;; *) return 0 ;; esac
  case $found in *" $4 "*) echo "$1-$(without_epoch "$4").$2" ;; esac
}

# rpm before EL8 knows no epoch in what it is to remove.
without_epoch() { echo "${1#*:}"; } # VERSION

# Prints "twice RESOLVER NAME ARCH OLD NEW" of those whose run could not put them back. Its rows are asked, because others, such as
# kernels, stand beside each other rightly.
tell_left_twice() {
  for rows in /var/lib/haprov/runs/*/steps/*/rows; do
    [ -f "$rows" ] && [ "$(readlink "${rows%/steps/*}/state")" = broken ] || continue
    each_update "$(cat "$rows")" tell_twice_whole
  done | sort -u
}

tell_twice_whole() { [ -z "$(tell_twice "$@")" ] || echo "twice $(resolver_name) $1 $2 $3 $4"; } # NAME ARCH FROM TO STAYS
