import { healthListenerIn } from '../ha/health-listener';
import type { HostFiles } from './host-files';
import { type Found, type HostOutline, mainFiles, type Rule, type Subject } from './subject';
import { trackedIn } from './tracked';

/** A haproxy.cfg of the user's own without the listener by which keepalived and haprov ask HAProxy. */
export const healthListenerMissing: Rule = {
  name: 'health-listener-missing',
  check: (subject) => subject.hosts.flatMap((host) => onHost(host, subject)),
};

/** The scripts that instances track which run the shipped check. */
const asking = (files: HostFiles) =>
  trackedIn(files).filter(({ definition }) =>
    definition?.script?.command.startsWith('/usr/libexec/keepalived/haprov-haproxy-answers'),
  );

function onHost(files: HostOutline, { inventory }: Subject): Found[] {
  const { host, haproxy, units } = files;
  const hasMain = haproxy.files.some(({ file }) => file === mainFiles.haproxy);
  if (!hasMain || !units.includes('haproxy')) return [];
  const port = inventory.haproxy.healthPort;
  const { answers, statistics } = healthListenerIn(haproxy.sections, port);
  const asked = asking(files);
  const at = { host: host.name, file: mainFiles.haproxy };
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
