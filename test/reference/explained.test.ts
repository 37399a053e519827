import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unreadCode } from '../../src/cli/reader';
import { explain } from '../../src/commands/explain';
import { ExitCode } from '../../src/errors';
import { hookEvents } from '../../src/inventory/schema/notify';
import { rules } from '../../src/lint/lint';
import type { ServerState } from '../../src/pair/haproxy-statistics';
import { meaningOf } from '../../src/pair/server-check';
import { disruptionClasses } from '../../src/plan/disruption-class';
import { exampleOf } from '../../src/reference/examples';
import { allExplained, explainedAs, type Kind } from '../../src/reference/explained';
import { marks } from '../../src/report/level';
import { metricNames } from '../../src/report/status-metrics';
import { recorder } from '../commands/recorder';

const all = allExplained('.');
const named = (kind: Kind) => all.filter((one) => one.kind === kind).map(({ name }) => name);

test('everything says something, and names a document that is there', () => {
  expect(all.length).toBeGreaterThan(500);
  expect(all.filter(({ text }) => text === '')).toEqual([]);
  expect(all.filter(({ document }) => !existsSync(document))).toEqual([]);
});

test('every rule of lint is explained', () => {
  expect(named('rule')).toEqual(expect.arrayContaining(rules.map(({ name }) => name)));
});

test('every finding of status is explained', () => {
  const folder = 'src/status/findings';
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const lines = sources.flatMap((text) =>
    [...text.matchAll(/\brule: (?:.*\?)?([^\n]*?),?$/gm)].map(([line]) => line),
  );
  const names = lines.flatMap((line) =>
    Array.from(line.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g), ([, name = '']) => name),
  );
  expect(new Set(names).size).toBeGreaterThan(40);
  expect([...new Set(names)].filter((name) => !named('finding').includes(name))).toEqual([]);
});

test('every metric and every event of hooks is explained', () => {
  expect(named('metric')).toEqual(metricNames);
  expect(named('event')).toEqual(hookEvents);
});

test('every result of a run is explained', () => {
  const [, type = ''] =
    /export type RunResult =([\s\S]*?);/.exec(readFileSync('src/host/run-report.ts', 'utf8')) ?? [];
  expect(named('result').length).toBeGreaterThan(5);
  expect([...type.matchAll(/'([a-z ]+)'/g)].map(([, name = '']) => name).sort()).toEqual(
    named('result').sort(),
  );
});

/** What a TypeScript source says between two texts, of it what is in single quotes or a key. */
const wordsIn = (file: string, from: string, to: string, pattern = /'([a-z -]+)'/g) => {
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(from);
  const found = [...text.slice(begin, text.indexOf(to, begin)).matchAll(pattern)].map(
    ([, name = '']) => name,
  );
  expect(found.length).toBeGreaterThan(1);
  return found;
};

test('every class of disruption, level, phase and part of a step is explained', () => {
  expect(named('disruption')).toEqual([...disruptionClasses]);
  expect([...new Set(named('level'))].sort()).toEqual([...Object.keys(marks), 'error'].sort());
  expect(named('phase').sort()).toEqual(
    [
      ...wordsIn('src/events/events.ts', 'export type Phase', ';'),
      ...wordsIn('src/host/transaction.ts', 'const parts =', ';'),
    ].sort(),
  );
});

test('every warning of a rollback is explained', () => {
  const folder = 'src/rollback';
  const text = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  const names = [...text.matchAll(/'(rollback-[a-z-]+)'/g)].map(([, name = '']) => name);
  expect(named('rollback').sort()).toEqual([...new Set(names)].sort());
});

test('every word of HAProxy’s that has a meaning is explained by it', () => {
  const file = 'src/pair/server-check.ts';
  const found = wordsIn(file, 'const meanings', '};', /^ {2}([A-Z0-9]+): /gm);
  expect(named('check')).toEqual(found);
  for (const check of found) {
    const [one] = explainedAs(check, all);
    expect(one?.text.toLowerCase()).toBe(`${meaningOf({ check } as ServerState)}.`.toLowerCase());
  }
});

test('every exit code is explained', () => {
  expect(named('code')).toEqual([...Object.values(ExitCode), unreadCode].map(String));
});

