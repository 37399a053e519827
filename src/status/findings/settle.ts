import type { Status, StatusFinding } from '../status';

/**
 * What one picture of hosts that were asked one beside the other may show of an address that is just moving, or of a check
 * that is just being asked again: said of somebody only where two pictures show it.
 */
const fleeting = new Set([
  'address-missing',
  'address-of-a-stranger',
  'address-removed',
  'check-fails',
  'no-holder',
  'split-brain',
  'stray-vip',
  'vip-silent',
  'vrrp-fault',
]);

const keyOf = ({ rule, host, vips = [] }: StatusFinding) => JSON.stringify([rule, host, vips]);

/** The findings of a look that the look before did not have, and that may be of a moment only. */
export function unsettled({ findings }: Status, before?: Status): StatusFinding[] {
  const known = new Set(before?.findings.map(keyOf));
  return findings.filter((one) => fleeting.has(one.rule) && !known.has(keyOf(one)));
}

/** `last`, where what it shows keeps changing: instead of an accusation, that the address moves. */
export function settled(last: Status, before: Status): Status {
  const passing = unsettled(last, before).filter(({ component }) => component === 'vip');
  if (passing.length === 0) return last;
  const moving = passing.map((one): StatusFinding => {
    const vips = one.vips?.join(', ') ?? '';
    return {
      rule: 'vip-moving',
      level: 'warning',
      component: 'vip',
      host: one.host,
      on: one.on,
      ...(one.vips ? { vips: one.vips } : {}),
      message: `VIP ${vips} was another’s at each look: it moves, last seen by ${one.host}`,
      evidence: [`at the last look: ${one.message}`],
      next: 'look again; where it goes on so, journalctl -u keepalived on its hosts says what moves it',
    };
  });
  const findings = last.findings.flatMap((one) => {
    const at = passing.indexOf(one);
    return at < 0 ? [one] : (moving[at] ?? []);
  });
  const worst = (['broken', 'warning', 'note'] as const).find((level) =>
    findings.some((one) => one.level === level),
  );
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  return { ...last, findings: sorted, level: worst ?? 'ok', headline: sorted[0]?.message ?? last.headline };
}

/** A run is said first, and then what is worst. */
const rank = ({ rule, level }: StatusFinding) =>
  rule === 'run-alive' ? -1 : ['broken', 'warning', 'note'].indexOf(level);
