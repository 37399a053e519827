#!/bin/bash
# Base of the stand-in: Debian's userland with EL's tools (dnf, rpm, systemd), plus the shared
# libraries of httpd, haproxy, keepalived and redis but not the programs.
# Makes OUTDIR with base.tar and, in debs, the packages of the programs. Usage: standin-base.sh OUTDIR
set -euo pipefail
out=$1
part=$out.part
root=$part/root debs=$part/debs
suite=bookworm

# The machine's own Debian mirror, if it is a Debian; otherwise debootstrap's built-in one.
mirror=${HAPROV_LAB_MIRROR:-}
if [ -z "$mirror" ] && [ "$(sed -n 's/^ID=//p' /etc/os-release)" = debian ]; then
    # shellcheck disable=SC2016 # apt's own placeholders
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 'Component: main' |
        awk -v s=$suite '$2 == s { print $1; exit }')
fi

include=systemd-sysv,dbus,openssh-server,dnf,rpm,iproute2,procps,curl,sudo,iptables,nftables,gawk
include+=,hostname,iputils-ping,kmod,less,netbase,rsyslog,ca-certificates,diffutils,findutils,file,socat,tcpdump,ncat

rm -rf "$part"
mkdir -p "$root" "$debs"
debootstrap --variant=minbase --include="$include" "$suite" "$root" ${mirror:+"$mirror"}

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
for f in /etc/apt/apt.conf.d/*proxy*; do
    [ ! -f "$f" ] || cp "$f" "$root/etc/apt/apt.conf.d/"
done

programs=(apache2-bin haproxy keepalived psmisc redis-server redis-tools)
in_root apt-get update
in_root apt-get -y --no-install-recommends install firewalld
in_root apt-get -y --no-install-recommends -o APT::Keep-Downloaded-Packages=true install "${programs[@]}"
(cd "$root/var/cache/apt/archives" && for p in "${programs[@]}"; do cp "$p"_*.deb "$debs/"; done)
in_root dpkg --purge "${programs[@]}"
in_root systemctl disable firewalld || true
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root/usr/sbin/policy-rc.d"
tar -C "$root" -cf "$part/base.tar" .
rm -rf "$root"
mv "$part" "$out"
