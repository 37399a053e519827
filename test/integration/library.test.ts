import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apply, type Event, log, plan, RunError, rollback, status } from 'haprov';
import { converge } from '../library/example';
import { addresses, describeLab, lab, on, state } from '../support/lab';

/** haprov called by a program, on the real pair. */

const path = '/srv/library';

/** An inventory in a folder of its own, by which these hosts have a file with this text. */
function inventoryOf(hosts: readonly string[], text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-lab-'));
  const ssh = {
    user: 'root',
    identityFiles: [join(state, 'id_ed25519')],
    knownHostsFile: join(state, 'known_hosts'),
    configFile: 'config',
  };
  writeFileSync(join(folder, 'config'), '');
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'templates/own.ejs'), '<%= vars.text %>\n');
  const resources = [{ type: 'file', path, template: 'own' }];
  writeFileSync(join(folder, 'own.json'), JSON.stringify({ tasks: [{ name: 'Own', resources }] }));
  const file = join(folder, 'inventory.json');
  const said = Object.fromEntries(hosts.map((name) => [name, { address: addresses[name] }]));
  writeFileSync(
    file,
    JSON.stringify({ ssh, hosts: said, vars: { text: { env: 'TEXT' } }, playbooks: ['./own.json'] }),
  );
  process.env.TEXT = text;
  return file;
}

const textOn = (host: string) => on(host, `cat ${path} 2>/dev/null || echo none`).trim();
const env = (TEXT: string) => ({ ...process.env, TEXT });

describeLab('haprov as a library', () => {
  beforeAll(() => lab('reset', '--alone', 'fred', 'ethyl'));
  afterAll(() => {
    delete process.env.TEXT;
    for (const host of ['fred', 'ethyl']) on(host, `rm -f ${path}`);
  });

  test('the documents’ example makes the hosts so, and then finds nothing to do', async () => {
    const file = inventoryOf(['fred', 'ethyl'], 'of the example');
    expect(await converge(file, 1)).toContain('failed: nothing was done: you did not say yes');
    expect(textOn('fred')).toBe('none');
    expect(await converge(file)).toContainEqual(expect.stringMatching(/^2 changes by \d{8}T\d{6}Z-\w{6}$/));
    expect(['fred', 'ethyl'].map(textOn)).toEqual(['of the example', 'of the example']);
    expect((await converge(file)).at(-1)).toBe('nothing to do');
  });

  test('two runs at once, of two inventories in one process', async () => {
    const texts = { fred: 'secret-words-of-fred', ethyl: 'secret-words-of-ethyl' };
    const heard: Record<string, Event[]> = { fred: [], ethyl: [] };
    const runs = await Promise.all(
      Object.entries(texts).map(([host, text]) =>
        apply(inventoryOf([host], text), {
          env: env(text),
          confirm: () => true,
          steady: 0,
          onEvent: (event) => void heard[host]?.push(event),
        }),
      ),
    );
    expect(runs.map(({ changed, exitCode }) => [changed, exitCode])).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect({ fred: textOn('fred'), ethyl: textOn('ethyl') }).toEqual(texts);
    for (const [host, events] of Object.entries(heard)) {
      const hosts = new Set(events.flatMap((event) => ('host' in event && event.host ? [event.host] : [])));
      expect([...hosts]).toEqual([host]);
      expect(JSON.stringify(events)).not.toContain('secret-words');
    }
  });

  test('a plan of a part is applied as the part that it is', async () => {
    const file = inventoryOf(['fred', 'ethyl'], 'of the part');
    const before = ['fred', 'ethyl'].map(textOn);
    const made = await plan(file, { limit: ['fred'], only: ['file'] });
    expect([made.limit, made.only]).toEqual([['fred'], ['file']]);
    const saved = JSON.parse(JSON.stringify(made));
    const calls = { confirm: () => true, steady: 0, probe: false };
    await expect(apply(file, { ...calls, plan: saved, limit: ['fred', 'ethyl'] })).rejects.toThrow(
      /ethyl: file \S+: needs a change that was not planned$/,
    );
    expect(await apply(file, { ...calls, plan: saved })).toMatchObject({ changed: 1, exitCode: 0 });
    expect(['fred', 'ethyl'].map(textOn)).toEqual(['of the part', before[1]]);
  });

  test('an abort in the middle leaves each host whole, and the runs can be told and undone', async () => {
    const file = inventoryOf(['fred', 'ethyl'], 'too late');
    const before = ['fred', 'ethyl'].map(textOn);
    const stop = new AbortController();
    const onEvent = (event: Event) => {
      if (event.type === 'step-start' && event.phase === 'commit') stop.abort();
    };
    const run = apply(file, {
      signal: stop.signal,
      onEvent,
      confirm: () => true,
      serial: '1',
      steady: 0,
      probe: false,
    });
    const error = await run.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof RunError)) throw new Error(`no RunError: ${error}`);
    expect([error.code, error.exitCode]).toEqual(['failed', 1]);
    const { changed } = error.result;
    const now = ['fred', 'ethyl'].map(textOn);
    expect(now.filter((text) => text === 'too late')).toHaveLength(changed);
    expect(now.filter((text, index) => text === before[index])).toHaveLength(2 - changed);
    const [newest] = await log(file, { limit: ['fred', 'ethyl'] });
    expect(newest).toMatchObject({ run: error.result.run, command: 'apply' });
    if (changed > 0) await rollback(file, { confirm: () => true, steady: 0, probe: false });
    expect(['fred', 'ethyl'].map(textOn)).toEqual(before);
    expect((await plan(file)).hosts.map(({ changes }) => changes.length)).toEqual([1, 1]);
    expect((await status(file)).hosts.map(({ reached }) => reached)).toEqual([true, true]);
  });
});
