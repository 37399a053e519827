# A roll: the hosts of a pair are patched or booted one after the other.
# Needs: init
roll_file=/var/lib/haprov/roll

# Prints what differs from boot to boot: the kernel's name for it and, because a container shares its host's kernel, when the
# process began that all others come from.
boot_mark() {
  { read -r kernel_ </proc/sys/kernel/random/boot_id; } 2>/dev/null || kernel_=-
  { read -r first_ </proc/1/stat; } 2>/dev/null || first_=
  # The name of the process, in brackets, may have spaces in it.
  set -- ${first_##*") "}
  echo "$kernel_:${20:--}"
}

probe_roll() {
  echo "boot $(boot_mark)"
  [ ! -f $roll_file ] || cat $roll_file
}

# Every host is told what each has behind it, so that whoever goes on with the roll needs none in particular.
note_roll() { # ROW...
  mkdir -p "${roll_file%/*}" && chmod 755 "${roll_file%/*}" && printf '%s\n' "$@" >$roll_file.new && mv -f $roll_file.new $roll_file && { sync -- $roll_file 2>/dev/null || sync; }
}

forget_roll() { # ROLL
  [ -f $roll_file ] || return 0
  read -r _ noted_ _ <$roll_file || noted_=
  [ "$noted_" != "$1" ] || rm -f $roll_file
}

# The connection may break before the init system has answered.
boot_host() { if has_systemd; then systemctl reboot; else shutdown -r now; fi; }
