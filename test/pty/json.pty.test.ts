import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Event } from '../../src/events/events';
import { expectPublished } from '../support/schemas';
import { Hosts } from './hosts';

/** What each command with --json has on standard output, whatever comes of it: what its schema says, and nothing else. */

let hosts: Hosts;
beforeEach(async () => {
  hosts = await Hosts.start('fred');
});
afterEach(() => hosts.close());

/** Runs it where nobody can be asked. @param until ends it by Ctrl-C once that stands on standard output */
async function said(words: string, until?: string) {
  const [line = '', ssh = ''] = hosts.commandLine(words).split(/(?= --ssh-config )/);
  const hasSsh = !/^(?:lint|render|hooks|secret)/.test(words);
  const [before = '', command] = line.split(/(?= -- )/);
  const child = spawn('sh', ['-c', `exec ${before}${hasSsh ? ssh : ''}${command ?? ''}`], {
    cwd: hosts.folder,
    // Without a terminal of its own.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk;
    // A second one would be another wish.
    if (until !== undefined && seen.includes(until) && !child.killed) child.kill('SIGINT');
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

const linesOf = (stdout: string) =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as object);

const file = (content: string, more: object = {}) => ({
  type: 'file',
  path: `${[...hosts.boxes.values()][0]?.host}/srv/file`,
  content,
  ...more,
});
const push = () => {
  for (const box of hosts.boxes.values()) box.write('srv/keep', '');
  hosts.wants(file('one\n'));
};
const change = async () => {
  push();
  expect(await said('apply inventory.json --yes --steady 0')).toMatchObject({ code: 0 });
};
const write = (name: string, more: object) => {
  const inventory = JSON.parse(readFileSync(`${hosts.folder}/inventory.json`, 'utf8')) as object;
  hosts.write(name, JSON.stringify({ ...inventory, ...more }));
};
const unreachable = () =>
  write('inventory.json', { hosts: { fred: { address: '127.0.0.1', ssh: { port: 9 } } } });

/** The command, what is on standard output, its exit code, what comes before it, and what ends it. */
type Path = [words: string, kind: string, code: number, before?: () => unknown, until?: string];

const documents: Path[] = [
  ['plan inventory.json', 'plan', 0],
  ['plan inventory.json --exit-code --out saved.json', 'plan', 5],
  ['plan inventory.json', 'plan', 3, () => unreachable()],
  ['plan there-is-none.json', '', 2],
  ['status inventory.json', 'status', 0],
  ['status inventory.json --exit-code', 'status', 3, () => unreachable()],
  ['status inventory.json --out status.json', '', 0],
  ['status inventory.json --serve', '', 2],
  ['status inventory.json --format nagios', '', 3],
  ['drill inventory.json', '', 3, () => unreachable()],
  ['drill inventory.json --scenario none', '', 2],
  ['log inventory.json', 'log', 0],
  ['log inventory.json --diff', 'log', 0, () => change()],
  ['log inventory.json', 'log', 3, () => unreachable()],
  ['log inventory.json --purge', 'purge', 0, () => change()],
  ['log inventory.json --purge --older-than 1', 'purge', 0],
  ['log inventory.json --purge', 'purge', 3, () => unreachable()],
  ['log inventory.json --purge --diff', '', 2],
  ['lint inventory.json', 'lint', 0],
  ['lint there-is-none.json', '', 2],
  ['render inventory.json', 'render', 0],
  ['render inventory.json --out rendered', 'render', 0, () => push()],
  ['render inventory.json --file /etc/hosts', '', 2],
  ['facts inventory.json', 'facts', 3, () => unreachable()],
  ['certificates inventory.json', 'certificates', 0],
  ['certificates list inventory.json', 'certificates', 0],
  [
    `adopt ${['fred', 'ethyl'].map((host) => `--from ${resolve('test/adopted/one-file', host)}`).join(' ')}`,
    'adopt',
    0,
  ],
  ['adopt', '', 2],
  ['hooks inventory.json', 'hooks', 0],
  [
    'hooks inventory.json --test',
    'hooks',
    1,
    () => write('inventory.json', { hooks: [{ on: ['run-end'], run: ['false'] }] }),
  ],
  ['secret list inventory.json', 'secrets', 0],
];

const lines: Path[] = [
  ['plan inventory.json other.json', 'several', 0, () => write('other.json', { name: 'other' })],
  ['plan inventory.json other.json', 'several', 2, () => hosts.write('other.json', '{')],
  ['status inventory.json other.json', 'several', 0, () => write('other.json', { name: 'other' })],
  ['lint inventory.json other.json', 'several', 0, () => write('other.json', { name: 'other' })],
  ['status inventory.json --watch --interval 1', 'status', 130, undefined, '\n'],
  ['exec all', 'exec', 3, () => unreachable()],
  ['logs inventory.json haproxy', 'logs', 0],
  ['logs inventory.json haproxy', 'logs', 3, () => unreachable()],
];

const failing = () => hosts.wants(file('two\n', { validate: 'false %s' }));
const events: Path[] = [
  ['apply inventory.json', 'event', 2],
  ['apply inventory.json --yes --steady 0', 'event', 0],
  ['apply inventory.json --yes --steady 0 --verbose', 'event', 0, () => change()],
  ['apply inventory.json --yes --steady 0', 'event', 1, failing],
  ['apply inventory.json --yes', 'event', 3, () => unreachable()],
  ['push inventory.json --yes --steady 0', 'event', 0, () => push()],
  ['push inventory.json --yes --steady 0 --watch', 'event', 0, undefined, 'watching for'],
  ['rollback inventory.json --yes --steady 0', 'event', 0],
  ['rollback inventory.json --yes --steady 0', 'event', 0, () => change()],
  ['patch inventory.json', 'event', 3, () => unreachable()],
  ['patch inventory.json --yes --packages ,', 'event', 2],
  ['reboot inventory.json --yes', 'event', 3, () => unreachable()],
  ['replace inventory.json fred --yes --steady 0', 'event', 0],
  ['replace inventory.json fred --yes', 'event', 3, () => unreachable()],
  ['drain inventory.json fred', 'event', 0],
  ['drain inventory.json lucy', 'event', 2],
  ['drain inventory.json fred', 'event', 3, () => unreachable()],
  ['undrain inventory.json fred', 'event', 0],
  ['undrain inventory.json fred', 'event', 3, () => unreachable()],
  ['retire inventory.json fred --yes', 'event', 3, () => unreachable()],
  ['retire inventory.json lucy', 'event', 2],
  ['certificates renew inventory.json', 'event', 2],
];

const all = [...documents, ...lines, ...events];
const isOf = (words: string, command: string) => `${words} `.startsWith(`${command} `);

test('every command that has --json is tried', () => {
  const reference = readFileSync('docs/reference/commands.md', 'utf8');
  const commands = reference.split(/^## haprov /m).slice(1);
  const having = commands
    .filter((one) => one.includes('| `--json` |'))
    .map((one) => one.split('\n')[0] ?? '');
  expect(having.length).toBeGreaterThan(20);
  expect(having.filter((command) => !all.some(([words]) => isOf(words, command)))).toEqual([]);
});

const parsed = async ([words, , code, before, until]: Path, more = '') => {
  await before?.();
  const found = await said(`${words} --json${more}`, until);
  expect({ ...found, stdout: '' }).toMatchObject({ code });
  return found.stdout;
};

test.each(documents)('%s: one document (%s), exit code %d', async (...path) => {
  const stdout = await parsed(path);
  const [, kind] = path;
  if (kind === '') expect(stdout).toBe('');
  else expectPublished(kind, JSON.parse(stdout));
});

test.each(lines)('%s: lines (%s), exit code %d', async (...path) => {
  const found = linesOf(await parsed(path, path[0].startsWith('exec') ? " -- 'echo one; echo two >&2'" : ''));
  expect(found.length).toBeGreaterThan(path[0].startsWith('logs') ? -1 : 0);
  for (const line of found) expectPublished(path[1], line);
});

test.each(events)('%s: events (%s), exit code %d', async (...path) => {
  const found = linesOf(await parsed(path)) as Event[];
  for (const line of found) expectPublished('event', line);
  const begun = found.filter(({ type }) => type === 'run-start').length;
  const ended = found.filter(({ type }) => type === 'run-end');
  expect(ended.length).toBe(begun);
  // push --watch goes on.
  if (begun > 0 && path[4] === undefined)
    expect(found.at(-1)).toMatchObject({ type: 'run-end', exitCode: path[2] });
});
