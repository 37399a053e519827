import { healthListenerIn } from '../health-listener';
import type { Found, HostOutline, Rule, Subject } from './subject';

/** A haproxy.cfg of the user's own without the listener by which keepalived and haprov ask HAProxy. */
export const healthListenerMissing: Rule = {
  name: 'health-listener-missing',
  check: (subject) => subject.hosts.flatMap((host) => onHost(host, subject)),
};

const asking = '/usr/libexec/keepalived/haprov-haproxy-answers';

function onHost({ host, haproxy, keepalived, units }: HostOutline, { inventory }: Subject): Found[] {
  const main = haproxy.find(({ file }) => file.path === '/etc/haproxy/haproxy.cfg');
  if (!main || !units.includes('haproxy')) return [];
  const port = inventory.haproxy.healthPort;
  const { answers, statistics } = healthListenerIn(
    haproxy.map(({ file }) => file.text),
    port,
  );
  const isAsked = keepalived.some(({ file }) => file.text.includes(asking));
  const at = { host: host.name, file: main.file.path };
  const fix = [
    `add: frontend haprov_health, with the lines "bind 127.0.0.1:${port}", "mode http", "monitor-uri /",`,
    '"stats enable", "stats uri /stats"',
  ].join(' ');
  if (!answers && isAsked)
    return [
      {
        severity: 'error',
        at,
        message: `HAProxy does not answer on 127.0.0.1:${port}, where keepalived’s check asks it`,
        why: 'the check would fail for ever: its host goes to FAULT, and nobody holds the VIP',
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
