#!/bin/bash
# Makes the stand-in's RPMs out of the files of Debian's packages, laid out as EL lays them out,
# and a repository of them; and REPODIR-newer, with repositories of newer packages. Usage: standin-rpms.sh WORKDIR DEBSDIR REPODIR
set -euo pipefail
work=$1 debs=$2 repo=$3
here=$(cd "$(dirname "$0")" && pwd)

rm -rf "$work/rpms" "$repo" "$repo-newer"
mkdir -p "$work/rpms" "$repo"

build() { # build SPEC DEB...: the version is the first one's
    local spec=$1 root=$work/rpms/$1.root version=0 name deb
    shift
    for name; do
        deb=$(echo "$debs/$name"_*.deb)
        dpkg-deb -x "$deb" "$root"
        [ "$version" != 0 ] || version=$(dpkg-deb -f "$deb" Version | sed 's/^[0-9]*://; s/-.*//')
    done
    rpmbuild -bb --quiet \
        --define "_topdir $work/rpms/$spec" --define "_sourcedir $here/rpm" --define "_rpmdir $repo" \
        --define "_dbpath $work/rpms/db" --define '_build_id_links none' --define 'debug_package %{nil}' \
        --define '__os_install_post %{nil}' --define '_binary_payload w6.gzdio' \
        --define "deb_root $root" --define "deb_version $version" "$here/rpm/$spec.spec"
}
build release
build psmisc psmisc
build haproxy haproxy
build keepalived keepalived
build httpd apache2-bin
build redis redis-server redis-tools
build orders
"$here/rpm/small.sh" "$repo" "$repo-newer" --define "_topdir $work/rpms/small" --define "_dbpath $work/rpms/db" \
    --define '__os_install_post %{nil}'
createrepo_c --quiet "$repo"
rm -rf "$work/rpms"
