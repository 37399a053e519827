import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareHosts, putPair } from '../support/adopted';
import { addresses, describeLab, eventually, fetchUrl, haprov, lab, vip } from '../support/lab';
import { runLoad } from '../support/load';

/** Pairs that were made by hand, said in the model and applied: what they do goes on, and nobody notices. */

const hosts = ['fred', 'ethyl'];

describeLab('a pair that was made by hand, in the model', () => {
  beforeAll(() => {
    lab('reset', '--alone', ...hosts);
    prepareHosts();
  });

  test.each([
    ['shop', 'VI_1', []],
    ['virtual-mac', 'front', ['http-in', 'servers']],
    ['old-editor', 'POSTE', ['poste', 'postes']],
    ['conf-d', 'intranet', []],
    ['one-file', 'one_42', ['back']],
  ])('%s is applied under load, and no change is left', async (name, instance, services) => {
    putPair(name);
    await eventually('the VIP answers', async () => (await fetchUrl(`http://${vip}/`))?.status === 200);
    const out = join(mkdtempSync(join(tmpdir(), 'haprov-model-')), 'pair');
    const places = hosts.map((host) => addresses[host] ?? '');
    expect(await haprov('adopt', '--model', ...places, '--user', 'root', '--out', out)).toMatchObject({
      code: 0,
    });
    const inventory = join(out, 'inventory.json');
    const said = JSON.parse(readFileSync(inventory, 'utf8')) as { vips: object; services?: object };
    expect([Object.keys(said.vips), Object.keys(said.services ?? {})]).toEqual([[instance], services]);
    const stop = new AbortController();
    const load = runLoad({
      url: `http://${vip}/`,
      requests: 20_000,
      concurrency: 2,
      keepAlive: false,
      signal: stop.signal,
      minMs: 200_000,
    });
    const applied = await haprov('apply', inventory, '--yes');
    stop.abort();
    const { failed, sent } = await load;
    expect(applied).toMatchObject({ code: 0 });
    expect([failed, sent > 100]).toEqual([0, true]);
    expect(await haprov('plan', inventory, '--exit-code')).toMatchObject({ code: 0 });
  });
});
