import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addresses,
  describeLab,
  eventually,
  fetchUrl,
  lab,
  labName,
  network,
  startHaprov,
  vip,
} from '../support/lab';
import { expectPublished } from '../support/schemas';

/** From nothing but two addresses to a page at the VIP: the inventory that init writes, as it is. */
describeLab(`init on ${labName}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-lab-'));
  const file = join(folder, 'inventory.json');
  const env = { HAPROV_AGE_IDENTITY: join(folder, 'id.txt') };
  const haprov = (words: string[], options?: string[]) => startHaprov(words, env, options).finished;

  beforeAll(() => lab('reset', 'fred', 'ethyl'));

  test('it says what the hosts are, and writes an inventory without a finding', async () => {
    const hosts = ['--host', `fred=${addresses.fred}`, '--host', `${addresses.ethyl}`];
    const made = await haprov(['init', ...hosts, '--vip', `${vip}/24`, '--out', file]);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toMatch(
      /^fred: .*\(EL9\); eth0 has the VIP’s network; haproxy 2.4 to be installed; .*; nobody speaks VRRP there$/m,
    );
    expect(made.stdout).toContain(
      `\n  haprov plan ${file}\n  haprov apply ${file}\n  haprov status ${file}\n`,
    );
    expect(made.stdout).not.toMatch(/^!/m);
    const inventory = JSON.parse(readFileSync(file, 'utf8'));
    expect(inventory).toMatchObject({
      hosts: { fred: {}, ethyl: { address: addresses.ethyl } },
      vips: { front: { virtualRouterId: 200 } },
    });
    expect(await haprov(['lint', file], [])).toMatchObject({ code: 0 });
  });

  test('applied as it is, without an option: a page at the VIP, and nothing left to do', async () => {
    expect(await haprov(['apply', file, '--yes'], [])).toMatchObject({ code: 0 });
    // Its address may still be on its way to the host that is to hold it.
    const page = await eventually('the page at the VIP', () => fetchUrl(`http://${vip}/`));
    expect(page).toMatchObject({ status: 200, body: expect.stringMatching(/<b>(fred|ethyl)<\/b>/) });
    const status = await haprov(['status', file, '--exit-code'], []);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/^✓ all is well/) });
    expect(await haprov(['plan', file, '--exit-code'], [])).toMatchObject({ code: 0 });
  });

  test('five inventories of them in one command: each whole, one summary, and the worst exit code', async () => {
    const inventory = JSON.parse(readFileSync(file, 'utf8'));
    const named = (name: string, edit: object) => {
      writeFileSync(join(folder, name), JSON.stringify({ ...inventory, ...edit }));
      return join(folder, name);
    };
    const files = [
      named('same.json', {}),
      named('edited.json', { haproxy: { maxconn: 1999 } }),
      named('wrong.json', { vip: {} }),
      named('away.json', {
        hosts: { ...inventory.hosts, ethyl: { address: `${network}.219`, priority: 100 } },
      }),
      named('again.json', {}),
    ];
    const tasks = [{ name: 'Fails', resources: [{ type: 'command', run: 'false', creates: '/no/such' }] }];
    writeFileSync(join(folder, 'fails.playbook.json'), JSON.stringify({ tasks }));
    named('fails.json', { playbooks: [...inventory.playbooks, './fails.playbook.json'] });
    const planned = await haprov(['plan', ...files], []);
    expect(planned.code).toBe(3);
    expect(planned.stdout.split('\n').slice(-7, -1)).toEqual([
      '== 5 inventories ==',
      expect.stringMatching(/^✓ .*same.json +No changes: 2 hosts are as the inventory says.$/),
      expect.stringMatching(/^! .*edited.json +Plan: 2 changes on fred, 2 on ethyl/),
      expect.stringMatching(/^✗ .*wrong.json +1 fault$/),
      expect.stringMatching(/^✗ .*away.json +ethyl could not be asked: see the plan$/),
      expect.stringMatching(/^✓ .*again.json +No changes/),
    ]);
    const lines = (await haprov(['plan', ...files, '--json', '--exit-code'], [])).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      [0, 5, 2, 3, 0].map((exitCode, index) => ({ version: 1, file: files[index], exitCode })),
    );
    const watched = await haprov(['status', ...files.slice(0, 2)], []);
    expect([watched.code, watched.stdout.match(/^== .* ==$/gm)?.length]).toEqual([0, 3]);
  });

  test.each([
    ['plan', ['plan']],
    ['plan', ['plan', '--limit', 'fred']],
    ['status', ['status']],
    ['log', ['log']],
    ['lint', ['lint']],
    ['render', ['render']],
  ])(
    'what %s prints with --json is what its published schema says: %j',
    async (kind, [word = '', ...more]) => {
      for (const one of [file, join(folder, 'edited.json')])
        expectPublished(kind, JSON.parse((await haprov([word, one, '--json', ...more], [])).stdout));
    },
  );

  test('so are events of a run, one that fails too, lines of several inventories, and what adopt prints', async () => {
    const lines = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const edited = join(folder, 'edited.json');
    const applied = await haprov(['apply', edited, '--yes', '--json'], []);
    expect(applied).toMatchObject({ code: 0 });
    const failed = await haprov(['apply', join(folder, 'fails.json'), '--yes', '--json'], []);
    expect(failed).toMatchObject({ code: 1 });
    for (const text of [applied.stdout, failed.stdout])
      for (const event of lines(text)) expectPublished('event', event);
    const several = await haprov(['status', file, edited, join(folder, 'wrong.json'), '--json'], []);
    for (const line of lines(several.stdout)) {
      expectPublished('several', line);
      if (line.result) expectPublished('status', line.result);
    }
    const own = join(folder, 'own');
    const adopted = await haprov([
      'adopt',
      addresses.fred ?? '',
      addresses.ethyl ?? '',
      '--out',
      own,
      '--json',
    ]);
    expectPublished('adopt', JSON.parse(adopted.stdout));
    expectPublished('log', JSON.parse((await haprov(['log', file, '--json'], [])).stdout));
  });

  test('where they run already, it says so, and takes another id', async () => {
    const hosts = ['--host', `fred=${addresses.fred}`, '--host', `ethyl=${addresses.ethyl}`];
    const other = join(folder, 'other.json');
    const made = await haprov(['init', ...hosts, '--vip', `${vip}/24`, '--out', other]);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toContain('! fred: haproxy and keepalived run there already');
    expect(made.stdout).toContain(`has the address ${vip} already`);
    expect(JSON.parse(readFileSync(other, 'utf8')).vips.front.virtualRouterId).toBe(201);
  });
});
