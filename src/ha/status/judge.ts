import { backends } from './findings/backends';
import { certificates } from './findings/certificates';
import { drained } from './findings/drained';
import { drift } from './findings/drift';
import { vrrpBlocked } from './findings/firewall';
import { haproxy } from './findings/haproxy';
import { keepalived } from './findings/keepalived';
import { disk, unfit, unreachable } from './findings/machine';
import { units } from './findings/units';
import { vips } from './findings/vips';
import { hostStatus } from './host-status';
import { order } from './order';
import { type Found, type Rule, reached, type Scene } from './scene';
import { serviceStatus, vipStatus } from './service-status';
import type { Status } from './status';

/** Causes first: a rule leaves out what those before it explain. */
const rules: readonly Rule[] = [
  unreachable,
  disk,
  unfit,
  drift,
  units,
  vrrpBlocked,
  haproxy,
  keepalived,
  vips,
  backends,
  certificates,
  drained,
];

/** What is true of the pair: pure, from what its hosts said at one moment. */
export function judge(scene: Scene): Status {
  const { inventory, hosts, now } = scene;
  const found: Found[] = [];
  for (const rule of rules) found.push(...rule(scene, found));
  const isDrained = new Set(
    reached(scene)
      .filter(({ said }) => said.drained)
      .map(({ host }) => host.name),
  );
  const names = hosts.map(({ host }) => host.name);
  const findings = order(found, names, isDrained);
  const services = inventory.services.map((service) => serviceStatus(service, scene, findings));
  return {
    version: 1,
    inventory: inventory.name,
    at: now.toISOString(),
    level: findings[0]?.level ?? 'ok',
    headline: headlineOf(findings, names),
    findings: findings.map(({ brief: _brief, hosts: _hosts, ...finding }) => finding),
    hosts: hosts.map((one) => hostStatus(one, scene, findings)),
    vips: inventory.vips.map((vip) => vipStatus(vip, scene, findings)),
    services,
  };
}

function headlineOf([first]: readonly Found[], hosts: readonly string[]): string {
  if (!first) return `all is well on ${hosts.join(', ')}`;
  return first.level === 'note' ? `nothing is broken; ${first.message}` : first.message;
}
