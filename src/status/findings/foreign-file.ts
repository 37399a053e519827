import { type Found, foundOn, list, type Reached } from '../snapshot';

const own = '/etc/haproxy/haproxy.cfg';

/** HAProxy was started with other files than the one that haprov writes, so that nothing of this has an effect. */
export function foreignFile({ host, diagnostics, mended }: Reached): Found | undefined {
  const { files, namedIn } = diagnostics.foreign ?? { files: [], namedIn: [] };
  if (files.length === 0 || !mended?.has(`file ${own}`)) return undefined;
  const restart = (on: string) =>
    `systemctl restart haproxy on ${on}, which cuts what goes through it: where that host holds a VIP, haprov drain it first`;
  return foundOn(host.name, {
    rule: 'foreign-file',
    component: 'haproxy',
    unit: 'haproxy',
    brief: `runs ${list(files)}`,
    message: (on) =>
      `HAProxy on ${on} runs ${list(files)} instead of ${own}: what the inventory says has no effect there`,
    evidence: namedIn.map((path) => `${path} names it`),
    next: (on) =>
      namedIn.length > 0
        ? `take it out of ${list(namedIn)}, then systemctl daemon-reload and ${restart(on)}`
        : `${restart(on)}; if it comes up with that again, systemctl cat haproxy shows what names it`,
  });
}
