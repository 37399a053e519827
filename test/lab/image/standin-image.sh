#!/bin/bash
# Turns the base and the RPM repository into the stand-in's root directory.
# Usage: standin-image.sh BASE.tar REPODIR ROOTDIR
set -euo pipefail
base=$1 repo=$2 root=$3
here=$(cd "$(dirname "$0")" && pwd)

rm -rf "$root"
mkdir -p "$root"
tar -C "$root" -xf "$base"
in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

# EL's shell and yum, and none of Debian's package tools.
ln -sf bash "$root/usr/bin/sh"
ln -sf dnf-3 "$root/usr/bin/yum"
(
    cd "$root"
    rm -rf etc/debian_version etc/apt etc/dpkg etc/cron.daily/{apt-compat,dpkg} var/lib/apt var/cache/apt \
        usr/bin/{apt,dpkg}* usr/lib/apt usr/lib/systemd/system/{apt,dpkg}-* etc/systemd/system/timers.target.wants \
        etc/dnf/aliases.d/zypper.conf etc/motd etc/update-motd.d etc/issue etc/issue.net \
        usr/share/{doc,man,info,locale} var/log/{apt,dpkg.log,bootstrap.log,alternatives.log}
    rm -f etc/os-release usr/lib/os-release
)

# rpm's database where EL has it: Debian's default is root's home.
mkdir -p "$root/etc/rpm" "$root/etc/yum.repos.d" "$root/usr/share/haprov-lab"
echo '%_dbpath /var/lib/rpm' >"$root/etc/rpm/macros"
cp -r "$repo" "$root/usr/share/haprov-lab/repo"
cp -r "$repo-newer" "$root/usr/share/haprov-lab/newer"
cp "$here/rpm/newer.repo" "$root/etc/yum.repos.d/"
cat >"$root/etc/yum.repos.d/centos.repo" <<'END'
[baseos]
name=CentOS Stream 9 stand-in - BaseOS
baseurl=file:///usr/share/haprov-lab/repo
enabled=1
gpgcheck=0
END
cat >"$root/etc/dnf/dnf.conf" <<'END'
[main]
gpgcheck=1
installonly_limit=3
clean_requirements_on_remove=True
best=True
skip_if_unavailable=False
END
in_root rpm --initdb
in_root yum -q -y install centos-stream-release
in_root yum -q makecache
ln -s ../usr/lib/os-release "$root/etc/os-release"

# EL's names and defaults of sshd, sudo, sysctl and rsyslog.
units=$root/usr/lib/systemd/system
rm -f "$root"/etc/systemd/system/{sshd.service,multi-user.target.wants/{ssh,e2scrub_reap}.service}
# Its init script would start another sshd beside EL's at each boot: now and then one of them failed, as the port was taken.
rm -f "$root"/etc/init.d/ssh "$root"/etc/rc?.d/*ssh
rm -f "$units"/ssh.service "$units"/ssh.socket "$units"/ssh@.service "$units"/rescue-ssh.target
cat >"$units/sshd.service" <<'END'
[Unit]
Description=OpenSSH server daemon
After=network.target

[Service]
Type=notify
RuntimeDirectory=sshd
RuntimeDirectoryPreserve=yes
ExecStart=/usr/sbin/sshd -D
ExecReload=/bin/kill -HUP $MAINPID
KillMode=process
Restart=on-failure
RestartSec=42s

[Install]
WantedBy=multi-user.target
END
# EL's default path of a command over ssh; Debian's leaves /usr/sbin out for all but root.
mkdir -p "$root/etc/ssh/sshd_config.d"
echo 'SetEnv PATH=/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin' >"$root/etc/ssh/sshd_config.d/50-el-path.conf"
cat >"$root/etc/sudoers" <<'END'
Defaults !visiblepw
Defaults always_set_home
Defaults env_reset
Defaults env_keep = "COLORS DISPLAY HOSTNAME HISTSIZE LS_COLORS"
Defaults env_keep += "LANG LC_ADDRESS LC_CTYPE LC_COLLATE LC_IDENTIFICATION LC_MEASUREMENT LC_MESSAGES"
Defaults secure_path = /sbin:/bin:/usr/sbin:/usr/bin
root ALL=(ALL) ALL
%wheel ALL=(ALL) ALL
#includedir /etc/sudoers.d
END
cat >"$root/etc/sysctl.conf" <<'END'
# sysctl settings are defined through files in
# /usr/lib/sysctl.d/, /run/sysctl.d/, and /etc/sysctl.d/.
END
rm -f "$root"/etc/sysctl.d/* "$root"/usr/lib/sysctl.d/*
ln -s ../sysctl.conf "$root/etc/sysctl.d/99-sysctl.conf"
cat >"$root/etc/rsyslog.conf" <<'END'
module(load="imuxsock" SysSock.Use="on")
#module(load="imudp")
#input(type="imudp" port="514")
global(workDirectory="/var/lib/rsyslog")
module(load="builtin:omfile" Template="RSYSLOG_TraditionalFileFormat")
include(file="/etc/rsyslog.d/*.conf" mode="optional")
*.info;mail.none;authpriv.none;cron.none /var/log/messages
authpriv.* /var/log/secure
END
mkdir -p "$root/var/lib/rsyslog" "$root/usr/libexec"
in_root groupadd -r -f wheel
echo 'disable *' >"$root/usr/lib/systemd/system-preset/99-default-disable.preset"
printf 'enable %s\n' sshd.service rsyslog.service >"$root/usr/lib/systemd/system-preset/90-default.preset"
in_root systemctl -q enable sshd rsyslog
in_root systemctl set-default -q multi-user.target

mkdir "$root/tmp/setup"
cp "$here"/{setup-host.sh,lab-init,lab-authorize} "$root/tmp/setup/"
in_root sh /tmp/setup/setup-host.sh
rm -rf "$root/tmp/setup" "$root/etc/resolv.conf" "$root/etc/hostname"
