# Folders that a step writes to, and cannot.
# Needs: probe

# Prints the first one that has less room: "FOLDER ROOM kB". In them are haprov's runs and the resolver's lists and packages.
full_folder() { # KB
  for folder in /var/lib/haprov /var/cache/dnf /var/cache/yum /var/lib/rpm /tmp; do
    [ ! -d "$folder" ] || df -Pk "$folder" 2>/dev/null | awk -v folder="$folder" -v least="$1" 'NR == 2 && $4 ~ /^[0-9]+$/ && $4 < least + 0 { print folder, $4 " kB" }'
  done | head -n 1
}

# A step's own words may have had no place to be kept in.
say_full_folder() {
  full_folder 1024 | sed 's/ \([0-9]* kB\)$/ has \1 left: No space left on device/'
  for folder in /var/lib/haprov /var/lib/rpm; do
    ! is_read_only "$folder" || echo "$folder cannot be written: Read-only file system"
  done
}
