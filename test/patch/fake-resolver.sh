# A dnf or yum, and an rpm, over two tables in $state: "installed" and "offered", a row each "NAME ARCH VERSION".
# "beside" names those of which up to three versions stay beside each other, "obsolete" those that go. Their words are those of dnf 4.14
# and of yum 3.4.3. Called as: sh fake-resolver.sh STATE PROGRAM WORD...
state=$1 program=$2
shift 2
cd "$state" || exit 99

# "anew" has the rows that come with an update.
touch beside obsolete anew
case $program in
  dnf) called=resolver resolved='Dependencies resolved.' updating=Upgrading no_room='Error: Transaction test error' script_failed='Error in POSTIN scriptlet in rpm package toys' ;;
  yum) called=resolver resolved='Dependencies Resolved' updating=Updating no_room='Transaction Check Error' script_failed='Non-fatal POSTIN scriptlet failure in rpm package toys-2.0-1.noarch' ;;
  *) called=$program ;;
esac
is_beside() { grep -qxF "$1" beside; } # NAME

newer() { awk 'NR == FNR { have[$1 "." $2] = have[$1 "." $2] " " $3 " "; next } ($1 "." $2) in have && !index(have[$1 "." $2], " " $3 " ")' installed offered; cat anew; }

# What is obsolete goes, and the oldest of three versions when a fourth comes.
going() { # ROWS
  awk 'FILENAME == "obsolete" { gone[$1]; next } $1 in gone' obsolete installed
  printf '%s\n' "$1" | while read -r name arch version; do
    ! is_beside "$name" || awk -v name="$name" -v arch="$arch" '$1 == name && $2 == arch { row[++rows] = $0 } END { if (rows >= 3) print row[1] }' installed
  done
}

table() { # ROWS
  printf '%s\n================\n Package   Architecture  Version  Repository  Size\n================\n' "$resolved"
  printf '%s\n' "$1" | while read -r name arch version; do
    if is_beside "$name"; then echo Installing:; else echo "$updating:"; fi
    echo " $name  $arch  $version  newer  6.0 k"
  done
  going "$1" | while read -r name arch version; do printf 'Removing:\n %s\n' "$name  $arch  $version  @baseos  6.0 k"; done
  printf '\nTransaction Summary\n================\nUpgrade  1 Package\n\nTotal size: 6.0 k\n'
}

put() { # ROWS
  # "replaces" has the path of an edited file that the package has another one of.
  if [ -f replaces ]; then
    file=$(cat replaces)
    mv "$file" "$file.rpmsave"
    echo "of the package" >"$file"
    printf '  Upgrading        : toys-2.0-1.noarch    1/2warning: %s saved as %s.rpmsave\n' "$file" "$file"
  fi
  # Its scripts.
  [ ! -f script-disables ] || rm -f -- "$(cat script-disables)"
  [ ! -f script-stops ] || { grep -vxF -f script-stops running >still; mv -f still running; }
  cp installed "history.$(($(ls history.* 2>/dev/null | wc -l) + 1))"
  if [ -f keeps-all ]; then : >gone; else going "$1" >gone; fi
  printf '%s\n' "$1" >made
  grep -vxF -f gone installed | awk '
    FILENAME == "beside" { beside[$1]; next }
    FILENAME == "made" { if ($1 in beside) come[++comes] = $0; else made[$1 "." $2] = $0; next }
    ($1 "." $2) in made { print made[$1 "." $2]; next }
    { print }
    END { for (i = 1; i <= comes; i++) print come[i] }' beside made - >next && mv next installed
}

# "locked" has a line for each call that finds another one at work.
case "$called $*" in
  'resolver '*'-C history list'*) ;;
  'resolver '*) if [ -s locked ]; then sed 1d locked >next && mv next locked; echo 'RPMDB already locked by 3067'; exit 200; fi ;;
esac

