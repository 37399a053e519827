# What runs keep of files with secrets on their host, and how that is wiped.
# Needs: probe recover
# Given: step

# Marks the step's file as one with a secret.
mark_secret() { : >"$step/secret"; }

# Overwrites files, and removes them.
wipe() { # FILE...
  for each in "$@"; do
    [ -f "$each" ] && [ ! -L "$each" ] || continue
    bytes=$(stat -c %s -- "$each")
    head -c "$bytes" /dev/zero | dd of="$each" bs=65536 conv=notrunc,fsync 2>/dev/null
    rm -f -- "$each"
  done
}

# Whether the step was about a file that not everybody may read, or that had a secret of the inventory.
keeps_secret() { # STEP
  [ -f "$1/spot" ] || return
  [ ! -e "$1/secret" ] || return 0
  [ -f "$1/before" ] || return
  rights=$(stat -c %a -- "$1/before")
  case $rights in *[4-7]) return 1 ;; esac
}

# Wipes all that a run's folder has of such files; only their names and sums stay.
wipe_run() ( # HOME
  for step in "$1"/steps/*; do
    keeps_secret "$step" || continue
    : >"$step/purged"
    for each in "$step"/* "$step"/copy/*; do
      case ${each##*/} in spot | after | seen | made | label | secret | purged | was-absent | staged | begun | removed) ;; *) wipe "$each" ;; esac
    done
  done
  drop_program "$1"
)

# The program takes most of a run's folder, and is not needed once the run has ended: a rollback reads steps.json.
drop_program() { # HOME
  [ -s "$1/steps.json" ] && [ -e "$1/transaction" ] && ! is_alive "$1" || return 0
  unhook_boot "$1"
  wipe "$1/transaction"
}

# Wipes the secrets of runs that have ended well, and prints their names; others need them still.
purge_runs() { # RUN...
  for name in "$@"; do
    home=/var/lib/haprov/runs/$name
    found=$(readlink "$home/state")
    case $found in finished | restored) ;; *) continue ;; esac
    # Its watcher sees within a second that it has ended.
    for try in 1 2 3; do is_alive "$home" && sleep 1 || break; done
    wipe_run "$home" && echo "$name"
  done
}