test('every command is explained, and every option that its reference has', () => {
  const text = readFileSync('docs/reference/commands.md', 'utf8');
  const names = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
  expect(named('command')).toEqual(names(/^- \[`haprov (.*?)`\]/gm));
  expect(named('option').map((name) => `--${name}`)).toEqual(names(/^\| `(?:-\w, )?(--[\w-]+)/gm));
});

test.each([
  ['services.www.check.path', ['services.NAME.check.path']],
  ['services.www.routes[0].host', ['services.NAME.routes[].host']],
  ['check.path', ['services.NAME.check.path', 'virtualServers.NAME.check.path']],
  ['VIPS.front.PREEMPT', ['vips.NAME.preempt']],
  ['preempt', ['vips.NAME.preempt']],
  ['file', ['file']],
  ['file.mode', ['file.mode']],
  ['equal-priorities', ['equal-priorities']],
  // A rule and a finding.
  ['certificate-expires', ['certificate-expires', 'certificate-expires']],
  ['haprov_vip_held', ['haprov_vip_held']],
  ['gate-failed', ['gate-failed']],
  // A finding, and what a hook is told of.
  ['drift', ['drift', 'drift']],
  ['sync group', ['sync group']],
  ['130', ['130']],
  // A command and an option.
  ['reboot', ['reboot', 'reboot']],
  ['soak', ['soak']],
  // A word, what a host is at, and a command.
  ['drain', ['drain', 'drain', 'drain']],
  // A part of a step, and a key.
  ['undo', ['undo', 'command.undo']],
  ['--soak', ['soak']],
  ['l4tout', ['L4TOUT']],
  ['pair-synchronous', ['pair-synchronous']],
  // What a host is at, and a part of a step.
  ['stage', ['stage', 'stage', 'stage']],
  ['rollback-of-a-part', ['rollback-of-a-part']],
  ['www', []],
])('%s', (word, names) => {
  expect(explainedAs(word, all).map(({ name }) => name)).toEqual(names);
});

test('every key has an example, but for texts and what is made of them', () => {
  const examples = all.flatMap(({ kind, key }) =>
    key && (kind === 'inventory' || kind === 'playbook') ? [{ key, example: exampleOf(kind, key, '.') }] : [],
  );
  const without = examples.filter(({ example }) => example === undefined).map(({ key }) => key);
  expect(without.filter(({ values }) => !/\btext\b|object|anything|resources/.test(values))).toEqual([]);
  expect(without.length / examples.length).toBeLessThan(0.3);
  const of = (path: string) => examples.find(({ key }) => key.path === path)?.example;
  expect(of('services.NAME.check.path')).toBe('"/health"');
  expect(of('file.validate')).toContain('%s');
  expect(of('virtualServers.NAME.protocol')).toBe('"udp"');
});

const explained = async (word?: string) => {
  const { context, text } = recorder();
  await explain({ word }, context);
  return text();
};

test('a key is told with what it may be, its default, an example and a document', async () => {
  const text = await explained('vips.front.preempt');
  expect(text).toMatch(
    /^vips\.NAME\.preempt: a key of the inventory\n\nfalse: an address that moved stays where it is\./,
  );
  expect(text).toMatch(
    /may be +true or false\n +default +true\n +example +"preempt": false\n +more +.*docs\/inventory\/vips\.md/,
  );
});

test('a rule is told as its document tells it, without marks', async () => {
  const text = await explained('acl-not-there');
  expect(text).toContain('Why: HAProxy does not start ("no such ACL").');
  expect(text).toContain('  acl is_api path_beg /api\n');
  expect(text).not.toMatch(/\*\*|```|`/);
});

test('of many keys the paths are told', async () => {
  expect(await explained('port')).toMatch(/^\d+ are called so; say which:\n {2}ssh\.port: /);
});

test('without a word everything is listed', async () => {
  expect(await explained()).toMatch(/keys of the inventory[\s\S]*rules of lint[\s\S]*split-brain[\s\S]*130/);
});

test('what is nearly a name is guessed', async () => {
  await expect(explained('equal-prioritys')).rejects.toThrow('did you mean "equal-priorities"?');
  await expect(explained('services.NAME.chek')).rejects.toThrow('did you mean "services.NAME.check"?');
});
