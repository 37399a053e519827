import type { Status, StatusFinding } from '../status/status';
import { visibleLines } from '../text/format';

/** A measurement: its labels, without the inventory's name, and its value. */
type Sample = [labels: Record<string, string>, value: number | boolean];

interface Metric {
  name: string;
  help: string;
  samples(status: Status): Sample[];
}

const severities = ['broken', 'warning', 'note'] as const;
const levels = ['ok', 'note', 'unknown', 'warning', 'broken'] as const;
const seconds = (iso: string) => Date.parse(iso) / 1000;
/** Whether HAProxy uses a server, by its word for it. */
export const isUp = (word: string) => /^(?:UP|no check)/.test(word);

/** What there is, by names that stay (docs/monitoring.md); all are gauges, and each has the label `inventory`. */
const metrics: readonly Metric[] = [
  {
    name: 'haprov_status_timestamp_seconds',
    help: 'When haprov looked, in seconds since 1970.',
    samples: ({ at }) => [[{}, seconds(at)]],
  },
  {
    name: 'haprov_status_level',
    help: 'How the whole is: 1 for the level that it has.',
    samples: (status) => levels.map((level) => [{ level }, level === status.level]),
  },
  {
    name: 'haprov_host_up',
    help: 'Whether the host could be asked over SSH.',
    samples: ({ hosts }) => hosts.map(({ host, reached }) => [{ host }, reached]),
  },
  {
    name: 'haprov_host_drained',
    help: 'Whether the host is taken out for maintenance; of hosts that could be asked.',
    samples: ({ hosts }) => askedOf(hosts).map(({ host, drained }) => [{ host }, drained]),
  },
  {
    name: 'haprov_host_boot_owed',
    help: 'Whether packages are newer than the last boot that only a boot has all of the host use; of hosts that could be asked.',
    samples: ({ hosts, findings }) =>
      askedOf(hosts).map(({ host }) => [
        { host },
        findings.some(({ rule, on }) => rule === 'boot-owed' && on.includes(host)),
      ]),
  },
  {
    name: 'haprov_host_drift',
    help: 'How many parts of the host are not as the inventory says; of hosts that could be asked.',
    samples: ({ hosts, findings }) =>
      askedOf(hosts).map(({ host }) => [
        { host },
        findings.filter(({ rule, on }) => rule === 'drift' && on.includes(host)).length,
      ]),
  },
  {
    name: 'haprov_vip_held',
    help: 'Whether the host has the address of the VIP; of hosts that could be asked.',
    samples: ({ hosts, vips }) =>
      vips.flatMap(({ vip, members, holders }) =>
        [...new Set([...members, ...holders])]
          .filter((host) => askedOf(hosts).some((one) => one.host === host))
          .map((host): Sample => [{ vip, host }, holders.includes(host)]),
      ),
  },
  {
    name: 'haprov_vip_answers',
    help: 'Whether the VIP answers who asks it there: this machine (laptop), or a host.',
    samples: ({ vips }) =>
      vips.flatMap(({ vip, answers }) =>
        [...new Set(answers.map(({ from }) => from))].map(
          (from): Sample => [
            { vip, from },
            answers.filter((one) => one.from === from).every(({ answers: does }) => does),
          ],
        ),
      ),
  },
  {
    name: 'haprov_server_up',
    help: 'Whether the HAProxy of the balancer uses the server; of HAProxies that answer.',
    samples: ({ services }) =>
      viewsOf(services).map(([labels, { status }]): Sample => [labels, isUp(status)]),
  },
  {
    name: 'haprov_server_sessions',
    help: 'How many sessions the HAProxy of the balancer has open with the server.',
    samples: ({ services }) => viewsOf(services).map(([labels, { sessions }]): Sample => [labels, sessions]),
  },
  {
    name: 'haprov_findings',
    help: 'How many things are wrong, by severity.',
    samples: ({ findings }) =>
      severities.map((severity) => [{ severity }, findings.filter(({ level }) => level === severity).length]),
  },
  {
    name: 'haprov_finding',
    help: 'How often the rule has found something on the host; absent where it has not.',
    samples: ({ findings }) => counted(findings),
  },
  {
    name: 'haprov_certificate_end_timestamp_seconds',
    help: 'When a certificate of the service ends, in seconds since 1970.',
    samples: ({ certificates }) =>
      // Of two with the same name, such as an RSA and an ECDSA one, the first to end is the last to be said.
      certificates
        .toSorted((a, b) => seconds(b.until) - seconds(a.until))
        .map(({ service, subject, until }) => [{ service, subject }, seconds(until)]),
  },
  {
    name: 'haprov_last_run_timestamp_seconds',
    help: 'When the newest run on the host was last written down, in seconds since 1970, by its clock.',
    samples: ({ hosts }) =>
      hosts.flatMap(({ host, lastRun }): Sample[] => (lastRun?.at ? [[{ host }, seconds(lastRun.at)]] : [])),
  },
  {
    name: 'haprov_last_run',
    help: 'How the newest run on the host ended: always 1, by command and result.',
    samples: ({ hosts }) =>
      hosts.flatMap(({ host, lastRun }): Sample[] =>
        lastRun ? [[{ host, command: lastRun.command, result: lastRun.result }, 1]] : [],
      ),
  },
];

/** The names of all of them. */
export const metricNames: readonly string[] = metrics.map(({ name }) => name);

const askedOf = (hosts: Status['hosts']) => hosts.filter(({ reached }) => reached);

const viewsOf = (services: Status['services']) =>
  services.flatMap(({ service, servers }) =>
    servers.flatMap(({ server, seenBy }) =>
      seenBy
        .filter(({ status }) => status !== '')
        .map((view) => [{ service, server, balancer: view.balancer }, view] as const),
    ),
  );

function counted(findings: readonly StatusFinding[]): Sample[] {
  const counts = new Map<string, [Record<string, string>, number]>();
  for (const { rule, level, component, on } of findings)
    for (const host of on) {
      const labels = { rule, severity: level, component, host };
      const key = JSON.stringify(labels);
      counts.set(key, [labels, (counts.get(key)?.[1] ?? 0) + 1]);
    }
  return [...counts.values()];
}

/** A status in Prometheus' text format, version 0.0.4. Each series stands once, whatever names hosts and services have. */
export const renderMetrics = (status: Status): string =>
  metrics.map((metric) => family(metric, status)).join('');

function family({ name, help, samples }: Metric, status: Status): string {
  const rows = new Map(
    samples(status).map(([labels, value]) => [
      labelled({ inventory: status.inventory, ...labels }),
      Number(value),
    ]),
  );
  const shown = [...rows].map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${shown.join('')}`;
}

const labelled = (labels: Record<string, string>) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;

/** Half a surrogate pair is no UTF-8, which Prometheus asks for. */
const escaped = (text: string) =>
  visibleLines(Buffer.from(text).toString())
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/\n/g, '\\n');
