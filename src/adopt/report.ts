import type { Finding } from '../plan/plan';
import { type FoldedFinding, folded } from '../report/fold-findings';
import { type Adopted, type AdoptedHost, placeOf } from './adopted';
import { differences, fenced } from './differences';
import { kernelFiles } from './kernel';
import type { Named } from './named';
import { concealed } from './secret';
import { isGone, type Trouble, troublesOf } from './trouble';

/** What a part of HAProxy or keepalived does otherwise when the model writes it. */
export interface Difference {
  /** `proxy www`, `vrrp_instance shop`, … */
  part: string;
  lost: readonly string[];
  added: readonly string[];
  hosts: string[];
}

/** What became of a pair in the model. */
export interface ModelReport {
  /** `vips.X`, `services.X`. */
  said: readonly string[];
  differences: readonly Difference[];
  /** What a host has and the model gives it no more, or in another way: host → rows. */
  leftOut: ReadonlyMap<string, readonly string[]>;
  /** Headings of blocks that stand in the inventory as they are written. */
  sections: readonly string[];
  /** Programs that keep their own files, and why. */
  refused: ReadonlyMap<string, readonly string[]>;
}

/** What a report is made of beside the hosts. */
interface ReportInput {
  adopted: Adopted;
  /** Of the files that stand in the folder, relative to it. */
  places: ReadonlySet<string>;
  modelled?: ModelReport;
  findings: readonly Finding[];
  /** What could not be read of the new inventory, where it could not. */
  faults: readonly string[];
  /** Whether drain will work; none where haprov writes keepalived.conf. */
  drain: readonly string[];
  /** What each host lacks that a command could use, and what would be gained. */
  gains: readonly string[];
}

/** `report.md`: what was found, what differs, what is not managed, what is wrong, what could be better. */
export function reportOf({ adopted, places, modelled, findings, faults, drain, gains }: ReportInput): string {
  const { hosts } = adopted;
  const names = hosts.map(({ found }) => found.name);
  const troubles = troublesOf(adopted);
  const sections: ReportSection[] = [
    ...(troubles.length > 0 ? [troubleSection(troubles)] : []),
    ...(modelled ? modelSections(modelled, hosts.length) : []),
    [modelled ? 'What was read' : 'What is managed from here on', managed(adopted, places), 'Nothing.'],
    [
      `What differs between ${names.join(' and ')}`,
      differences(adopted, places),
      'Nothing that was looked at.',
    ],
    ['What was found and is not managed', notManaged(hosts, places), 'Nothing.'],
    ...(drain.length > 0 ? [['Whether `haprov drain` will work', [...drain], ''] as ReportSection] : []),
    ['What lint finds', folded(findings).map(findingRow), 'Nothing.'],
    ...(modelled ? [] : [gainsSection(gains)]),
  ];
  const wrong =
    faults.length > 0 ? ['## What is still wrong', '', ...faults.map((one) => `- ${one}`), ''] : [];
  return [
    `# ${names.join(' and ')}, as they were found`,
    '',
    'haprov read this and changed nothing. `haprov plan inventory.json` compares it with the hosts.',
    '',
    ...wrong,
    ...sections.flatMap(([title, rows, none]) => [
      `## ${title}`,
      '',
      ...(rows.length > 0 ? rows : [none]),
      '',
    ]),
  ].join('\n');
}

/** The hosts, and what is the matter with them. */
export const troubleRow = ({ hosts, text }: Trouble): string => `${hosts.join(' and ')}: ${text}`;

const troubleSection = (troubles: readonly Trouble[]): ReportSection => [
  'What is wrong on the hosts as they are',
  troubles.map((one) => `- ${troubleRow(one)}`),
  '',
];

type ReportSection = [title: string, rows: string[], none: string];

const gainsSection = (gains: readonly string[]): ReportSection => [
  'What the model would give',
  [...gains],
  'Nothing that haprov cannot do with these files.',
];

function modelSections(
  { said, differences: found, leftOut, sections, refused }: ModelReport,
  count: number,
): ReportSection[] {
  const rows = found.map(({ part, lost, added, hosts }) => {
    const where = hosts.length === count ? '' : ` (${hosts.join(', ')})`;
    const changes = [...lost.map((row) => `-${row}`), ...added.map((row) => `+${row}`)];
    return `- ${part}${where}\n\n${fenced(concealed(changes.join('\n').replace(/^([-+])/gm, '$1 ')), 'diff')}`;
  });
  return [
    ['What the model says', said.map((one) => `- \`${one}\``), 'Nothing.'],
    ['What HAProxy and keepalived will do otherwise', rows, 'Nothing: read back, both do the same.'],
    ['What the hosts have, and will have no more or otherwise', byHost(leftOut), 'Nothing.'],
    [
      'What no key says, and stays as it is written',
      [
        ...sections.map((one) => `- \`${one}\`, a section of your own`),
        ...[...refused].flatMap(([program, why]) =>
          why.map((one) => `- ${program}, in \`${program}.config\`: ${one}`),
        ),
      ],
      'Nothing.',
    ],
  ];
}