case "$called $*" in
  'resolver --setopt=exit_on_lock=1 -y --setopt=tsflags=test update'*)
    [ ! -f no-room ] || { printf '%s:\n  installing package toys-2.0-1.noarch needs 4KB more space on the /usr filesystem\n' "$no_room"; exit 1; }
    table "$(newer)"; echo Complete! ;;
  'resolver --setopt=exit_on_lock=1 -y -C update'*)
    rows=$(newer)
    table "$rows"
    put "$rows"
    cat anew >>installed
    printf 'Running transaction\n  %s        : toys-2.0-1.noarch    1/2 \n  Running scriptlet: toys-2.0-1.noarch    1/2 \n' "$updating"
    [ ! -f script-fails ] || printf 'toys: no players\nwarning: %%post(toys-2.0-1.noarch) scriptlet failed, exit status 1\n\n%s\n' "$script_failed"
    printf '  Cleanup          : toys-1.0-1.noarch    2/2 \n\nComplete!\n' ;;
  'resolver --setopt=exit_on_lock=1 -y -C --downloadonly --downloaddir='*' update '*)
    [ ! -f no-download ] || { echo 'Command line error: no such option: --downloadonly'; exit 1; }
    for name; do :; done
    for name in "$name" glibc; do echo "$name" >"${5#--downloaddir=}/$name-9-1.x86_64.rpm"; done ;;
  'resolver --setopt=exit_on_lock=1 -q -C history list')
    printf 'ID     | Command line  | Date and time    | Action(s)      | Altered\n------\n'
    for id in $(ls history.* 2>/dev/null | sed 's/history\.//' | sort -rn); do echo "     $id | -y update    | 2026-11-26 19:01 | Upgrade        |    1   "; done ;;
  'resolver --setopt=exit_on_lock=1 -q -C --showduplicates list '*)
    shift 5
    for name; do awk -v name="$name" '$1 == name { print $1 "." $2, $3, "@baseos" }' installed; done | sed '1iInstalled Packages'
    for name; do awk -v name="$name" '$1 == name { print $1 "." $2, $3, "newer" }' offered; done | sed '1iAvailable Packages' ;;
  'resolver --setopt=exit_on_lock=1 -y history undo '*)
    [ ! -f one-way ] || { printf 'Error: The following problems occurred while running a transaction:\n  Cannot find rpm nevra "toys-1.0-1.noarch".\n'; exit 1; }
    ! grep -qxFf beside <<. || { echo 'Error: The operation would result in removing of the running kernel'; exit 1; }
$(awk '{ print $1 }' made)
.
    before=history.$5
    [ -f "$before" ] || exit 1
    put "$(cat "$before")" ;;
  'resolver --setopt=exit_on_lock=1 -y downgrade '* | 'resolver --setopt=exit_on_lock=1 -y install '*)
    verb=$3
    shift 3
    for wanted; do
      case $wanted in *.*.*) ;; *) exit 1 ;; esac
      row=$(printf '%s\n' "$wanted" | sed 's/^\(.*\)-\([^-]*-[^-]*\)\.\([^.]*\)$/\1 \3 \2/')
      case $verb in downgrade) put "$row" ;; *) echo "$row" >>installed ;; esac
    done ;;
  'resolver --setopt=exit_on_lock=1 -y reinstall '*) [ ! -f one-way ] || exit 1 ;;
  'rpm -e --nodeps '* | 'rpm -e '*)
    for wanted; do
      case $wanted in -*) continue ;; esac
      grep -vxF -e "$(printf '%s\n' "$wanted" | sed 's/^\(.*\)-\([^-]*-[^-]*\)\.\([^.]*\)$/\1 \3 \2/')" installed >next
      mv next installed
    done ;;
  'rpm -i --root '*' --nodeps --noscripts --notriggers --nosignature '*)
    cp -R payload/. "$3/" ;;
  'rpm --eval %{_dbpath}') echo /nowhere ;;
  'rpm -q --qf %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n '*)
    awk -v wanted="$4" '($1 "." $2) == wanted { print $3; found = 1 } END { if (!found) { print "package " wanted " is not installed"; exit 1 } }' installed ;;
  *) echo "$program $*" >>unexpected-words; echo "unexpected: $program $*" >&2; exit 99 ;;
esac
