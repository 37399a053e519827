import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addresses, describeLab, fetchUrl, lab, labName, startHaprov, vip } from '../support/lab';

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
    expect(await fetchUrl(`http://${vip}/`)).toMatchObject({
      status: 200,
      body: expect.stringMatching(/<b>(fred|ethyl)<\/b>/),
    });
    const status = await haprov(['status', file, '--exit-code'], []);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/^✓ all is well/) });
    expect(await haprov(['plan', file, '--exit-code'], [])).toMatchObject({ code: 0 });
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
