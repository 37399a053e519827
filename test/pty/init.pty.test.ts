import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hosts } from './hosts';
import { keys, type Terminal } from './terminal';

/** What `haprov init` asks at a terminal where its options do not say it. */

let hosts: Hosts;
let before: string[];
beforeEach(async () => {
  hosts = await Hosts.start('fred');
  before = readdirSync(hosts.folder);
});
afterEach(() => hosts.close());

const begun = (words = '') =>
  hosts.run(`init --offline --out new.json${words}`, {
    env: { HAPROV_AGE_IDENTITY: join(hosts.folder, 'key/id.txt') },
  });

async function answer(terminal: Terminal, question: string, text: string): Promise<void> {
  await terminal.asks(question);
  terminal.type(`${text}\r`);
}

test('two hosts and a VIP; a wrong answer is asked for again', async () => {
  const terminal = begun();
  await answer(terminal, 'the first host', 'fred=192.0.2.1');
  await answer(terminal, 'the other host', '192.0.2.1');
  await terminal.shows('192.0.2.1 is named twice');
  await answer(terminal, 'the other host', 'ethyl=192.0.2.2');
  await answer(terminal, 'the shared address', '192.0.2.10/24');
  expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
  expect(JSON.parse(readFileSync(join(hosts.folder, 'new.json'), 'utf8'))).toMatchObject({
    hosts: { fred: { address: '192.0.2.1' }, ethyl: { address: '192.0.2.2' } },
    vips: { front: { address: '192.0.2.10/24', virtualRouterId: 10 } },
  });
});

test('what an option says is not asked', async () => {
  const terminal = begun(' --host fred=192.0.2.1,ethyl=192.0.2.2');
  await answer(terminal, 'the shared address', '192.0.2.10');
  expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
  expect(terminal.everything.join('\n')).not.toContain('host, by its address');
});

test('Enter alone gives the example', async () => {
  const terminal = begun();
  await answer(terminal, 'the first host', '');
  expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
  expect(readFileSync(join(hosts.folder, 'new.json'), 'utf8')).toContain('cluster37');
});

describe('beside an inventory.json that is there', () => {
  const beside = () => hosts.run('init --offline');

  test('Enter alone prints the example', async () => {
    const terminal = beside();
    await answer(terminal, 'the first host', '');
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    expect(terminal.everything.join('\n')).toContain('cluster37');
    expect(readdirSync(hosts.folder)).toEqual(before);
  });

  test('a pair is refused before more is asked; a file that is named, before anything is', async () => {
    const pair = beside();
    await answer(pair, 'the first host', 'fred=192.0.2.1');
    const named = hosts.run('init --offline --out inventory.json');
    for (const terminal of [pair, named]) {
      expect(await terminal.ended).toEqual({ code: 2, signal: 0 });
      expect(terminal.everything.join('\n')).toContain('inventory.json is there already');
    }
    expect(pair.everything.join('\n')).not.toContain('the other host');
    expect(named.everything.join('\n')).not.toContain('the first host');
    expect(readdirSync(hosts.folder)).toEqual(before);
  });
});

test.each([
  ['Ctrl-C', keys.ctrlC],
  ['Ctrl-D', keys.ctrlD],
])('%s: nothing is written', async (_, key) => {
  const terminal = begun();
  await answer(terminal, 'the first host', 'fred=192.0.2.1');
  await terminal.shows('the other host');
  terminal.type(key);
  expect(await terminal.ended).toEqual({ code: 130, signal: 0 });
  expect(readdirSync(hosts.folder)).toEqual(before);
});
