import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shippedVersions } from '../../src/host/release';
import { lint, rules } from '../../src/lint/lint';
import type { Finding } from '../../src/plan/plan';
import { subjectOf } from '../../src/planning/lint-subject';
import { environment, inventories, inventoryOf, majorsFor } from '../support/inventories';
import { loadDesiredState } from '../support/load-inventory';
import { casesIn, placeIn } from './cases';
import { type Edited, type Linted, lintPair } from './pair';

/** What is changed of a healthy pair, and what there is to say of it then: of all rules, in any order. */
interface Case extends Edited {
  about: string;
  finds?: { severity: string; where: string; says: string }[];
}

const cases = casesIn<Case>('cases');

/** Each finding says why it matters and how it is mended. */
test.each(cases)('%s: %s', async (rule, _, { finds = [], ...edited }) => {
  const linted = await lintPair(edited);
  const said = linted.findings.map(({ rule, severity, where, message }) => ({
    rule,
    severity,
    where,
    message,
  }));
  expect(said).toEqual(
    expect.arrayContaining(
      finds.map(({ severity, where, says }) => ({
        rule,
        severity,
        where: expect.stringMatching(placePattern(where, linted)),
        message: expect.stringContaining(says),
      })),
    ),
  );
  expect(said).toHaveLength(finds.length);
  for (const { why, fix } of linted.findings) {
    expect(why?.length).toBeGreaterThan(20);
    expect(fix.length).toBeGreaterThan(10);
  }
});

/** A path of the inventory with its line, or a place in a file that a host is to have. */
function placePattern(where: string, { text, hosts }: Linted): RegExp {
  const [, file] = /^(\/.*):\{\{/.exec(where) ?? [];
  const whole = hosts[0]?.files.find(({ path }) => path === file)?.text ?? '';
  if (where.startsWith('/')) return exactly(placeIn(where, whole));
  const keys = where.split('.');
  const lines = text.split('\n');
  let [place, depth] = [0, 1];
  for (const key of keys) {
    const [, name, index] = /^(.*?)(?:\[(\d+)\])?$/.exec(key) ?? [];
    const start = `${'  '.repeat(depth++)}"${name}"`;
    const found = Math.max(
      place,
      lines.findIndex((one, at) => at >= place && one.startsWith(start)),
    );
    const item = `${'  '.repeat(depth)}{`;
    const items = lines.flatMap((one, at) => (at > found && one === item ? [at] : []));
    place = (index === undefined ? undefined : items[Number(index)]) ?? found;
    if (index !== undefined) depth++;
  }
  return exactly(`inventory.json:${place + 1}: ${where}`);
}

const exactly = (text: string) => new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}$`);

/** Cases that are of several rules. */
const ofMany = ['rules-of-both', 'seed'];

test('every rule has a case in which it speaks, and one in which it does not', () => {
  const all = [...cases, ...casesIn<Case>('file-cases')].filter(([name]) => !ofMany.includes(name));
  const speaking = new Set(all.flatMap(([rule, , { finds }]) => (finds ? [rule] : [])));
  const silent = new Set(all.flatMap(([rule, , { finds }]) => (finds ? [] : [rule])));
  const names = rules.map(({ name }) => name).sort();
  expect([...speaking].sort()).toEqual(names);
  expect([...silent].sort()).toEqual(names);
});

const shipped = [
  'inventory.example.json',
  ...readdirSync('examples')
    .filter((name) => name.endsWith('.json'))
    .map((name) => join('examples', name)),
];

/** Whatever variable it names, its value is a word that may stand anywhere in it. */
const anyEnvironment = new Proxy({}, { get: () => 'tcp-check send abc12345' });

function lintFor(major: number, file: string, env: NodeJS.ProcessEnv): Finding[] {
  const state = loadDesiredState(file, { env });
  return lint(
    subjectOf(state, () => ({ major, versions: shippedVersions(major) })),
    file,
  );
}

const everywhere = shipped.flatMap((file) =>
  [6, 7, 8, 9, 10].map((major): [string, number] => [file, major]),
);

test.each(everywhere)('%s is as it should be, and says what EL%d knows', (file, major) => {
  expect(lintFor(major, file, anyEnvironment)).toEqual([]);
});

const each = inventories.flatMap((name) => majorsFor(name).map((major): [string, number] => [name, major]));

test.each(each)(
  'what haprov writes for %s is what EL%d’s programs know, and what a pair can work with',
  (name, major) => {
    const ofFiles = rules.filter(({ check }) => !check).map((rule) => rule.name);
    const found = lintFor(major, inventoryOf(name), environment);
    expect(found.filter(({ rule }) => ofFiles.includes(rule))).toEqual([]);
  },
);
