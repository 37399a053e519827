# A run's folder is made, and its verbs are carried out, whether the laptop is still there or not.

# Its place in the order of runs is a number: names are of the laptops' clocks, and those may be mad.
make_run_folder() { # RUN
  home=/var/lib/haprov/runs/$1
  mkdir -p "${home%/*}" && chmod 755 /var/lib/haprov && chmod 700 "${home%/*}" && mkdir "$home" || return
  last_number=$(cat "${home%/*}"/*/number 2>/dev/null | sort -n | tail -n 1)
  echo $((${last_number:-0} + 1)) >"$home/number"
}

write_down() { printf '%s\n' "$2" >"$home/$1"; } # NAME TEXT

# In a session of its own a verb ends what it began, whether the operator is still there or not. An empty row now and
# then: a step may be silent for long, a host that is there is not.
drive() { # RUN stage|commit|confirm|restore|finish|renew|recover|boot|watch|look|view TICK_SECONDS
  home=/var/lib/haprov/runs/$1
  exec 3>&1
  setsid sh "$home/transaction" "$2" </dev/null >>"$home/log" 2>&1 &
  driven=$!
  ( exec 3>&- </dev/null 2>/dev/null; while sleep "$3" >/dev/null; do echo || exit; done ) &
  tick=$!
  wait $driven
  code=$?
  kill $tick 2>/dev/null
  exit $code
}
