import { adminSocketFor } from '../ha/haproxy/admin-socket';
import { healthListenerIn } from '../ha/health-listener';
import { eyesOf } from '../ha/own/statistics-page';
import type { HostFiles } from './host-files';
import { type Found, type HostOutline, mainFiles, type Rule, type Subject } from './subject';
import { trackedIn } from './tracked';

/** A haproxy.cfg of the user's own without what keepalived's check, or haprov, asks HAProxy by. */
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
        fix: `${fix}; or have keepalived look at the process: "check": { "haproxy": false, "process": "haproxy" } of the VIP`,
      },
    ];
  const { socket } = eyesOf(haproxy.sections);
  if (statistics || socket === 'admin') return [];
  const socketFix = adminSocketFor(haproxy.sections);
  const untold =
    'haprov drain and a run that restarts what serves cannot take a server out: its requests go on until HAProxy’s check fails';
  if (socket || inventory.haproxy.page) {
    const by = socket ? `a stats socket at level ${socket}` : `its page of statistics on port ${port}`;
    const message = `haprov can look at HAProxy by ${by}, and cannot tell it anything`;
    return [{ severity: 'warning', at, message, why: untold, fix: socketFix }];
  }
  return [
    {
      severity: 'warning',
      at,
      message:
        'haprov cannot ask HAProxy how its servers are: it has neither a stats socket nor a page of statistics',
      why: `status and the gate of apply go by its unit and ports alone; ${untold}`,
      fix: `${socketFix}; or, to be asked alone, ${fix}`,
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
      fix: `say in vips.${first.instance.name}.check what keepalived should look at instead: "unit", "port", "process" or "command"; or "haproxy": false`,
    },
  ];
}
