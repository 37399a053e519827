# Finds the process that a hanging script waits for.

# Prints "STATE COMMAND" of each descendant of PID that has no child, and kills all descendants.
end_hung() { # PID
  words=$(tr '\0' ' ' <"/proc/$1/cmdline")
  case $words in *sh*) ;; *) return 0 ;; esac
  below=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v top="$1" '
    { pid = $1; sub(/^.*\) /, ""); state[pid] = $1; parent[pid] = $2 }
    END {
      for (pid in parent) {
        for (up = pid; up > 1 && up != top; up = parent[up]);
        if (up == top) { found[pid]; busy[parent[pid]] }
      }
      for (pid in found) print pid, state[pid], (pid in busy) ? "-" : "last"
    }')
  echo "$below" | while read -r pid state place; do
    [ "$place" = last ] || continue
    said=$(tr '\0\n' '  ' <"/proc/$pid/cmdline" | tr -s ' ')
    [ -z "$said" ] || printf '%s %s\n' "$state" "$said"
  done
  # A process that waits for a failed disk does not react to signals, and stays.
  below=$(echo "$below" | sed 's/ .*//')
  # All are stopped first: a parent that sees its child end would start another.
  kill -STOP $below
  kill -KILL $below
  return 0
} 2>/dev/null
