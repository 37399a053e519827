import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { scratch } from '../support/scratch';

/** What a machine may have or lack, and what tests therefore bring themselves. */
const ofHosts = new Set(
  `dnf dnf-3 dnf5 yum microdnf rpm systemctl service chkconfig initctl keepalived haproxy httpd apachectl sysctl
  firewall-cmd firewall-offline-cmd semanage restorecon getenforce setenforce matchpathcon sestatus selinuxenabled
  nft iptables ip6tables ausearch shutdown reboot halt poweroff init telinit`.split(/\s+/),
);

let folder: string | undefined;

/** A folder with every program of this machine but those: a test must not depend on what is installed. */
export function toolsOfThisMachine(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(scratch, 'haprov-tools-'));
  folder = made;
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  const path = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const known = new Set(ofHosts);
  for (const from of path.filter((one) => one.startsWith('/'))) {
    for (const name of namesIn(from)) {
      if (!known.has(name)) symlinkSync(join(from, name), join(made, name));
      known.add(name);
    }
  }
  return made;
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
