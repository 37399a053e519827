import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFault, type Fault, InputError } from '../../src/errors';
import { inventorySchema } from '../../src/inventory/schema/schema';
import { renderError } from '../../src/report/error-text';
import fc from '../support/property';
import { everything, ownFile, ownFiles } from './hostile/everything';
import {
  type Effect,
  isAbout,
  outcomeOf,
  type Place,
  replaced,
  scriptsOf,
  strangeRows,
  textsOf,
} from './hostile/outcome';
import { shellRows } from './hostile/words';
import { allUses, recordsIn, usesOf } from './schema-uses';

/** Every text of an inventory, keys too, replaced by what would leave its place in a file, or run something. */

const records = new Set(recordsIn(inventorySchema));
/** Raw by purpose: test/inventory/extra-lines.test.ts. */
const raw = new Set([
  'vipextra one',
  'svcextra one',
  'globalextra one',
  'defaultsextra one',
  'backend sectionname',
  'static_routes {\n}',
  'contentword\n',
  // By another name they are other files, and other programs look at them: other paths stand for theirs.
  '/etc/haproxy/haproxy.cfg',
  '/etc/keepalived/keepalived.conf',
]);
/** The inventories to be attacked: by keys, and with files of one's own. */
const attacked = { everything, ownFiles, ownFile };
type Attacked = keyof typeof attacked;
const words = (Object.keys(attacked) as Attacked[]).flatMap((name) =>
  [...textsOf(attacked[name], records)]
    .filter(([word]) => !raw.has(word))
    .map(([word, places]): [string, readonly Place[], Attacked] => [word, places, name]),
);

const pieces = [
  ...['\n', '\r', '\r\n', '\u2028', '\u0085', '\0', '\t', ' ', '\u001b[2J', '\ufeff', '\u202e'],
  ...[
    '"',
    "'",
    '\\',
    '{',
    '}',
    '#',
    '!',
    '$',
    '@',
    '~',
    '%',
    ';',
    '&',
    '|',
    '<',
    '>',
    '(',
    ')',
    '*',
    '?',
    '[',
    '=',
    ':',
    '/',
  ],
  ...[
    '$(reboot)',
    '`reboot`',
    '; reboot',
    '&& reboot',
    '${HOME}',
    '$HOME',
    '%[env(HOME)]',
    '%>',
    '<%',
    '<%= 1 %>',
    '%%',
    '\\x0a',
    '\\n',
  ],
  ...['-x', '--', '.', '..', '../', '.END.', "'\\''", 'EOF', '__proto__', 'constructor'],
  ...[
    'bind *:22',
    'listen x',
    'include /etc/shadow',
    '@include x',
    '~SEQ(i, 1, 9)',
    '$x=1',
    'vrrp_instance x {',
  ],
  ...['ünïcødé', '日本語', 'עברית', '😀', '\ud83d', '\ude00', 'x', '0', 'X9', 'x'.repeat(10_000)],
];
const hostile = fc
  .tuple(
    fc.constantFrom('alone', 'before', 'after', 'both'),
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }),
  )
  .map(([place, parts]) => ({ place, text: parts.join('') }));

const around = (word: string, { place, text }: { place: string; text: string }) =>
  `${place === 'alone' || place === 'before' ? text : ''}${place === 'alone' ? '' : word}${place === 'after' || place === 'both' ? text : ''}`;

/** What drives a terminal, or shows itself in another order than it has. */
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/;

/** A playbook tells of groups that it misses, and a file that is no playbook, or a folder of one's own, of itself. */
const isOfPlaybook = (places: readonly Place[]) =>
  places.some(({ path, isKey }) => path[1] === 'config' && !isKey) ||
  places.some(({ path }) => path[0] === 'groups' || path[0] === 'playbooks' || path.includes('vars'));

/** What is wrong with a refusal: it must name the place, and must not do to a terminal what the text would. */
function flaws(faults: readonly Fault[], places: readonly Place[], word: string, by: string): string[] {
  const rows = renderError(new InputError(faults), { color: false, verbose: false }).split('\n');
  const own = faults.filter((fault) => fault.file.endsWith('inventory.json'));
  return [
    ...(own.some((fault) => isAbout(fault, places, word, by)) || isOfPlaybook(places)
      ? []
      : ['not about its place']),
    ...own.filter(({ path, line }) => path === '' && line === undefined).map(() => 'without a place'),
    ...rows.filter((row) => control.test(row)).map(() => 'unprintable'),
    ...(rows.length === faults.length ? [] : ['of several lines']),
  ];
}

const good = new Map<Attacked, Effect>();
beforeAll(async () => {
  for (const name of Object.keys(attacked) as Attacked[]) {
    const outcome = await outcomeOf(attacked[name]);
    if ('faults' in outcome) throw new Error(outcome.faults.map(describeFault).join('\n'));
    good.set(name, outcome.effect);
  }
});

