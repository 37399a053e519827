import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  adopt,
  diagram,
  drill,
  type Event,
  eject,
  fromAnsible,
  getSecret,
  HaprovError,
  init,
  lint,
  listSecrets,
  ownRecipient,
  rekeySecrets,
  retire,
  setSecret,
  unlock,
} from 'haprov';

/** What one begins with, as another program has it; no host is asked. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** A caller, and what he hears. */
function caller() {
  const told: string[] = [];
  const onEvent = (event: Event) => void (event.type === 'message' && told.push(event.text));
  return { told, options: { onEvent, env: { HOME: folder, HAPROV_AGE_IDENTITY: at('id.txt') } } };
}
const pair = { host: ['fred=192.0.2.1', 'ethyl=192.0.2.2'], vip: '192.0.2.9/24', offline: true };

const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HaprovError)) throw new Error(`no error of haprov's: ${error}`);
  return error;
};

test('a new pair, drawn, looked through, and its secrets', async () => {
  const { told, options } = caller();
  const out = at('inventory.json');
  const made = await init({ ...options, ...pair, out });
  expect(made).toMatchObject({ file: out, faults: [] });
  expect(told).toContainEqual(expect.stringContaining(`your key was made: ${at('id.txt')}`));
  const drawn = [
    await diagram(out, options),
    await diagram(out, { ...options, format: 'svg' }),
    await diagram(out, { ...options, format: 'mermaid' }),
  ];
  for (const text of drawn) expect(text).toContain('192.0.2.9');
  expect(drawn.map((text) => /^<svg|\bflowchart\b/.exec(text)?.[0])).toEqual([
    undefined,
    '<svg',
    'flowchart',
  ]);
  expect(await lint(out, options)).toEqual(made.findings);

  const names = (await listSecrets(out, options)).map(({ name, isSet }) => [name, isSet]);
  expect(names).toEqual([
    ['stats', true],
    ['vrrp', true],
  ]);
  await setSecret(out, 'more', Buffer.from('von außen\n'), options);
  expect(await getSecret(out, 'more', options)).toBe('von außen');
  expect(await failure(getSecret(out, 'mor', options))).toMatchObject({
    code: 'failed',
    message: expect.stringContaining('did you mean "more"?'),
  });
  const others = { ...options, env: { HAPROV_AGE_IDENTITY: at('other.txt') } };
  const theirs = await ownRecipient(others);
  expect(await failure(getSecret(out, 'more', others))).toMatchObject({ code: 'badInput' });
  writeFileSync(at('secrets.recipients'), `${await ownRecipient(options)}\n${theirs}\n`);
  await rekeySecrets(out, options);
  expect(await getSecret(out, 'more', others)).toBe('von außen');

  expect(await failure(init({ ...options, ...pair, out }))).toMatchObject({ name: 'UsageError' });
});

test('an Ansible inventory, with what is lost of it', async () => {
  writeFileSync(at('hosts.ini'), '[web]\nfred ansible_host=192.0.2.1\nwin ansible_connection=winrm\n');
  const out = at('made.json');
  const { text, lost, toDo } = await fromAnsible(at('hosts.ini'), { out });
  expect(readFileSync(out, 'utf8')).toBe(text);
  expect(JSON.parse(text).hosts).toMatchObject({ fred: { address: '192.0.2.1' } });
  expect(toDo.length).toBeGreaterThan(0);
  expect(lost.join()).toContain('winrm');
});

test('a pair that runs already, of its files', async () => {
  mkdirSync(at('etc/haproxy'), { recursive: true });
  writeFileSync(at('etc/haproxy/haproxy.cfg'), 'frontend web\n  bind :80\n');
  const { options } = caller();
  const found = await adopt([], { ...options, from: [folder], out: at('own') });
  expect(found).toMatchObject({
    inventory: at('own/inventory.json'),
    files: [{ path: '/etc/haproxy/haproxy.cfg', of: 'haproxy', same: true }],
  });
  expect(existsSync(found.report)).toBe(true);
  expect(await failure(adopt([], { ...options, out: at('own') }))).toMatchObject({ name: 'UsageError' });
});

test('a copy of what is shipped', async () => {
  const made = await eject('haproxy.cfg', { to: folder });
  expect(made).toEqual({ kind: 'template', file: at('templates/haproxy/haproxy.cfg.ejs'), folder });
  expect(await failure(eject('haproxy.cfg', { to: folder }))).toMatchObject({ name: 'UsageError' });
});

const nobody = undefined as never;
test.each<[string, (options: never) => Promise<unknown>, object | undefined, string]>([
  ['init', init, {}, 'init: no host is named'],
  ['init', init, { ...pair, host: ['fred'] }, 'a pair has two hosts, and one was named'],
  ['init', init, { ...pair, limit: ['fred'] }, 'this function takes no option limit'],
  ['adopt', (options) => adopt('fred' as never, options), { out: 'x' }, 'hosts: fred is no list of texts'],
  ['eject', (options) => eject(nobody, options), {}, 'name: undefined is no text'],
  ['fromAnsible', (options) => fromAnsible(nobody, options), {}, 'file: undefined is no text'],
  [
    'setSecret',
    (options) => setSecret('i.json', 'a', 7 as never, options),
    {},
    'a secret is a string or bytes, and this is of type number',
  ],
  ['retire', (options) => retire('i.json', 'fred', options), {}, 'nobody was named who agrees to the plan'],
  ['drill', (options) => drill('i.json', options), {}, 'nobody was named who agrees to the plan'],
  ['drill', (options) => drill('i.json', options), undefined, 'nobody was named who agrees to the plan'],
  [
    'unlock',
    (options) => unlock('i.json', options),
    { force: true },
    'nobody was named who agrees to the plan',
  ],
])('%s is not begun with what it cannot take', async (_, act, options, says) => {
  expect(await failure(act(options as never))).toMatchObject({ name: 'UsageError', message: says });
});
