# What runs keep of secrets on their host, and how that is wiped.
# Needs: probe recover
# Given: step home

# Marks the step as one with a secret: its file's whole content is one, or has one of the inventory's in it.
mark_secret() { echo "$1" >"$step/secret"; } # whole|lines

# Adds rows to what the host remembers of lines that have a secret: by it they are hidden when nobody knows the secret any more.
remember_lines() { # <ROWS
  list=${home%/runs/*}/secret-lines
  { [ ! -f "$list" ] || cat -- "$list"; cat; } | sort -u >"$list.new" && { sync -- "$list.new" 2>/dev/null || sync; } && mv -f -- "$list.new" "$list" && return
  rm -f -- "$list.new"
  return 1
}

# Overwrites files, and removes them.
wipe() { # FILE...
  for each in "$@"; do
    [ -f "$each" ] && [ ! -L "$each" ] || continue
    bytes=$(stat -c %s -- "$each")
    head -c "$bytes" /dev/zero | dd of="$each" bs=65536 conv=notrunc,fsync 2>/dev/null
    rm -f -- "$each"
  done
}

# Whether the step was about a file that not everybody may read, or had a secret of the inventory.
keeps_secret() { # STEP
  [ ! -e "$1/secret" ] || return 0
  [ -f "$1/spot" ] || return
  for kept in "$1/before" "$1/wrote"; do
    [ -f "$kept" ] || continue
    rights=$(stat -c %a -- "$kept")
    case $rights in *[4-7]) ;; *) return 0 ;; esac
  done
  return 1
}

# Wipes all that a run's folder has of such steps, and what programs have said in it, who may quote a secret; only names and
# sums stay. Fails where the disk has no room for what is left.
wipe_run() ( # HOME
  umask 077
  wipe "$1/log" "$1/view.log"
  rewrite "$1/journal" words_left "$(printf '(wiped by haprov log --purge)' | base64)" || return
  for step in "$1"/steps/*; do
    wipe "$step/output" "$step/command"
    keeps_secret "$step" || continue
    rewrite "$1/steps.json" parts_left "${step##*/}" || return
    : >"$step/purged"
    for each in "$step"/* "$step"/copy/*; do
      case ${each##*/} in spot | after | seen | made | label | secret | purged | was-absent | staged | begun | removed) ;; *) wipe "$each" ;; esac
    done
  done
  drop_program "$1"
)

# Replaces a file by what a FUNCTION makes of it.
rewrite() { # FILE FUNCTION WORD...
  left=$1.left
  [ -s "$1" ] || return 0
  "$2" "$3" <"$1" >"$left" || { rm -f -- "$left"; return 1; }
  # The row is on the disk before the file that has it now is not.
  sync -- "$left" 2>/dev/null || sync
  wipe "$1"
  mv -f -- "$left" "$1"
}

# A journal without what failed steps and warnings have said, and why the run ended as it did.
words_left() { # TEXT
  awk -v said="$1" '
    BEGIN { FS = OFS = "\t" }
    $2 == "failed" { split($4, word, " "); $4 = word[1] " " word[2] "  " said }
    $2 == "warning" || $2 == "because" { $4 = said }
    $2 == "boot" && split($4, word, " ") > 1 { $4 = word[1] " " word[2] " " said }
    { print }
  '
}

# The parts of steps, one a row, without those of the step; nothing of those that an earlier haprov wrote in one row.
parts_left() { # NUMBER
  awk -v row="$(($1 + 1))" '
    NR == 1 && $0 != "[" { print "[]"; exit }
    NR == row && /^[{].*[}],?$/ { print "{\"run\":\"\",\"undo\":\"\"}" (/,$/ ? "," : ""); next }
    { print }
  '
}

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
    # Its watcher sees within a second that it has ended, on a busy host later. Until then its program stays, which has secrets.
    looks=0
    while is_alive "$home" && [ $((looks += 1)) -lt 10 ]; do sleep 1; done
    [ $looks -lt 10 ] || continue
    wipe_run "$home" && echo "$name"
  done
}
