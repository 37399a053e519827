import type { Adopted, AdoptedHost } from './adopted';
import type { Named } from './named';
import { concealed } from './secret';

/** What is wrong on hosts as they were found, before haprov has done anything. */
export interface Trouble {
  hosts: string[];
  /** A sentence with the line that it comes from, and what to do. */
  text: string;
  /** Whether a program would not start again. */
  isFatal: boolean;
}

/** What the pair would not survive, or runs otherwise than its disk says; each once for all hosts that have it. */
export function troublesOf({ hosts }: Pick<Adopted, 'hosts'>): Trouble[] {
  const found = new Map<string, Trouble>();
  for (const host of hosts)
    for (const { text, isFatal } of troublesOn(host)) {
      const known = found.get(text);
      if (known) known.hosts.push(host.found.name);
      else found.set(text, { hosts: [host.found.name], text, isFatal });
    }
  return [...found.values()].sort((one, other) => Number(other.isFatal) - Number(one.isFatal));
}

type Told = Omit<Trouble, 'hosts'>;

function troublesOn(host: AdoptedHost): Told[] {
  const { haproxy, keepalived, changedSince } = host.found.onDisk ?? { changedSince: [] };
  const fatal = (text: string): Told => ({ text, isFatal: true });
  const worth = (text: string): Told => ({ text, isFatal: false });
  const gone = haproxy?.refusal === undefined ? [] : goneOf(host, 'haproxy');
  const isExplained = gone.some(({ path }) => haproxy?.refusal?.includes(path));
  return [
    ...gone.map((one) => fatal(`${namedAt(one)}: the next reload or boot of HAProxy fails`)),
    ...(haproxy?.refusal === undefined || isExplained
      ? []
      : [
          fatal(
            `HAProxy refuses what is on the disk, so that its next reload or boot fails: ${concealed(haproxy.refusal)}`,
          ),
        ]),
    ...(keepalived?.isRefused
      ? [
          fatal(
            `keepalived refuses what is on the disk, so that it would not start again: ${concealed(keepalived.says.join('; '))}`,
          ),
        ]
      : []),
    ...(host.found.onDisk
      ? goneOf(host, 'keepalived').map((one) =>
          worth(`${namedAt(one)}: after its next reload, or a boot, keepalived goes on without it`),
        )
      : []),
    ...(keepalived && !keepalived.isRefused
      ? keepalived.says.map((line) => worth(`keepalived -t complains: ${concealed(line)}`))
      : []),
    ...changedSince.map((path) =>
      worth(
        `\`${path}\` was changed after HAProxy was started or reloaded: what runs may be older. What is on the disk was taken`,
      ),
    ),
  ];
}

/** Whether what a configuration names, and was not read, is not there at all. */
export const isGone = (
  { path }: Named,
  { files, packaged, big }: Pick<AdoptedHost['found'], 'files' | 'packaged' | 'big'>,
): boolean => !files.has(path) && !packaged.has(path) && !big.has(path);

const goneOf = ({ found, named }: AdoptedHost, of: Named['of']) =>
  named.notRead.filter((one) => one.of === of && isGone(one, found));

const namedAt = ({ path, what, at }: Named) =>
  `\`${path}\` (${what}${at === undefined ? '' : `, named by \`${at}\``}) is not there`;
