# Makes a run's folder, and executes its verbs, whether the laptop is still there or not.

# The host numbers its runs, because their names have the time of the laptops' clocks, which may be wrong.
make_run_folder() { # RUN
  home=/var/lib/haprov/runs/$1
  mkdir -p "${home%/*}" && chmod 755 /var/lib/haprov && chmod 700 "${home%/*}" && mkdir "$home" || return
  last_number=$(cat "${home%/*}"/*/number 2>/dev/null | sort -n | tail -n 1)
  echo $((${last_number:-0} + 1)) >"$home/number"
}

write_down() { printf '%s\n' "$2" >"$home/$1"; } # NAME TEXT

# Notes in the run's journal why it ends as it does, which the transaction itself cannot know.
note_why() { # RUN stopped|because [TEXT]
  printf '%s\t%s\t-\t%s\n' "$(date +%s%3N)" "$2" "$(printf %s "${3-}" | base64 | tr -d '\n')" >>"/var/lib/haprov/runs/$1/journal"
}

# A verb runs in its own session, so that it finishes also when the connection is lost. Prints an empty line every
# TICK_SECONDS: it shows that the host is there also while a step prints nothing.
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
