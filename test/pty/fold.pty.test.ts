import { resolve } from 'node:path';
import { displayWidth } from '../../src/text/format';
import { Hosts } from './hosts';
import type { Size, Terminal } from './terminal';

/** On a narrow terminal whatever haprov says is broken between words; only a word that has no room at all is not. */

const small: Size = { columns: 40, rows: 10 };
const broken = ({ everything }: Terminal) =>
  everything.filter((row) => displayWidth(row) > small.columns && !/^ *(?:[-+~!✓✗·?|] +)?\S+$/u.test(row));

let hosts: Hosts;
beforeEach(async () => {
  hosts = await Hosts.start('fred');
});
afterEach(() => hosts.close());

/** Of a command that goes to no host. */
const withoutSsh = (words: string) => hosts.commandLine(words).replace(/ --ssh-config .*/, '');

const commands =
  'plan apply push rollback status drill drain undrain diagram log unlock lint render eject init adopt schema';
test.each(['--help', ...commands.split(' ').map((name) => `${name} --help`)])('%s', async (words) => {
  const terminal = hosts.shell(withoutSsh(words), small);
  expect((await terminal.ended).code).toBe(0);
  expect(terminal.everything.length).toBeGreaterThan(10);
  expect(broken(terminal)).toEqual([]);
});

test('help of no command says so, and a complaint names the help of its own command', async () => {
  const help = hosts.shell(withoutSsh('help planet'));
  expect((await help.ended).code).toBe(2);
  expect(help.everything.join('\n')).toContain("error: unknown command 'planet'");
  const plan = hosts.shell(withoutSsh('plan inventory.json --no-such-option'));
  expect((await plan.ended).code).toBe(2);
  expect(plan.everything.at(-1)).toBe('(haprov plan --help says more)');
});

test.each([
  ['a word of another tool', 'ping inventory.json', 2],
  ['an option of another tool', 'plan inventory.json --ask-become-pass', 2],
  ['a value that is none', 'apply inventory.json --confirm-within soon', 2],
  ['no such inventory', 'plan there-is-no-such-inventory-here.json', 2],
  ['no such host', 'plan inventory.json --limit lucy', 2],
  ['no such playbook', 'eject there-is-no-such-playbook-here', 2],
  ['who is drained', 'drain fred', 0],
  ['who is locked', 'unlock inventory.json', 0],
  ['what is wrong', 'status inventory.json', 0],
  ['what would be there', 'render inventory.json', 0],
  ['a plan with a diff and values', 'plan inventory.json', 0],
  ['a plan, with all that is sent', 'plan inventory.json --verbose', 0],
  ['a step that fails', 'apply inventory.json --yes --steady 0', 1],
])('%s: %s', async (_, words, code) => {
  const [box] = hosts.boxes.values();
  const content = `# ${'a line that is longer than this terminal is wide, '.repeat(3)}\n`;
  hosts.wants(
    { type: 'file', path: `${box?.host}/srv/one/text`, content, owner: 'root', group: 'root' },
    {
      type: 'command',
      unless: 'false',
      run: 'echo "there is nothing to be had here, whoever asks for it" >&2; exit 3',
    },
  );
  const terminal = /^(?:eject|lint|render)/.test(words)
    ? hosts.shell(withoutSsh(words), small)
    : hosts.run(words, small);
  const ended = await terminal.ended;
  expect(terminal.everything.length).toBeGreaterThan(0);
  expect(broken(terminal)).toEqual([]);
  expect({ ...ended, said: ended.code === code ? '' : terminal.everything }).toEqual({
    code,
    signal: 0,
    said: '',
  });
});

test.each([
  ['adopt --from PAIR/fred --from PAIR/ethyl --out byte-for-byte', 0],
  ['adopt --model --from PAIR/fred --from PAIR/ethyl --out in-the-model', 0],
  ['lint PAIR/fred/etc/haproxy/haproxy.cfg PAIR/fred/etc/keepalived/keepalived.conf', 1],
])('%s', async (words, code) => {
  const pair = resolve('test/adopted/shop');
  const terminal = hosts.shell(withoutSsh(words.replaceAll('PAIR', pair)), small);
  expect((await terminal.ended).code).toBe(code);
  expect(terminal.everything.length).toBeGreaterThan(3);
  expect(broken(terminal)).toEqual([]);
});

test('a question, and the plan that is asked about', async () => {
  const terminal = hosts.run('apply inventory.json', small);
  await terminal.shows('[y/N]');
  terminal.type('n\r');
  expect((await terminal.ended).code).toBe(1);
  expect(broken(terminal)).toEqual([]);
});

test('what is for programs or for copying stays as it is, also on a terminal', async () => {
  const events = hosts.run('apply inventory.json --yes --steady 0 --json', small);
  await events.ended;
  const said = events.everything.map((row) => JSON.parse(row) as { type: string });
  expect(said.at(-1)?.type).toBe('run-end');
  // A terminal that ends is not read to its end where more than 64 KiB are in it still.
  const schema = hosts.shell(`${withoutSsh('schema')}; echo 'that is all'; read answer`, small);
  await schema.shows(/that is all$/);
  expect(JSON.parse(schema.everything.slice(0, -1).join(''))).toHaveProperty('properties');
  schema.type('\r');
  expect((await schema.ended).code).toBe(0);
});
