import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Served, serveStatus } from '../../src/serve/serve';
import type { Status } from '../../src/status/status';
import { need } from '../support/needed';
import { healthy, hostOff, splitBrain } from '../support/statuses';

/** A real Prometheus scrapes a status that is served, and fires the shipped alerts. */

const isHere = () => spawnSync('prometheus', ['--version']).error === undefined;
need('PROMETHEUS IS', isHere, ['prometheus'], 'the test with a real Prometheus');

interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  endsAt: string;
}

const token = 'a-token-that-stays-the-same-from-start-to-start';
let folder: string;
let served: Served;
let alertmanager: Server;
let prometheus: ChildProcess;
let now: Status;
let looks: number;
/** Says `look` and `alerts`. */
const happens = new EventEmitter();
/** What Prometheus has told last of each alert that fires, by its name and host, VIP or service. */
const firing = new Map<string, Alert>();
const all: Alert[] = [];

const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-prometheus-'));
  now = healthy;
  looks = 0;
  served = await serveStatus({
    look: async () => {
      looks++;
      happens.emit('look');
      return { ...now, at: new Date().toISOString() };
    },
    intervalMs: 20,
    port: 0,
    token,
  });
  alertmanager = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    response.end('{}');
    for (const alert of JSON.parse(body) as Alert[]) {
      const { alertname, host, vip, service } = alert.labels;
      const key = [alertname, host ?? vip ?? service].filter(Boolean).join(' ');
      all.push(alert);
      if (Date.parse(alert.endsAt) > Date.now()) firing.set(key, alert);
      else firing.delete(key);
    }
    happens.emit('alerts');
  }).listen(0, '127.0.0.1');
  await once(alertmanager, 'listening');
  const rules = readFileSync('examples/monitoring/haprov-alerts.yml', 'utf8');
  // How long each waits is tested by Prometheus' own tool, without waiting: monitoring-sh.test.ts.
  writeFileSync(join(folder, 'alerts.yml'), rules.replace(/^ {8}for: .*\n/gm, ''));
  writeFileSync(join(folder, 'token'), `${token}\n`);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(folder, 'alerts.yml')],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${portOf(alertmanager)}`] }] }],
    },
    scrape_configs: [
      {
        job_name: 'haprov',
        authorization: { credentials_file: join(folder, 'token') },
        static_configs: [{ targets: [new URL(served.url).host] }],
      },
    ],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const words = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    '--rules.alert.resend-delay=1s',
  ];
  if (isHere()) prometheus = spawn('prometheus', words, { stdio: 'ignore' });
});

afterEach(async () => {
  if (prometheus) {
    prometheus.kill();
    await once(prometheus, 'exit');
  }
  await served.close();
  alertmanager.close();
  alertmanager.closeAllConnections();
  rmSync(folder, { recursive: true });
});

/** Waits until Prometheus has told just these. */
async function untilFiring(...names: string[]) {
  while ([...firing.keys()].sort().join() !== names.sort().join()) await once(happens, 'alerts');
}

(isHere() ? test : test.skip)(
  'a pair that is well fires nothing; a split brain, a host that is off and a certificate that ends do',
  async () => {
    const scraped = async (times: number) => {
      for (const until = looks + times; looks < until; ) await once(happens, 'look');
    };
    await scraped(4);
    expect(all.filter(({ labels }) => labels.alertname !== 'HaprovStatusMissing')).toEqual([]);
    now = splitBrain;
    await untilFiring('HaprovBroken ethyl', 'HaprovVipHeldTwice router37', 'HaprovWarning ethyl');
    expect(firing.get('HaprovVipHeldTwice router37')).toMatchObject({
      labels: { severity: 'critical', inventory: 'cluster37', vip: 'router37' },
      annotations: { summary: '2 hosts of cluster37 have the VIP router37: a split brain' },
    });
    expect(firing.get('HaprovBroken ethyl')?.annotations.summary).toBe('split-brain on ethyl of cluster37');
    now = hostOff;
    await untilFiring('HaprovBroken ethyl', 'HaprovHostDown ethyl', 'HaprovServerDown cluster37');
    const soon = new Date(Date.now() + 3 * 24 * 3600 * 1000).toISOString();
    now = { ...healthy, certificates: [{ service: 'cluster37', subject: 'CN=shop', until: soon }] };
    await untilFiring('HaprovCertificateEnds cluster37');
    now = healthy;
    await untilFiring();
  },
);
