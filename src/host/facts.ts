import { BlockList, isIPv6 } from 'node:net';
import { call, compose } from '../shell/library';
import { asWord } from '../shell/quote';
import { isOfFamily, oldest, type Release, readRelease, shippedVersions, type Versions } from './release';
import { type RollNote, readRollNote } from './roll-note';
import { type RunState, readRunState } from './run-state';

/** The run that has a host's lock, and whether a process on the host still drives it. */
export interface Lock {
  run: string;
  since: Date;
  owner: string;
  state: RunState | '';
  alive: boolean;
  /** No run is at work there: a roll over several hosts keeps others from it. */
  isHeld?: true;
  /** For how many seconds it waits for its operator yet, or will when it has done what it is at; absent where it does not say. */
  waits?: number;
  /** Its host cannot write to the run's folder, so that nothing of the run goes on. */
  isStuck?: true;
}

/** Whether it is the lock of somebody's run; a host keeps who that is as one word. @param operator `user@laptop` */
export const isOf = ({ owner }: Pick<Lock, 'owner'>, operator: string): boolean => owner === asWord(operator);

/** What a host is: everything that differs from host to host and on which haprov bases decisions. */
export interface HostFacts {
  uid: number;
  hostname: string;
  os: Release;
  /** EL6 starts its services by init scripts. */
  init: 'systemd' | 'sysv' | 'other';
  installer: 'dnf' | 'yum' | 'none';
  /** Names of tools that haprov needs and the host lacks. */
  missing: string[];
  /** The installed versions; for a package that is not installed, the version that the host's EL ships. */
  versions: Versions;
  /** Of which of these packages the host has any version. */
  installed: string[];
  addresses: { interface: string; address: string; prefix: number }[];
  /** The host's clock at the probe. */
  clock: Date;
  lock?: Lock;
  /** Since when and by whom the host is drained; an invalid date and '' where the flag does not say. */
  drained?: { since: Date; by: string };
  /** What is noted of a `haprov reboot` or `patch`; `isAtWork`: its laptop drives it still. */
  roll?: RollNote & { isAtWork: boolean };
}

/** Reads what `probe_facts` printed. */
export function readFacts(output: string): HostFacts {
  const rows = output.split('\n').filter(Boolean);
  const values = (key: string) =>
    rows.filter((row) => row.startsWith(`${key}=`)).map((row) => row.slice(key.length + 1));
  const value = (key: string) => values(key)[0] ?? '';
  const osRelease = rows.filter((row) => row.startsWith('os.')).map((row) => row.slice(3));
  const os = readRelease(osRelease.join('\n'), value('release'));
  const roll = readRollNote(values('roll'));
  const installed = values('installed').map((row) => row.split(' ', 2));
  return {
    uid: Number(value('uid')),
    hostname: value('hostname'),
    os,
    init: (['systemd', 'sysv'] as const).find((one) => one === value('init')) ?? 'other',
    installer: (['dnf', 'yum'] as const).find((one) => one === value('installer')) ?? 'none',
    missing: values('missing'),
    installed: installed.map(([name = '']) => name),
    versions: { ...shippedVersions(os.major), ...Object.fromEntries(installed) },
    addresses: values('address').flatMap((row) => {
      const [name, network] = row.split(' ');
      const [address, prefix] = network?.split('/') ?? [];
      return name && address
        ? [{ interface: name, address, prefix: Number(prefix ?? (isIPv6(address) ? 128 : 32)) }]
        : [];
    }),
    clock: new Date(Number(value('clock') || Number.NaN) * 1000),
    ...(value('lock')
      ? {
          lock: {
            ...readLock(
              value('lock'),
              value('lock-state'),
              value('lock-alive') === 'yes',
              value('lock-waits'),
            ),
            ...(value('lock-stuck') ? { isStuck: true as const } : {}),
            ...(value('lock-roll') ? { isHeld: true as const } : {}),
          },
        }
      : {}),
    ...(value('drained') ? { drained: readDrained(value('drained')) } : {}),
    ...(roll ? { roll: { ...roll, isAtWork: !roll.isOver && value('roll-at-work') === 'yes' } } : {}),
  };
}

function readDrained(text: string): HostFacts['drained'] {
  const [, since = '', ...by] = text.split(' ');
  return { since: new Date(/^\d+$/.test(since) ? Number(since) * 1000 : Number.NaN), by: by.join(' ') };
}

/** Reads who has a lock: the run, when it began, and its operator. */
export function readLock(text: string, state: string, alive: boolean, waits = ''): Lock {
  const [run = '', since, ...owner] = text.split(' ');
  return {
    run,
    since: new Date(Number(since) * 1000),
    owner: owner.join(' '),
    state: readRunState(state),
    alive,
    ...(/^\d+$/.test(waits) ? { waits: Number(waits) } : {}),
  };
}

/** Asks a host who is at work there. */
export const atWorkScript = compose(call('probe_lock'));

/** Reads what {@link atWorkScript} printed; undefined where nobody is. */
export function readAtWork(output: string): Lock | undefined {
  const { lock } = readFacts(output);
  return lock?.alive ? lock : undefined;
}

/** Why haprov cannot work on this host, in one sentence; undefined when it can. */
export function unsupported(facts: HostFacts): string | undefined {
  const { os, init, installer, missing } = facts;
  if (os.name === '') {
    return 'the host does not say what it runs: it has neither /etc/os-release nor /etc/redhat-release';
  }
  if (!isOfFamily(os)) {
    return `${os.name} is not of the CentOS/RHEL family, which is all that haprov knows how to provision`;
  }
  if (os.major < oldest) return `${os.name} is older than EL${oldest}, the oldest that haprov knows`;
  if (init === 'other' && os.major === oldest) {
    return `${os.name} lacks chkconfig or service, by which haprov starts services there: install chkconfig and initscripts`;
  }
  if (init !== 'systemd' && os.major > oldest)
    return `${os.name} does not run systemd, which haprov needs there`;
  if (installer === 'none') return 'there is neither dnf nor yum on the host';
  if (missing.length > 0) return `the host lacks ${missing.join(', ')}: install the packages that bring them`;
  return undefined;
}

/**
 * The interface with the smallest subnet that contains `address`.
 * @param moving the VIPs: on their holder they are no evidence of a subnet
 */
export function interfaceFor(
  facts: HostFacts,
  address: string,
  moving: readonly string[],
): string | undefined {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const inSubnet = facts.addresses
    .filter(
      (own) =>
        (isIPv6(own.address) ? 'ipv6' : 'ipv4') === family &&
        !moving.includes(own.address) &&
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

/** Whether the host has `address` now. */
export const holds = (facts: HostFacts, address: string) =>
  facts.addresses.some((own) => own.address === address);
