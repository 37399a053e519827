import type { Service } from '../inventory/inventory';
import { certificatesIn, subjectOf } from '../lint/certificate-expires';
import { answers } from './findings/answers';
import { backends } from './findings/backends';
import { bootOwed } from './findings/boot-owed';
import { certificates, unmadeCertificates } from './findings/certificates';
import { awayToBoot, drained, rolls } from './findings/drained';
import { drift } from './findings/drift';
import { vrrpBlocked } from './findings/firewall';
import { former } from './findings/former';
import { haproxy } from './findings/haproxy';
import { keepalived } from './findings/keepalived';
import { disk, unfit, unreachable } from './findings/machine';
import { proxies } from './findings/proxies';
import { runBroken } from './findings/run-broken';
import { explained, runs } from './findings/runs';
import { selinux } from './findings/selinux';
import { units } from './findings/units';
import { vips } from './findings/vips';
import { hostStatus } from './host-status';
import { merged } from './merge';
import { order } from './order';
import { setRetiredAside } from './retired';
import { serviceStatus, vipStatus } from './service-status';
import { type FindingRule, type Found, reached, type Snapshot } from './snapshot';
import type { CertificateStatus, Level, Status, StatusFinding } from './status';

/** Causes first: a rule leaves out what those before it explain. */
const rules: readonly FindingRule[] = [
  unreachable,
  disk,
  unfit,
  drift,
  former,
  selinux,
  units,
  vrrpBlocked,
  haproxy,
  keepalived,
  vips,
  backends,
  proxies,
  answers,
  unmadeCertificates,
  certificates,
  runBroken,
  drained,
  rolls,
  bootOwed,
];

/** What is true of the pair: pure, from what its hosts said at one moment. */
export function judge(seen: Snapshot): Status {
  const snapshot = setRetiredAside(seen);
  const { inventory, hosts, now } = snapshot;
  const found: Found[] = [];
  for (const rule of rules) found.push(...rule(snapshot, found));
  const isDrained = new Set(
    reached(snapshot)
      .filter(({ diagnostics }) => diagnostics.drained)
      .map(({ host }) => host.name),
  );
  const names = hosts.map(({ host }) => host.name);
  const findings = order(explained(awayToBoot(found, snapshot), snapshot), names, isDrained);
  const told = merged([...runs(snapshot, found), ...findings]);
  const services = inventory.services.map((service) => serviceStatus(service, snapshot, findings));
  return {
    version: 1,
    inventory: inventory.name,
    at: now.toISOString(),
    level: worstOf(told),
    headline: headlineOf(told, names),
    findings: told,
    hosts: hosts.map((one) => hostStatus(one, snapshot, findings)),
    vips: inventory.vips.map((vip) => vipStatus(vip, snapshot, findings)),
    services,
    certificates: inventory.services.flatMap(certificatesOf),
  };
}

const certificatesOf = ({ name, tls }: Service): CertificateStatus[] =>
  (tls?.certificates ?? []).flatMap(({ certificate }) => {
    const [own] = certificatesIn(certificate);
    if (!own) return [];
    return [{ service: name, subject: subjectOf(own), until: new Date(own.validTo).toISOString() }];
  });

function worstOf(findings: readonly StatusFinding[]): Level {
  return (
    (['broken', 'warning', 'note'] as const).find((level) => findings.some((one) => one.level === level)) ??
    'ok'
  );
}

/** A run that is being made is said first, and what is broken all the same. */
function headlineOf(findings: readonly StatusFinding[], hosts: readonly string[]): string {
  const [first] = findings;
  if (!first) return `all is well on ${hosts.join(', ')}`;
  if (first.level !== 'note') return first.message;
  const worse = findings.find(({ level }) => level !== 'note');
  return worse ? `${first.message}; meanwhile: ${worse.message}` : `nothing is broken; ${first.message}`;
}