function managed({ files, hosts }: Adopted, places: ReportInput['places']): string[] {
  if (files.length === 0) return [];
  const ofKernel = kernelFiles(hosts)
    .filter((file) => [...file.on.keys()].some((host) => places.has(placeOf(file, host))))
    .map((file) => ({ ...file, of: 'kernel', what: 'parameters', isSecret: false }));
  const rows = [...files, ...ofKernel].map(({ path, of, what, on, isSame, isSecret }) => {
    const [first] = on.values();
    const owned = first ? `${first.owner}:${first.group} ${first.mode}` : '';
    const where = isSame
      ? 'the same on all'
      : on.size < hosts.length
        ? `${[...on.keys()].join(', ')} only`
        : 'one for each';
    return `| \`${path}\` | ${of}: ${what} | ${where} | ${owned}${isSecret ? ', secret' : ''} |`;
  });
  return ['| file | what it is | hosts | owner, mode |', '|---|---|---|---|', ...rows];
}

const findingRow = ([{ rule, severity, where, message, fix }, ...others]: FoldedFinding) =>
  `- ${severity} **${rule}**, ${[where, ...others.map((one) => one.where)].map((one) => `\`${one}\``).join(', ')}: ${message}; ${fix}`;

const notManaged = (hosts: readonly AdoptedHost[], places: ReportInput['places']): string[] =>
  byHost(new Map(hosts.map((host) => [host.found.name, leftOn(host, places)])));

/** Rows that are alike on several hosts are one. */
function byHost(all: ReadonlyMap<string, readonly string[]>): string[] {
  const rows = new Map<string, string[]>();
  for (const [host, own] of all)
    for (const row of new Set(own)) rows.set(row, [...(rows.get(row) ?? []), host]);
  return [...rows].map(
    ([row, names]) => `- ${names.length === all.size ? '' : `${names.join(', ')}: `}${row}`,
  );
}

function leftOn({ found, named, renewed }: AdoptedHost, places: ReportInput['places']): string[] {
  const known = new Set([...named.found, ...named.written, ...renewed].map(({ path }) => path));
  const unnamed = found.there.filter((path) => !known.has(path));
  const selinux = found.selinux;
  const isHere = (path: string) =>
    ['files', found.name].some((root) => places.has(`${root}${found.links.get(path) ?? path}`));
  return [
    ...renewed.map(
      (one) =>
        `\`${one.path}\` is a link to \`${found.links.get(one.path)}\`: what renews it goes on to do so (${nameOf(one)})`,
    ),
    ...named.notRead.map((one) => notRead(one, found)),
    ...named.written
      .filter(({ what }) => !/^(?:chroot|pidfile)$/.test(what))
      .map((one) => `\`${one.path}\` is written while the pair runs (${nameOf(one)})`),
    ...named.unsure,
    ...unnamed.map((path) => `\`${path}\` is there, and nothing names it`),
    ...found.beside.map((path) => `\`${path}\`: how a unit starts, or what goes with it`),
    ...['haproxy', 'keepalived'].flatMap((unit) => unitRows(unit, found.units.get(unit) ?? new Map())),
    ...found.bootSysctls
      .filter((row) => !row.startsWith('/usr/lib/') && !isHere(row.slice(0, row.indexOf(':'))))
      .map((row) => `kernel parameter \`${row}\``),
    ...(found.firewall
      ? [
          `firewalld: ${
            found.firewall
              .filter((row) => / (?:open|passes) /.test(row))
              .map((row) => row.replace(/^runtime \S+ /, ''))
              .join(', ') || 'nothing is open'
          }`,
        ]
      : []),
    ...(found.otherRules ? [`a firewall of ${found.otherRules} rules that is not firewalld’s`] : []),
    ...(selinux
      ? [
          `SELinux: ${[selinux.mode, ...[...selinux.booleans].map(([name, value]) => `${name} ${value || '-'}`), ...selinux.portLabels].join(', ')}`,
        ]
      : []),
    ...[...found.users]
      .filter(([, who]) => who === 'absent')
      .map(([user]) => `a user ${user} is named, and not there`),
  ];
}

const nameOf = ({ what, at }: Named) => (at === undefined ? what : `${what}, \`${at}\``);

function notRead(one: Named, { packaged, big, files }: AdoptedHost['found']): string {
  const from = packaged.get(one.path);
  if (from !== undefined) return `\`${one.path}\` comes with the package ${from} (${nameOf(one)})`;
  const size = big.get(one.path);
  if (size !== undefined)
    return `\`${one.path}\` has ${size} bytes, which is too much to take along (${nameOf(one)})`;
  if (!isGone(one, { packaged, big, files })) return `\`${one.path}\` is a program (${nameOf(one)})`;
  return `\`${one.path}\` is named, and was not read: it is not there, or no file (${nameOf(one)})`;
}

function unitRows(unit: string, said: ReadonlyMap<string, string>): string[] {
  const is = (word: string) => said.get(word) ?? '';
  const rows: string[] = [];
  if (is('LoadState') === 'loaded' && is('ActiveState') !== 'active')
    rows.push(`the unit ${unit} is ${is('ActiveState') || 'not running'}: the plan will start it`);
  if (is('LoadState') === 'loaded' && is('UnitFileState') !== 'enabled')
    rows.push(
      `the unit ${unit} does not start at boot (${is('UnitFileState') || 'unknown'}): the plan will enable it`,
    );
  return rows;
}
