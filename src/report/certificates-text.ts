import pc from 'picocolors';
import type { CertificateOnHost, CertificatesReport, ListedCertificate } from '../certificates/report';
import { paragraph } from '../text/fit';
import { count, visible } from '../text/format';
import type { TextOptions } from './change-text';
import { marks } from './level';

/** The certificates of a pair as text, what is wrong with each below it. No newline at the end. */
export function renderCertificates(report: CertificatesReport, options: TextOptions): string {
  const { bold, red, yellow, green, dim } = pc.createColors(options.color);
  const { certificates, findings } = report;
  const rows = (head: string, text: string, hanging = head.length) =>
    paragraph(head, visible(text), options.columns, hanging);
  const told = (about: string | undefined) =>
    findings
      .filter(({ certificate }) => certificate === about)
      .flatMap(({ level, hosts, message, next }) => {
        const where = about !== undefined && hosts.length > 0 ? `${hosts.join(', ')}: ` : '';
        const paint = level === 'broken' ? red : yellow;
        return [
          ...rows(`  ${marks[level]} `, `${where}${message}`).map(paint),
          ...rows('    → ', next).map(dim),
        ];
      });
  const blocks = certificates.map((one) =>
    [
      ...rows('', one.name, 2).map(bold),
      ...factsOf(one).flatMap((text) => rows('  ', text)),
      ...told(one.name),
    ].join('\n'),
  );
  const elsewhere = told(undefined);
  const found = findings.length === 0 ? 'nothing to do' : count(findings.length, 'finding');
  const sum = rows('', `${count(certificates.length, 'certificate')}, ${found}`);
  return [
    ...blocks,
    ...(elsewhere.length > 0 ? [elsewhere.join('\n')] : []),
    sum.map(findings.length === 0 ? green : bold).join('\n'),
  ].join('\n\n');
}

function factsOf({ name, path, services, from, certificate, hosts, shown }: ListedCertificate): string[] {
  const places = new Map<string, Set<string>>();
  for (const { at, name: asked, by, from: looker } of shown) {
    const where = `${at}${by === undefined ? '' : ` by ${by}`}${looker === 'here' ? '' : `, seen from ${looker}`}`;
    places.set(where, (places.get(where) ?? new Set()).add(asked ?? 'no name'));
  }
  return [
    ...(certificate ? aboutCertificate(certificate) : []),
    ...(name === path ? [] : [`file ${path}`]),
    ...(from ? [`from ${written(from.certificate)}, key ${written(from.key)}`] : []),
    ...(services.length > 0 ? [`used by ${services.join(', ')}`] : []),
    ...statesOf(hosts),
    ...[...places].map(([where, names]) => `shown at ${where} (asked for ${[...names].join(', ')})`),
    ...(shown.length === 0 ? ['shown nowhere'] : []),
  ];
}

function aboutCertificate({
  names,
  subject,
  issuer,
  validUntil,
  days,
  key,
  chain,
}: NonNullable<ListedCertificate['certificate']>): string[] {
  const left = days < 0 ? 'over' : count(days, 'day');
  const ends = {
    complete: 'chain complete',
    'self-signed': 'self-signed',
    unknown: 'chain ends at an issuer that is not known here',
    broken: 'chain broken',
  }[chain];
  return [
    names.length > 0 ? names.join(', ') : subject,
    `until ${validUntil.slice(0, 10)} (${left}), by ${issuer}`,
    `${key}, ${ends}`,
  ];
}

/** A reference as it stands in the inventory; a text that stands there itself is not repeated. */
function written(reference: unknown): string {
  const [[kind, value] = []] =
    typeof reference === 'object' && reference !== null ? Object.entries(reference) : [];
  if (kind === undefined) return 'the inventory itself';
  return kind === 'command' ? `the command ${[value].flat()[0]}` : `${kind} ${value}`;
}

/** What the hosts have, those together that have the same. */
function statesOf(hosts: readonly CertificateOnHost[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { host, onDisk, isLoaded, keyFits } of hosts) {
    const text = [
      onDisk === undefined ? 'none' : `on the disk (${onDisk.slice(0, 8)}…)`,
      ...(isLoaded === undefined ? [] : [isLoaded ? 'loaded' : 'not loaded']),
      ...(keyFits === undefined ? [] : [keyFits ? 'key fits' : 'key does not fit']),
    ].join(', ');
    groups.set(text, [...(groups.get(text) ?? []), host]);
  }
  return [...groups].map(([text, names]) => `${names.join(', ')}: ${text}`);
}