test('the inventories to be attacked use every option that can hold a text', () => {
  const withoutChoice = (use: string) => use.replace(/(\|\d)?=.*$/, '');
  // What stands in a file or a variable is a text.
  const values = Object.values(attacked).map((whole) =>
    JSON.parse(JSON.stringify(whole), (_, one) =>
      Object.keys(one ?? {}).join() === 'file' || Object.keys(one ?? {}).join() === 'env' ? 'x' : one,
    ),
  );
  const used = new Set(values.flatMap((value) => usesOf(inventorySchema, value)).map(withoutChoice));
  const unused = allUses(inventorySchema).filter((use) => !used.has(withoutChoice(use)));
  expect(unused).toEqual(['sysctl.*|1']);
});

const check = async (
  word: string,
  places: readonly Place[],
  by: string,
  written: unknown,
  env: NodeJS.ProcessEnv,
  name: Attacked,
) => {
  const outcome = await outcomeOf(replaced(attacked[name], places, by, written) as object, env);
  if ('faults' in outcome) expect(flaws(outcome.faults, places, word, by)).toEqual([]);
  else expect(strangeRows(good.get(name) ?? [], outcome.effect, word, by)).toEqual([]);
};

test.each(words)(
  '%s: what is hostile is refused with its place, or stays within its word',
  async (word, places, name) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const by = around(word, text);
        // JavaScript puts keys that are numbers first, so names like that change places.
        fc.pre(!/^\d+$/.test(by));
        await check(word, places, by, by, {}, name);
      }),
      { numRuns: 10 },
    );
  },
);

const values = words.filter(([, places]) => places.every(({ isKey }) => !isKey));
test.each(values)('%s: no less when it comes from the environment', async (word, places, name) => {
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const by = around(word, text);
      await check(word, places, by, { env: 'HOSTILE' }, { HOSTILE: by }, name);
    }),
    { numRuns: 3 },
  );
});

describe('all at once', () => {
  const canary = `'"$(:>canary)\`:>canary\`;:>canary|:>canary&'`;
  let box: string;
  beforeEach(() => {
    box = mkdtempSync(join(tmpdir(), 'haprov-hostile-'));
  });
  afterEach(() => rmSync(box, { recursive: true }));

  /** The inventory with the canary wherever it is taken. */
  const infested = async () => {
    let inventory: unknown = everything;
    const where: string[] = [];
    for (const [word, places, name] of words) {
      if (name !== 'everything') continue;
      const by = /[/]/.test(word) ? `/${canary.replaceAll(/[\s'"\\#]/g, '-')}` : canary;
      const attempt = replaced(inventory, places, by, by) as object;
      if ('faults' in (await outcomeOf(attempt))) continue;
      inventory = attempt;
      where.push(word);
    }
    return { inventory: inventory as object, where };
  };

  test('no script that is sent runs any of it', async () => {
    const { inventory, where } = await infested();
    expect(where).toEqual(
      expect.arrayContaining(['vartop', 'varhost', 'varitem', 'varinner', 'statsrealm', 'statspassword']),
    );
    const scripts = await scriptsOf(inventory);
    let said = '';
    for (const { questions, steps, whole } of scripts) {
      for (const script of whole) {
        const parsed = spawnSync('/bin/sh', ['-n'], { input: script, encoding: 'utf8' });
        expect(parsed).toMatchObject({ status: 0, stderr: '' });
      }
      // The library's functions only say what they are told.
      const calls = [...questions, ...steps]
        .flatMap(shellRows)
        .flatMap(([name = '']) => (/^[a-z]+_[a-z_]+$/.test(name) ? [name] : []));
      const stubs = [
        'begin() { :; }',
        ...[...new Set(calls)].map((name) => `${name}() { printf '<%s>\\n' "$@"; }`),
      ];
      const commands = [...questions, ...steps].map((script) => `( ${script}\n)`);
      const ran = spawnSync('/bin/sh', ['-c', [...stubs, ...commands].join('\n')], {
        cwd: box,
        env: { PATH: '', step: box },
        encoding: 'utf8',
      });
      expect(ran.stderr).toBe('');
      said += ran.stdout;
      expect(existsSync(join(box, 'canary'))).toBe(false);
    }
    expect(said).toContain(`<set ${canary}>`);
    expect(said).toContain(`</etc/app/${canary}.conf>`);
  });

  test('the canary sings when it is not quoted', () => {
    spawnSync('/bin/sh', ['-c', `: ${canary.slice(2, -1)}`], { cwd: box });
    expect(existsSync(join(box, 'canary'))).toBe(true);
  });
});
