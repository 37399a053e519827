# What a host needs so that what is installed is what runs. Only restart_units changes anything.
# Needs: probe init boot-owed

# Prints "PID FILE" of each program and library that processes run, " (deleted)" behind one that is not there any more.
running_files() { # [GREP_WORD...]
  grep -sH "$@" /proc/[0-9]*/maps | sed -n 's,^[^:]*/\([0-9]*\)/maps:[^ ]* ..x[^ ]* [^ ]* [^ ]* [^ ]* *\(/.*\)$,\1 \2,p' | sort -u
}

# Prints the unit of a process; "init" for the first one; nothing for what a login has started.
unit_of() { # PID
  [ "$1" != 1 ] || { echo init; return; }
  if has_systemd; then
    sed -n '/user\.slice/d; s,.*/\([^/]*\.service\).*,\1,p' "/proc/$1/cgroup" 2>/dev/null | head -n 1
  else
    read -r comm 2>/dev/null <"/proc/$1/comm" || return 0
    [ ! -f "/etc/init.d/$comm" ] || echo "$comm.service"
  fi
}

# Prints "unit UNIT FILE", or "boot …" for what only a boot starts anew.
tell_units() { # <"PID FILE" rows
  last=
  while read -r pid file; do
    [ "$pid" = "$last" ] || { last=$pid; found=$(unit_of "$pid"); }
    [ -z "$found" ] || echo "$found $file"
  done | sort -u | {
    last=
    while read -r found file; do
      [ "$found" = "$last" ] || { last=$found; by_hand=yes; can_restart "$found" || by_hand=; }
      if [ -n "$by_hand" ]; then echo "unit $found $file"; else echo "boot $found runs $file, and cannot be restarted"; fi
    done
  }
}

can_restart() { # UNIT
  case $1 in init | dbus*) return 1 ;; esac
  has_systemd || return 0
  about=$(systemctl show -p RefuseManualStart -p RefuseManualStop -- "$1" 2>/dev/null)
  case $about in *=yes*) return 1 ;; *) return 0 ;; esac
}

# Nothing runs of a unit that has only done something, such as nftables, and a restart would do it once more.
has_process() { # UNIT
  if has_systemd; then [ "$(systemctl show -p SubState -- "$1" 2>/dev/null)" = SubState=running ]
  else service "${1%.service}" status 2>/dev/null </dev/null | grep -q '(pid'
  fi
}

# What runs from these packages: by the files that processes run, and by the packages' units.
tell_runs_from() { # NAME...
  files=$(rpm -ql "$@" 2>/dev/null)
  patterns=$(printf '%s\n' "$files" | grep -E '\.so($|\.)|/s?bin/|/libexec/')
  if [ -n "$patterns" ]; then
    # Through pipes: the files of many packages are more than one word of a program may have. /lib and /usr/lib may be one folder.
    {
      printf '%s\n' "$patterns"
      echo
      printf '%s\n' "$patterns" | sed 's,^/usr/,/,' | running_files -F -f -
    } | awk '
      !in_rows { if ($0 == "") in_rows = 1; sub(/^\/usr\//, "/"); wanted[$0] = 1; next }
      { path = $2; sub(/^\/usr\//, "/", path); if (path in wanted) print }' | tell_units
  fi
  printf '%s\n' "$files" | sed -n 's|^/\(usr/\)\{0,1\}lib/systemd/system/\([^/@]*\.service\)$|\2|p; s|^/etc/\(rc\.d/\)\{0,1\}init\.d/\([^/]*\)$|\2.service|p' | sort -u |
    while read -r found; do
      ! has_process "$found" || if can_restart "$found"; then echo "unit $found -"; else echo "boot $found is new, and cannot be restarted"; fi
    done
}

# Prints "unit UNIT FILE" of what runs files that are replaced, "boot REASON", what tell_boot_owed tells, and what tell_old_kernel does.
tell_needs() {
  running_files -F -e ' (deleted)' | grep -E ' /(usr|lib|lib64|bin|sbin|opt)/.*\(deleted\)$' | sed 's/ (deleted)$//; s/;[0-9a-f]*$//' | tell_units
  read_boot
  tell_boot_owed
  tell_old_kernel
}

# Prints "kernel NAME NEWEST RUNNING" where the newest kernel of the kind that runs is another: one that was installed before the
# boot, and that the boot loader has not chosen.
tell_old_kernel() {
  running=$(uname -r)
  for image in "/lib/modules/$running/vmlinuz" "/boot/vmlinuz-$running"; do
    kind=$(rpm -qf --qf '%{NAME}\n' "$image" 2>/dev/null) || continue
    newest=$(rpm -q --qf '%{INSTALLTIME} %{VERSION}-%{RELEASE}.%{ARCH}\n' "$kind" 2>/dev/null | sort -n | tail -n 1)
    newest=${newest#* }
    case $running in "$newest"*) ;; *) echo "kernel $kind $newest $running" ;; esac
    return 0
  done
}

# Restarts units that still run what is replaced.
restart_units() { # UNIT...
  failed_units=
  for unit in "$@"; do
    if has_systemd; then systemctl restart "$unit"; else service "$unit" restart; fi >/dev/null || failed_units="$failed_units $unit"
  done
  [ -z "$failed_units" ] || fail "not restarted:$failed_units"
}
