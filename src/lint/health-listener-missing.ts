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
  const asked = asking(files);
  if (!units.includes('haproxy')) return withoutHaproxy(host.name, asked);
  if (!hasMain) return [];
  const port = inventory.haproxy.healthPort;
  const { answers, statistics } = healthListenerIn(haproxy.sections, port);
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

/** keepalived asks a HAProxy that nothing of the playbooks runs. */
function withoutHaproxy(host: string, asked: ReturnType<typeof asking>): Found[] {
  const [first] = asked;
  if (!first) return [];
  return [
    {
      severity: asked.some(({ weight }) => weight === 0) ? 'error' : 'warning',
      at: { host, file: first.at.file ?? mainFiles.keepalived },
      message: `keepalived’s check of VIP ${first.instance.name} asks HAProxy, and no playbook runs one here`,
      why: 'the check would fail for ever: its host goes to FAULT, and nobody holds the VIP',
      fix: `say in vips.${first.instance.name}.check what is to be looked at instead: "unit", "port", "process" or "command"; or "haproxy": false`,
    },
  ];
}
