# Sends every file that a configuration of HAProxy or keepalived may name; which ones it does name, the laptop finds by
# reading it. A row has its words separated by tabs; rows without a tab are the base64 content of the file before them.
# Needs: probe

# The limits: larger files, and files beyond the sum of all, are reported without their content.
most_bytes=4194304 most_together=20971520 most_in_folder=2000

tell_row() { # WORD...
  told_=$1
  shift
  for word_ in "$@"; do told_="$told_	$word_"; done
  printf '%s\n' "$told_"
}

# Prints "again PATTERN" for a file that is itself configuration, "any PATH" for a file or a folder of files, "once PATH"
# for a file, "user NAME" for a user that programs run as, "known NAME=VALUE" for a variable that included files may use. A
# relative path is printed below each folder that it may refer to; an unknown variable becomes "*".
candidates_in() { # ROUND ENVIRONMENT FILE...
  round=$1 environment=$2
  shift 2
  # The variables come in, since they may be secret, and the environment of a process can be looked at.
  printf '%s\n' "$environment" | awk -v round="$round" '
    function say(kind, path, n, i) {
      sub(/^[a-z]+@/, "", path)
      if (path == "") return
      gsub(/\001/, " ", path)
      if (path ~ /^\//) { print kind, path; return }
      here = FILENAME
      sub(/\/[^\/]*$/, "", here)
      print kind, here "/" path
      if (kind == "again" && FILENAME ~ /keepalived/) return
      print kind, "/" path
      for (i in bases) print kind, bases[i] "/" path
    }
    function known(text, count, name) {
      while (count++ < 50 && match(text, /\$[{]?[A-Za-z_][A-Za-z_0-9]*[}]?/)) {
        name = substr(text, RSTART, RLENGTH)
        gsub(/[${}]/, "", name)
        text = substr(text, 1, RSTART - 1) (name in value ? value[name] : "*") substr(text, RSTART + RLENGTH)
      }
      return text
    }
    function learn(name, text) {
      gsub(/"/, "", text)
      if (name ~ /-/) bases[name] = text
      else value[name] = text
    }
    function define(name, text) {
      text = known(text)
      learn(name, text)
      print "known", name "=" text
    }
    BEGIN {
      file = "^(again|crt|default-crt|crt-list|ca-file|ca-verify-file|ca-sign-file|crl-file|key|ocsp|issuer|sctl|-f|file|lf-file|errorfile|command|config|lua-load|lua-load-per-thread|tls-ticket-keys|ssl-dh-param-file|track_file)$"
    }
    NR == FNR {
      if ((at = index($0, "=")) > 1) learn(substr($0, 1, at - 1), substr($0, at + 1))
      next
    }
    /^[ \t]*[#!]/ { next }
    {
      sub(/\r$/, "")
      gsub(/\\ /, "\001")
      gsub(/\\./, "")
      $0 = $0
    }
    $1 ~ /^@/ { sub(/^[ \t]*@[^ \t]+[ \t]+/, "") }
    $1 ~ /^(setenv|presetenv)$/ { define($2, $3) }
    $1 ~ /^\$[A-Za-z_0-9]+=/ { define(substr($1, 2, index($1, "=") - 2), substr($0, index($0, "=") + 1)) }
    $1 ~ /^(crt-base|ca-base|key-base|default-path)$/ { define($1, $NF) }
    NF > 1 && ($1 == "script_user" || $1 == "user" && FILENAME ~ /keepalived/) { print "user", $2 }
    $1 ~ /^include[rmwba]?$/ && NF > 1 {
      pattern = known(substr($0, index($0, $2)))
      gsub(/"/, "", pattern)
      sub(/[ \t]+[#!].*$/, "", pattern)
      gsub(/[{][^}]*[}]/, "*", pattern)
      say("again", pattern)
      next
    }
    {
      line = known($0)
      # What is in quotes is one word, and may be several.
      rest = line
      while (match(rest, /"[^"]*"/)) {
        quoted = substr(rest, RSTART + 1, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        if (quoted ~ /^\/[^ ]* /) say("once", quoted)
      }
      n = split(line, part, /[ \t"\047(),=]+/)
      # What was named by others may be a list of certificates.
      isFiles = round > 1
      for (i = 1; i <= n; i++) if (part[i] ~ file || part[i] ~ /^map/) isFiles = 1
      for (i = 1; i <= n; i++) {
        if (part[i] == "") continue
        kind = part[i - 1] == "crt-list" ? "again" : part[i - 1] ~ /^(default-)?crt$|^c[ar]l?-(verify-|sign-)?file$/ ? "any" : "once"
        if (part[i] ~ /^([a-z]+@)?\//) say(kind, part[i])
        else if (isFiles && part[i] ~ /[.\/]/ && part[i] !~ /^[0-9a-fA-F.:\/]+$/) say(kind, part[i])
      }
    }' - "$@" 2>/dev/null | sort -u
}

# Prints the file at a path, or the files in a folder; each once.
told_files=$newline together=0
tell_file_at() { # PATH [file|any]
  case $told_files in *"$newline$1$newline"*) return 1 ;; esac
  [ "${2-any}" = any ] || [ ! -d "$1" ] || return 1
  told_files=$told_files$1$newline
  case $1 in *'	'*) return 1 ;; esac
  if [ -d "$1" ]; then
    tell_row folder "$1"
    count=0
    for inside in "${1%/}"/*; do
      count=$((count + 1))
      [ $count -le $most_in_folder ] || break
      if [ -f "$inside" ]; then tell_one_file "$inside"; elif [ -d "$inside" ]; then tell_row nested "$inside"; fi
    done
  elif [ -f "$1" ]; then
    tell_one_file "$1"
    # The files that HAProxy loads with a certificate.
    for beside in "$1".key "$1".ocsp "$1".issuer "$1".sctl "$1".rsa "$1".ecdsa "$1".dsa "${1%.*}".key; do
      [ ! -f "$beside" ] || tell_one_file "$beside"
    done
  else
    return 1
  fi
}

known_ones=$newline
tell_one_file() { # PATH
  case $known_ones in *"$newline$1$newline"*) return ;; esac
  known_ones=$known_ones$1$newline
  [ ! -L "$1" ] || tell_row link "$1" "$(readlink -f -- "$1")"
  case $1 in
    /etc/* | /srv/* | /opt/* | /usr/local/* | /home/* | /root/*) ;;
    *) ! have rpm || ! package=$(rpm -qf --qf '%{NAME}\n' -- "$1" 2>/dev/null) || { tell_row packaged "$1" "${package%%"$newline"*}"; return; } ;;
  esac
  about=$(stat -L -c '%u:%U %g:%G %a %s' -- "$1" 2>/dev/null) || return 0
  size=${about##* }
  if [ "$size" -gt $most_bytes ] || [ $((together + size)) -gt $most_together ]; then tell_row big "$1" "$size"; return; fi
  together=$((together + size))
  tell_row file "$1" "$about"
  # Files that the kernel generates have size 0.
  [ "$size" = 0 ] || base64 <"$1"
}

# Prints the configuration, then the files that it names, then those that these name, nine rounds at most.
tell_named_files() { # ENVIRONMENT FILE...
  environment=$1
  shift
  ifs=$IFS
  rounds=0
  for each in "$@"; do tell_file_at "$each" || :; done
  while [ $# -gt 0 ] && [ $rounds -lt 9 ]; do
    rounds=$((rounds + 1))
    rows=$(candidates_in $rounds "$environment" "$@")
    set --
    IFS=$newline
    set -f
    for row in $rows; do
      set +f
      path=${row#* }
      case $row in
        'again '*) for each in $path; do ! tell_file_at "$each" || set -- "$@" "$each"; done ;;
        'user '*) tell_user "$path" ;;
        'known '*) environment=$environment$newline$path ;;
        'any '*) for each in $path; do tell_file_at "$each" || :; done ;;
        *[*?[]*) for each in $path; do tell_file_at "$each" file || :; done ;;
        *) tell_file_at "$path" file || : ;;
      esac
    done
    set +f
    IFS=$ifs
  done
}

tell_user() { # NAME
  case $told_files in *"$newline user $1$newline"*) return ;; esac
  told_files="$told_files user $1$newline"
  if who=$(id -- "$1" 2>/dev/null); then tell_row user "$1" "$who"; else tell_row user "$1" absent; fi
}
