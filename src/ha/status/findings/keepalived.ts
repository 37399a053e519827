import { blames, type Found, foundOn, list, type Reached, type Rule, reached, vrrpOf } from '../scene';

/** keepalived runs, and a check of it does not, or says no without a reason that is known already. */
export const keepalived: Rule = (scene, before) =>
  reached(scene).flatMap((one) => {
    const name = one.host.name;
    const own = scene.inventory.vips.filter(({ members }) => members.some(({ host }) => host === one.host));
    if (own.length === 0 || !one.expectation.units.includes('keepalived')) return [];
    if (blames(before, name, 'keepalived', 'packages')) return [];
    const states = own.map((vip) => ({ vip, ...vrrpOf(one, vip) }));
    const found = disabled(one, states) ?? failing(one, states, before);
    return found ? [found] : [];
  });

type State = ReturnType<typeof vrrpOf> & { vip: { name: string } };

function disabled({ host }: Reached, states: readonly State[]): Found | undefined {
  const lines = [...new Set(states.flatMap((state) => state.disabled))];
  if (lines.length === 0) return undefined;
  return foundOn(host.name, {
    rule: 'check-disabled',
    component: 'keepalived',
    brief: 'runs without a check',
    message: `keepalived on ${host.name} runs without its check script: the VIP would stay on a host that does not serve`,
    evidence: lines.slice(0, 4),
    next: `haprov plan shows whether the script is there and as it is to be; then systemctl restart keepalived on ${host.name}`,
  });
}

function failing(
  { host, said }: Reached,
  states: readonly State[],
  before: readonly Found[],
): Found | undefined {
  const checks = [...new Set(states.flatMap((state) => state.failing))].filter(
    (check) => !(said.drained && check.startsWith('not_drained_')),
  );
  const faulty = states.filter(({ state }) => state === 'FAULT');
  if (said.drained && checks.length === 0) return undefined;
  if (checks.length === 0 && faulty.length === 0) return undefined;
  // A check that fails since what it asks is broken does its work.
  if (blames(before, host.name, 'haproxy', 'service')) return undefined;
  const vips = list(faulty.map(({ vip }) => vip.name));
  return foundOn(host.name, {
    rule: faulty.length > 0 ? 'vrrp-fault' : 'check-fails',
    component: 'keepalived',
    brief: faulty.length > 0 ? 'in FAULT' : 'a check fails',
    message:
      faulty.length > 0
        ? `keepalived on ${host.name} is in FAULT for VIP ${vips}, and will not take it`
        : `keepalived on ${host.name} finds that ${list(checks)} fails`,
    evidence: [
      ...checks.map((check) => `check ${check} failed last`),
      ...(checks.length === 0 ? ['no check of it failed: its interface may be down'] : []),
      ...(said.servers ? ['HAProxy there answers'] : []),
    ],
    next: `run the check by hand on ${host.name} (the scripts are in /usr/libexec/keepalived), and look at ip addr and journalctl -u keepalived`,
  });
}
