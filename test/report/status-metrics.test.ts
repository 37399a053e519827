import { metricNames, renderMetrics } from '../../src/report/status-metrics';
import type { Status } from '../../src/status/status';
import { visibleLines } from '../../src/text/format';
import fc from '../support/property';
import { drained, healthy, hostOff, splitBrain, statuses, withEveryText } from '../support/statuses';

interface Series {
  name: string;
  labels: Record<string, string>;
  value: string;
}

/** Reads the text format as Prometheus does: what is no comment is NAME{LABEL="VALUE",…} VALUE. */
function read(text: string): Series[] {
  expect(text.endsWith('\n')).toBe(true);
  const rows = text.slice(0, -1).split('\n');
  return rows
    .filter((row) => !row.startsWith('#'))
    .map((row) => {
      const [, name = '', labels = '', value = ''] = /^([a-z_]+)\{(.*)\} (\S+)$/s.exec(row) ?? [row];
      const found = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/g)];
      expect(found.map(([whole]) => whole).join('')).toBe(labels);
      const unescaped = (said: string) =>
        said.replace(/\\(.)/gs, (_, letter) => (letter === 'n' ? '\n' : letter));
      return {
        name,
        value,
        labels: Object.fromEntries(found.map(([, label = '', said = '']) => [label, unescaped(said)])),
      };
    });
}

/** The values of a metric, by its labels but the inventory's name. */
const of = (status: Status, name: string) =>
  Object.fromEntries(
    read(renderMetrics(status))
      .filter((one) => one.name === name)
      .map(({ labels: { inventory: _, ...labels }, value }) => [
        Object.values(labels).join(' '),
        Number(value),
      ]),
  );

test('every metric has its help and type, once, and its series right behind them', () => {
  const rows = renderMetrics(healthy).split('\n');
  const names = rows.filter((row) => row.startsWith('# TYPE')).map((row) => row.split(' ')[2]);
  expect(names).toEqual(metricNames);
  let current = '';
  for (const row of rows.slice(0, -1)) {
    const [, kind, name] = /^# (HELP|TYPE) (\S+) (?:gauge|[A-Z].*\.)$/.exec(row) ?? [];
    if (kind === 'HELP') current = name ?? '';
    else if (kind === 'TYPE') expect(name).toBe(current);
    else expect(row.startsWith(`${current}{inventory="cluster37"`)).toBe(true);
  }
});

test('a pair that is well', () => {
  expect(of(healthy, 'haprov_host_up')).toEqual({ fred: 1, ethyl: 1 });
  expect(of(healthy, 'haprov_vip_held')).toEqual({ 'router37 fred': 1, 'router37 ethyl': 0 });
  expect(of(healthy, 'haprov_vip_answers')).toEqual({ 'router37 laptop': 1 });
  expect(of(healthy, 'haprov_server_up')).toEqual({
    'cluster37 fred fred': 1,
    'cluster37 fred ethyl': 1,
    'cluster37 ethyl fred': 1,
    'cluster37 ethyl ethyl': 1,
  });
  expect(of(healthy, 'haprov_findings')).toEqual({ broken: 0, warning: 0, note: 0 });
  expect(of(healthy, 'haprov_finding')).toEqual({});
  expect(of(healthy, 'haprov_status_level')).toEqual({ ok: 1, note: 0, unknown: 0, warning: 0, broken: 0 });
  expect(of(healthy, 'haprov_status_timestamp_seconds')).toEqual({ '': Date.parse(healthy.at) / 1000 });
});

test('what was not asked is not said to be otherwise', () => {
  expect(of(hostOff, 'haprov_host_up')).toEqual({ fred: 1, ethyl: 0 });
  expect(of(hostOff, 'haprov_host_drained')).toEqual({ fred: 0 });
  expect(of(hostOff, 'haprov_host_drift')).toEqual({ fred: 0 });
  expect(of(hostOff, 'haprov_vip_held')).toEqual({ 'router37 fred': 1 });
  expect(of(hostOff, 'haprov_server_up')).toEqual({ 'cluster37 fred fred': 1, 'cluster37 ethyl fred': 0 });
});

test('a split brain, a drained host, drift on both hosts', () => {
  expect(of(splitBrain, 'haprov_vip_held')).toEqual({ 'router37 fred': 1, 'router37 ethyl': 1 });
  expect(of(splitBrain, 'haprov_finding')).toMatchObject({ 'split-brain broken firewall ethyl': 1 });
  expect(of(drained, 'haprov_host_drained')).toEqual({ fred: 1, ethyl: 0 });
  const [first] = splitBrain.findings;
  const drifts = { ...first, rule: 'drift', on: ['fred', 'ethyl'] } as Status['findings'][number];
  expect(of({ ...healthy, findings: [drifts, drifts] }, 'haprov_host_drift')).toEqual({ fred: 2, ethyl: 2 });
  const owed = { ...drifts, rule: 'boot-owed', on: ['ethyl'] };
  expect(of({ ...healthy, findings: [owed] }, 'haprov_host_boot_owed')).toEqual({ fred: 0, ethyl: 1 });
});

test('certificates and the newest run of a host', () => {
  const [fred, ethyl] = healthy.hosts as [Status['hosts'][number], Status['hosts'][number]];
  const lastRun = { run: 'r', command: 'apply', result: 'restored', at: '2026-02-28T00:00:00.000Z' } as const;
  const certificate = { service: 'shop', subject: 'CN=shop', until: '2026-04-01T00:00:00.000Z' };
  const status: Status = {
    ...healthy,
    hosts: [{ ...fred, lastRun }, ethyl],
    certificates: [certificate, { ...certificate, until: '2027-01-01T00:00:00.000Z' }],
  };
  expect(of(status, 'haprov_certificate_end_timestamp_seconds')).toEqual({
    'shop CN=shop': Date.parse(certificate.until) / 1000,
  });
  expect(of(status, 'haprov_last_run')).toEqual({ 'fred apply restored': 1 });
  expect(of(status, 'haprov_last_run_timestamp_seconds')).toEqual({ fred: Date.parse(lastRun.at) / 1000 });
});

test('whatever names say, each is read back as it is but for what is no text, and no series stands twice', () => {
  const all = fc.constantFrom(...Object.values(statuses));
  const hostile = fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\r', '{', '}', ',', '=', ' ', '#', 'n', 'é', '💥'),
  });
  fc.assert(
    fc.property(all, hostile, (status, word) => {
      const named = withEveryText(status, (text) => `${text}${word}`);
      const series = read(renderMetrics({ ...named, at: status.at }));
      const keys = series.map(({ name, labels }) => JSON.stringify([name, labels]));
      expect(new Set(keys).size).toBe(keys.length);
      expect(new Set(series.map(({ labels }) => labels.inventory))).toEqual(
        new Set([visibleLines(named.inventory)]),
      );
      const hosts = series.filter(({ name }) => name === 'haprov_host_up').map(({ labels }) => labels.host);
      expect(hosts).toEqual(named.hosts.map(({ host }) => visibleLines(host)));
      expect(series.every(({ value }) => Number.isFinite(Number(value)))).toBe(true);
    }),
  );
});

test('no label gives a terminal an order', () => {
  const said = withEveryText(healthy, (text) => `${text}\u001b[2J\u202e\r`);
  expect(renderMetrics({ ...said, at: healthy.at })).not.toMatch(/[\u001b\u202e\r]/);
});
