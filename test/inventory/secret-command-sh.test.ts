import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseText } from '../../src/document/document';
import { askAll } from '../../src/inventory/ask-sources';
import { askCommand } from '../../src/inventory/secret-command';
import { resolveSecrets } from '../../src/inventory/secrets';
import type { Answers } from '../../src/inventory/sources';
import { isRunning, until } from '../support/running';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'haprov-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

const env = { PATH: process.env.PATH };
/** What has been said to one caller is kept for it, who is known by its environment. */
const caller = { ...env, TOKEN: 'in the environment' };
const sh = (text: string) => ['sh', '-c', text];
const ask = (words: string[], more: object = {}) => askCommand(words, { cwd: folder, env, ...more });

test('what it prints is the value, without the last newline', async () => {
  expect(await ask(sh(`printf 'a b\\n\\303\\244"\\n\\n'`))).toEqual({ value: 'a b\nä"\n' });
  expect(await ask(sh('printf word'))).toEqual({ value: 'word' });
});

test('no shell reads its words, it runs beside the inventory, and it has no input', async () => {
  expect(await ask(['printf', '%s', '$HOME;`id`'])).toEqual({ value: '$HOME;`id`' });
  expect(await ask(sh('pwd -P; cat'))).toEqual({ value: folder });
  writeFileSync(join(folder, 'own'), '#!/bin/sh\necho beside\n');
  chmodSync(join(folder, 'own'), 0o755);
  expect(await ask(['./own'])).toEqual({ value: 'beside' });
});

test.each([
  [
    'fails',
    sh('echo SECRET; echo SECRET >&2; exit 3'),
    'the command "sh" failed with exit code 3: run it by yourself',
  ],
  ['is ended', sh('echo SECRET; kill -TERM $$'), 'the command "sh" was ended by SIGTERM'],
  ['prints nothing', sh('echo'), 'the command "sh" printed nothing'],
  ['prints what is no text', sh(`printf 'SECRET\\377'`), 'prints something else than UTF-8 text'],
  ['prints a NUL', sh(`printf 'SECRET\\0'`), 'prints something else than UTF-8 text'],
  [
    'prints without an end',
    sh('while :; do echo SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRET; done'),
    'prints more than 8 MiB',
  ],
  ['is not there', ['haprov-no-such-program', 'SECRET'], 'the command "haprov-no-such-program" is not there'],
  ['names nobody', ['./lost', 'SECRET'], 'the command "./lost" names an interpreter in its first line'],
  ['is below a file', ['./plain/own', 'SECRET'], 'the command "./plain/own" is not there'],
  ['is given too much', ['true', 'SECRET'.repeat(30_000)], 'was given more words, or a longer environment'],
  ['may not be run', ['./plain', 'SECRET'], 'the command "./plain" may not be run by you'],
])('one that %s is told of, without what it said, and without its words', async (_what, words, says) => {
  writeFileSync(join(folder, 'plain'), 'text');
  chmodSync(join(folder, 'plain'), 0o644);
  writeFileSync(join(folder, 'lost'), '#!/no/such/shell\n', { mode: 0o755 });
  const told = await ask(words);
  expect(told).toEqual({ fault: expect.stringContaining(says) });
  expect(JSON.stringify(told)).not.toContain('SECRET');
});

test('one that does not end is ended with what it has started', async () => {
  const script =
    'sleep 1000 & echo $! >pid; (sleep 1000 & echo $! >>pid; wait); echo SECRET; trap "" TERM; wait';
  const told = await ask(sh(script), { limitMs: 5000 });
  expect(told).toEqual({ fault: expect.stringContaining('did not end within 5 seconds') });
  const pids = readFileSync(join(folder, 'pid'), 'utf8').trim().split('\n');
  expect(pids).toHaveLength(2);
  for (const pid of pids) await until(() => !isRunning(pid));
});

test('an agent that it leaves behind is left alone, and what it printed itself is all', async () => {
  const told = await ask(sh('printf "the-word\\n"; (trap "" PIPE; exec sleep 1000) & echo $! >pid; exit 0'));
  expect(told).toEqual({ value: 'the-word' });
  const pid = readFileSync(join(folder, 'pid'), 'utf8').trim();
  expect(isRunning(pid)).toBe(true);
  process.kill(Number(pid));
});

const load = async (value: object, more: object = {}) => {
  const document = parseText(join(folder, 'inventory.json'), JSON.stringify(value));
  const answers = await askAll(document, { env: caller, ...more });
  return resolveSecrets(document, caller, answers);
};

test('each is run once, however often it is named, and masked', async () => {
  const command = sh('echo run >>count; echo the-secret-word');
  const { value, secrets, faults } = await load({ a: { command }, vars: { b: [{ command }], c: 'plain' } });
  expect(value).toEqual({ a: 'the-secret-word', vars: { b: ['the-secret-word'], c: 'plain' } });
  expect(faults).toEqual([]);
  expect(secrets.mask('x the-secret-word y')).toBe('x *** y');
  expect(await ask(['cat', 'count'])).toEqual({ value: 'run' });
  // Who looks again and again is not asked each time.
  await load({ a: { command } });
  expect(await ask(['cat', 'count'])).toEqual({ value: 'run' });
  await load({ a: { command } }, { env: { ...caller } });
  expect(await ask(['cat', 'count'])).toEqual({ value: 'run\nrun' });
});

test('all run side by side: each waits for the other', async () => {
  const meet = (own: string, other: string) =>
    sh(`: >${own}; until [ -e ${other} ]; do sleep 0.02; done; echo met-${own}`);
  const { value } = await load({ a: { command: meet('one', 'two') }, b: { command: meet('two', 'one') } });
  expect(value).toEqual({ a: 'met-one', b: 'met-two' });
});

test('one that failed is asked again by the next look', async () => {
  const command = sh('[ -e now ] && echo value-of-now');
  expect((await load({ a: { command } })).faults).toHaveLength(1);
  writeFileSync(join(folder, 'now'), '');
  expect((await load({ a: { command } })).value).toEqual({ a: 'value-of-now' });
});

test('a variable that the inventory reads is not handed to it', async () => {
  const { value } = await load({ a: { env: 'TOKEN' }, b: { command: sh('echo "<$TOKEN>"') } });
  expect(value).toEqual({ a: 'in the environment', b: '<>' });
});

test.each([[[]], [['']], [['a', 5]], [['a', 'b\0c']]])('no words of a command: %j', async (command) => {
  const { faults } = await load({ a: { command } });
  expect(faults).toMatchObject([
    { path: 'a', message: expect.stringMatching(/^names no program|^has a word/) },
  ]);
});

test('whoever leaves meanwhile ends it, and nothing is done', async () => {
  const stopping = new AbortController();
  const asked = load({ a: { command: sh('sleep 1000') } }, { stopping: stopping.signal });
  stopping.abort();
  await expect(asked).rejects.toMatchObject({ exitCode: 130 });
});

test('a look after Ctrl-C, at what has been asked before, goes on', async () => {
  const document = { a: { command: sh('echo asked') } };
  await load(document);
  const { value } = await load(document, { stopping: AbortSignal.abort() });
  expect(value).toEqual({ a: 'asked' });
});

test('without an answer there is a fault at its place', () => {
  const document = parseText('inventory.json', '{"a": {"command": ["x"]}, "b": {"secret": "y"}}');
  const none: Answers = () => undefined;
  expect(resolveSecrets(document, {}, none).faults.map(({ path }) => path)).toEqual(['a', 'b']);
});
