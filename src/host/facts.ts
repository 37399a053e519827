import { BlockList, isIPv6 } from 'node:net';
import { parse } from 'ini';

/** What a host says of itself: everything that differs from host to host and that haprov decides by. */
export interface HostFacts {
  uid: number;
  hostname: string;
  os: { id: string; like: string[]; version: string; major: number; name: string };
  init: 'systemd' | 'other';
  installer: 'dnf' | 'yum' | 'none';
  /** Tools that haprov needs and the host lacks. */
  missing: string[];
  addresses: { interface: string; address: string; prefix: number }[];
  /** The newest run in its journal. */
  newestRun?: string;
  /** Who holds the host's lock, and whether anything on the host still drives that run. */
  lock?: { run: string; since: Date; owner: string; state: string; alive: boolean };
}

/** Reads what `probe_facts` printed. */
export function readFacts(output: string): HostFacts {
  const rows = output.split('\n').filter(Boolean);
  const values = (key: string) =>
    rows.filter((row) => row.startsWith(`${key}=`)).map((row) => row.slice(key.length + 1));
  const value = (key: string) => values(key)[0] ?? '';
  const release = parse(
    rows
      .filter((row) => row.startsWith('os.'))
      .map((row) => row.slice(3))
      .join('\n'),
  );
  const version = String(release.VERSION_ID ?? '');
  return {
    uid: Number(value('uid')),
    hostname: value('hostname'),
    os: {
      id: String(release.ID ?? ''),
      like: String(release.ID_LIKE ?? '')
        .split(' ')
        .filter(Boolean),
      version,
      major: Number.parseInt(version, 10) || 0,
      name: String(release.PRETTY_NAME ?? release.NAME ?? 'unknown'),
    },
    init: value('init') === 'systemd' ? 'systemd' : 'other',
    installer: value('installer') === 'dnf' ? 'dnf' : value('installer') === 'yum' ? 'yum' : 'none',
    missing: values('missing'),
    addresses: values('address').flatMap((row) => {
      const [name, network] = row.split(' ');
      const [address, prefix] = network?.split('/') ?? [];
      return name && address
        ? [{ interface: name, address, prefix: Number(prefix ?? (isIPv6(address) ? 128 : 32)) }]
        : [];
    }),
    ...(value('newest-run') ? { newestRun: value('newest-run') } : {}),
    ...(value('lock')
      ? { lock: readLock(value('lock'), value('lock-state'), value('lock-alive') === 'yes') }
      : {}),
  };
}

function readLock(text: string, state: string, alive: boolean): HostFacts['lock'] {
  const [run = '', since, ...owner] = text.split(' ');
  return { run, since: new Date(Number(since) * 1000), owner: owner.join(' '), state, alive };
}

const families = ['rhel', 'centos', 'fedora', 'rocky', 'almalinux', 'ol', 'amzn'];

/** Why haprov cannot work on this host, in one sentence; nothing when it can. */
export function unsupported(facts: HostFacts): string | undefined {
  if (facts.uid !== 0) return 'the probe did not run as root: set "ssh": { "sudo": true }, or log in as root';
  if (![facts.os.id, ...facts.os.like].some((id) => families.includes(id))) {
    return `${facts.os.name} is not of the CentOS/RHEL family, which is all that haprov knows how to provision`;
  }
  if (facts.init !== 'systemd') return `${facts.os.name} does not run systemd, which haprov needs`;
  if (facts.installer === 'none') return 'there is neither dnf nor yum on the host';
  if (facts.missing.length > 0)
    return `the host lacks ${facts.missing.join(', ')}: install the packages that bring them`;
  return undefined;
}

/** The interface whose own subnet has `address`; an exact match (the address is up right now) does not count as a subnet. */
export function interfaceFor(facts: HostFacts, address: string): string | undefined {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const inSubnet = facts.addresses
    .filter(
      (own) =>
        (isIPv6(own.address) ? 'ipv6' : 'ipv4') === family &&
        own.address !== address &&
        own.interface !== 'lo',
    )
    .filter((own) => {
      const subnet = new BlockList();
      subnet.addSubnet(own.address, own.prefix, family);
      return subnet.check(address, family);
    })
    .sort((a, b) => b.prefix - a.prefix);
  return inSubnet[0]?.interface;
}

export const holds = (facts: HostFacts, address: string) =>
  facts.addresses.some((own) => own.address === address);
