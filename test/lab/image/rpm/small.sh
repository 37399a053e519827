#!/bin/bash
# Builds the small packages: the old ones into a repository that is made elsewhere, the others into their own.
# Usage: small.sh OLD NEWER [RPMBUILD_WORD...]   NEWER becomes a folder of repositories: newer, failing, refusing
set -euo pipefail
old=$1 newer=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
words=("$@")

small() { # small NAME VERSION REPODIR [SCRIPT]: the package's %post
    rpmbuild -bb --quiet --define "_sourcedir $here" --define "_rpmdir $3" --define 'debug_package %{nil}' \
        --define "small_name $1" --define "small_version $2" --define "small_script ${4:-:}" "${words[@]}" "$here/small.spec"
}
small toys 1.0 "$old"
small kernel-lt 1.0 "$old"
small toys 1.1 "$newer/newer"
small kernel-lt 1.1 "$newer/newer"
rpmbuild -bb --quiet --define "_sourcedir $here" --define "_rpmdir $newer/newer" --define 'orders_version 1.1' \
    "${words[@]}" "$here/orders.spec"
small toys 1.2 "$newer/failing" 'echo "toys: the database of toys is in use" >&2; exit 1'
small haproxy 3.9 "$newer/refusing"
small keepalived 2.9 "$newer/refusing"
for name in newer failing refusing; do createrepo_c --quiet "$newer/$name"; done
# Of the newer ones, an advisory calls toys one of security.
arch=$(rpm -qp --nosignature --qf '%{ARCH}' "$newer"/newer/*/toys-1.1-1.*.rpm)
advisory=$(mktemp -d)/updateinfo.xml
cat >"$advisory" <<END
<?xml version="1.0" encoding="UTF-8"?>
<updates>
  <update from="lab" status="final" type="security" version="1">
    <id>LAB-2026:1</id>
    <title>toys</title>
    <severity>Important</severity>
    <issued date="2026-01-01 00:00:00"/>
    <pkglist><collection short="lab"><package name="toys" version="1.1" release="1" epoch="0" arch="$arch" src="toys-1.1-1.src.rpm"><filename>toys-1.1-1.$arch.rpm</filename></package></collection></pkglist>
  </update>
</updates>
END
modifyrepo_c "$advisory" "$newer/newer/repodata"
rm -r "${advisory%/*}"
