import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillReport } from '../../src/drill/drill-report';
import type { Status } from '../../src/status/status';
import { addresses, describeLab, eventually, fetchUrl, haprov, lab, network, on, vip } from '../support/lab';

/** VIPs without HAProxy: httpd of the hosts' own behind one of them, the others moving with it. */

const hosts = ['fred', 'ethyl'] as const;
const httpd = {
  tasks: [
    {
      name: 'httpd',
      group: 'pair',
      resources: [
        { type: 'package', names: ['httpd'] },
        {
          type: 'file',
          path: '/var/www/html/index.html',
          content: '<%= host.name %> <%= vars.greeting %>\n',
          notify: { restart: 'httpd' },
        },
        { type: 'service', unit: 'httpd', enabled: true, running: true },
        { type: 'directory', path: '/usr/local/libexec' },
        { type: 'directory', path: '/var/lib/tell', owner: 'daemon' },
        {
          type: 'file',
          path: '/usr/local/libexec/tell',
          content: '#!/bin/sh\necho "$(id -un) $*" >>/var/lib/tell/log\n',
          mode: '0755',
        },
      ],
    },
  ],
};
const others = [`${network}.210`, `${network}.211`, `${network}.212`];
const inventory = (greeting: string, web: object = {}) => ({
  hosts: Object.fromEntries(
    hosts.map((name, index) => [name, { address: addresses[name], priority: 101 - index }]),
  ),
  ssh: { user: 'root' },
  vars: { greeting },
  groups: { pair: hosts },
  vips: {
    web: {
      address: `${vip}/24`,
      addresses: [`${others[0]}/24`],
      excluded: [`${others[1]}/24`],
      virtualRouterId: 63,
      ports: [80],
      syncGroup: 'both',
      check: { unit: 'httpd', port: 80 },
      notify: {
        command: '/usr/local/libexec/tell any',
        master: '/usr/local/libexec/tell master',
        user: 'daemon',
      },
      ...web,
    },
    gate: {
      address: `${others[2]}/24`,
      virtualRouterId: 64,
      syncGroup: 'both',
      check: { haproxy: false },
    },
  },
  playbooks: ['httpd', 'address-only'],
});

describeLab('VIPs without HAProxy', () => {
  let file: string;
  const say = (what: object) => writeFileSync(file, JSON.stringify(what, null, 2));
  /** Who has each of the addresses. */
  const holdersOf = (all: readonly string[]) =>
    all.map((address) =>
      hosts.filter((host) => on(host, 'ip -4 -br a show eth0').includes(` ${address}/`)).join('+'),
    );
  const all = [vip, ...others];
  const moveTo = (host: string) =>
    eventually(`all with ${host}`, () => holdersOf(all).every((one) => one === host), 60, 250);
  const status = async () => JSON.parse((await haprov('status', file, '--json')).stdout) as Status;

  beforeAll(async () => {
    lab('reset', '--alone', ...hosts);
    const folder = mkdtempSync(join(tmpdir(), 'haprov-lab-'));
    mkdirSync(join(folder, 'playbooks'));
    writeFileSync(join(folder, 'playbooks', 'httpd.json'), JSON.stringify(httpd));
    file = join(folder, 'inventory.json');
    say(inventory('first'));
    const applied = await haprov('apply', file, '--yes');
    expect({ ...applied, stdout: '' }).toMatchObject({ code: 0 });
    await moveTo('fred');
  });

  test('all is well, and nothing is left to change', async () => {
    expect((await fetchUrl(`http://${vip}/`))?.body).toBe('fred first\n');
    expect(await status()).toMatchObject({ level: 'ok' });
    expect((await haprov('plan', file, '--exit-code')).code).toBe(0);
  });

  test('a unit that fails takes every VIP of its group along, and the user is told', async () => {
    on('fred', 'systemctl stop httpd');
    await moveTo('ethyl');
    expect((await fetchUrl(`http://${others[0]}/`))?.body).toBe('ethyl first\n');
    expect((await status()).findings.map(({ rule, host }) => `${rule} ${host}`)).toEqual(['unit-down fred']);
    const told = on('ethyl', 'cat /var/lib/tell/log').trim().split('\n');
    expect(told).toEqual(
      expect.arrayContaining([
        'daemon master',
        expect.stringMatching(/^daemon any INSTANCE web MASTER \d+$/),
      ]),
    );
    on('fred', 'systemctl start httpd');
    await moveTo('fred');
  });

  test('drain and undrain', async () => {
    const drained = await haprov('drain', file, 'fred');
    expect({ ...drained, stderr: '' }).toMatchObject({ code: 0 });
    expect(holdersOf(all)).toEqual(all.map(() => 'ethyl'));
    expect((await haprov('undrain', file, 'fred')).code).toBe(0);
    await moveTo('fred');
  });

  test('a change that restarts the unit lends the VIP first: no request is lost', async () => {
    say(inventory('second'));
    const applied = await haprov('apply', file, '--yes');
    expect({ ...applied, stdout: '' }).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain('fred: draining: the VIP moves to its peer first');
    expect(applied.stdout).toMatch(new RegExp(`VIP ${vip}:80 \\(web\\) .* 0 failed`));
    await moveTo('fred');
    expect((await fetchUrl(`http://${vip}/`))?.body).toBe('fred second\n');
  });

  test('an excluded address more: rolling, and nothing is lost', async () => {
    say(inventory('second', { excluded: [`${others[1]}/24`, `${network}.213/24`] }));
    const applied = await haprov('apply', file, '--yes');
    expect({ ...applied, stdout: '' }).toMatchObject({ code: 0 });
    expect(applied.stdout).toMatch(/ 0 failed/);
    await eventually('the new address', () => holdersOf([`${network}.213`])[0] === 'fred', 20, 250);
  });

  test('drill: what can be broken here, as the formula says', async () => {
    const run = await haprov('drill', file, '--yes', '--json', '--scenario', 'unit-stops,haproxy-dies,drain');
    const { passed, results } = JSON.parse(run.stdout) as DrillReport;
    expect(results.map(({ scenario, status: how }) => `${scenario} ${how}`)).toEqual([
      'haproxy-dies skipped',
      'unit-stops passed',
      'drain passed',
    ]);
    expect([passed, run.code]).toEqual([true, 0]);
  });
});
