import { healthListenerIn } from '../ha/health-listener';
import type { Statement } from '../ha/keepalived-config';
import type { Found, HostOutline, Rule, Subject } from './subject';
import { trackedIn } from './weight-not-above-gap';

/** A haproxy.cfg of the user's own without the listener by which keepalived and haprov ask HAProxy. */
export const healthListenerMissing: Rule = {
  name: 'health-listener-missing',
  check: (subject) => subject.hosts.flatMap((host) => onHost(host, subject)),
};

/** Whether a vrrp_script runs the shipped check. */
const asks = (name: string, statements: readonly Statement[]) =>
  statements
    .filter(({ keyword, args }) => keyword === 'vrrp_script' && args[0] === name)
    .flatMap(({ children = [] }) => children)
    .some(
      ({ keyword, args }) =>
        keyword === 'script' && args[0]?.startsWith('/usr/libexec/keepalived/haprov-haproxy-answers'),
    );

function onHost({ host, haproxy, keepalived, units }: HostOutline, { inventory }: Subject): Found[] {
  const main = haproxy.find(({ file }) => file.path === '/etc/haproxy/haproxy.cfg');
  if (!main || !units.includes('haproxy')) return [];
  const port = inventory.haproxy.healthPort;
  const { answers, statistics } = healthListenerIn(
    haproxy.map(({ file }) => file.text),
    port,
  );
  const asked = keepalived.flatMap(({ statements }) =>
    trackedIn(statements).filter(({ script }) => asks(script, statements)),
  );
  const at = { host: host.name, file: main.file.path };
  const fix = [
    `add: frontend haprov_health, with the lines "bind 127.0.0.1:${port}", "mode http", "monitor-uri /",`,
    '"stats enable", "stats uri /stats"',
  ].join(' ');
  const isFatal = asked.some(({ weight }) => weight === 0);
  if (!answers && asked.length > 0)
    return [
      {
        severity: isFatal ? 'error' : 'warning',
        at,
        message: `HAProxy does not answer on 127.0.0.1:${port}, where keepalived’s check asks it`,
        why: isFatal
          ? 'the check would fail for ever: its host goes to FAULT, and nobody holds the VIP'
          : 'the check would fail for ever: the VIP stays where it is, also where HAProxy is dead',
        fix,
      },
    ];
  if (statistics) return [];
  return [
    {
      severity: 'warning',
      at,
      message: `HAProxy has no statistics on 127.0.0.1:${port}/stats`,
      why: 'haprov asks a stats socket instead, where there is one; without either, status, drain and the gate of apply cannot tell how the servers are',
      fix,
    },
  ];
}
