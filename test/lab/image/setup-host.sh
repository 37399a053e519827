#!/bin/sh
# What both kinds of image share: users, sudo, sshd, host keys. Runs inside the image as root.
set -e

for user in deploy careful pat; do
    id "$user" >/dev/null 2>&1 || useradd -m -s /bin/bash "$user"
done
printf '%s\n' 'careful:lab-sudo-password' 'pat:lab-ssh-password' | chpasswd
usermod -p '*' deploy # no password, but not locked: sshd refuses locked accounts
usermod -p '*' root

cat >/etc/sudoers.d/lab <<'END'
deploy ALL=(ALL) NOPASSWD: ALL
pat ALL=(ALL) NOPASSWD: ALL
careful ALL=(ALL) ALL
END
chmod 440 /etc/sudoers.d/lab

mkdir -p /etc/ssh/sshd_config.d
cat >/etc/ssh/sshd_config.d/00-lab.conf <<'END'
PermitRootLogin prohibit-password
MaxStartups 200:30:400
PasswordAuthentication no
UseDNS no
Match User pat
    PasswordAuthentication yes
Match all
END

rm -f /etc/ssh/ssh_host_*
for host in fred ethyl lucy ricky; do
    dir=/etc/ssh/lab-keys/$host
    mkdir -p "$dir"
    for type in rsa ecdsa ed25519; do
        [ -e "$dir/ssh_host_${type}_key" ] ||
            ssh-keygen -q -t "$type" -N '' -C "root@$host" -f "$dir/ssh_host_${type}_key"
    done
done
chmod 700 /etc/ssh/lab-keys

# What a container cannot or need not do.
systemctl -q mask systemd-udevd systemd-udev-trigger systemd-udevd-control.socket \
    systemd-udevd-kernel.socket systemd-logind getty.target console-getty systemd-pstore \
    dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount \
    systemd-firstboot systemd-modules-load

install -m 755 "$(dirname "$0")/lab-init" /usr/local/sbin/lab-init
install -m 755 "$(dirname "$0")/lab-authorize" /usr/local/sbin/lab-authorize
: >/etc/machine-id
