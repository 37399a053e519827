# Files that the user's own configuration of keepalived looks at: haprov writes them so that keepalived gives its VIPs
# away, keeps their old content in a folder, and restores it later.

# Whether nobody but the user who runs this, root on a host, can put a link at the path.
is_roots_alone() { # PATH
  [ ! -L "$1" ] && [ -n "$(find "${1%/*}/." -prune -user "$(id -u)" ! -perm -020 ! -perm -002 2>/dev/null)" ]
}

write_drain_files() ( # FOLDER PATH_CONTENT...
  umask 022
  folder=$1
  shift
  while [ $# -gt 1 ]; do
    is_roots_alone "$1" || { echo "$1 is where somebody beside root can put a link" >&2; exit 1; }
    kept=$folder/$(printf %s "$1" | tr / :)
    if [ ! -f "$kept/path" ]; then
      mkdir -p "$kept" && { [ ! -e "$1" ] || cat "$1" >"$kept/was"; } &&
        printf '%s\n' "$2" >"$kept/set" && printf '%s\n' "$1" >"$kept/path" || exit
    fi
    printf '%s\n' "$2" >"$1" || exit
    shift 2
  done
)

# Restores the files; leaves a file alone that somebody else has written to meanwhile.
restore_drain_files() ( # FOLDER
  for kept in "$1"/*; do
    [ -d "$kept" ] || continue
    path=$(cat "$kept/path" 2>/dev/null)
    if [ -n "$path" ] && [ -e "$path" ] && [ "$(cat "$path")" = "$(cat "$kept/set")" ]; then
      if [ -f "$kept/was" ]; then cat "$kept/was" >"$path"; else rm -f -- "$path"; fi || exit
    fi
    rm -rf -- "$kept" || exit
  done
  [ ! -d "$1" ] || rmdir "$1"
)
