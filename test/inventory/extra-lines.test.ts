import { anyHost } from '../../src/playbook/context';
import { withFiles } from '../bad-input/cases';
import { faultsOf, loadAll } from '../bad-input/check-all';
import fc from '../support/property';
import { beside, environment, everything } from './hostile/everything';
import { isAbout, type Place, replaced } from './hostile/outcome';
import { keepalivedRows } from './hostile/words';

/** Lines that are written as they are: refused with their place, or one line that neither leaves nor opens a section. */

const haproxy = '/etc/haproxy/haproxy.cfg';
const keepalived = '/etc/keepalived/keepalived.conf';

/** What each balancer would have in those two files; nothing where the inventory is refused for this text at this place. */
const filesWith = (place: Place, line: string): Promise<Map<string, string>[] | undefined> =>
  withFiles(
    { files: { 'inventory.json': JSON.stringify(replaced(everything, [place], line, line)), ...beside } },
    (_folder, path) => {
      let files: Map<string, string>[] = [];
      const faults = faultsOf(() => {
        const made = [...loadAll(path, environment).resources.values()].map(
          (resources) =>
            new Map(
              resources.map(({ id, content }) => [
                id.replace(/^file /, ''),
                content?.(anyHost).toString() ?? '',
              ]),
            ),
        );
        files = made.filter((one) => one.has(haproxy));
      });
      if (faults.length === 0) return files;
      // A block that stays open is a fault of the whole list.
      const list = { ...place, path: place.path.slice(0, -1) };
      expect(faults.map((fault) => isAbout(fault, [list], line, line))).toEqual(faults.map(() => true));
      return undefined;
    },
  );

const pieces = [
  ...[
    '\n',
    '\r',
    '\u2028',
    '\u0085',
    '\u000b',
    '\0',
    '\t',
    ' ',
    '"',
    "'",
    '\\',
    '{',
    '}',
    ' {',
    ' }',
    '#',
    '!',
    '$',
    '@',
    '~',
    '.if true',
  ],
  ...[
    'a',
    'Z',
    '0',
    ':',
    '-',
    'listen x',
    'frontend x',
    'global',
    'backend',
    'defaults',
    'userlist',
    'ruleset',
    'namespace_list',
    'traces',
  ],
  ...[
    'include /etc/shadow',
    'includea',
    'vrrp_instance x {',
    '"}"',
    '"{',
    '日本語',
    '😀',
    'x'.repeat(500),
    'y'.repeat(10_000),
  ],
];
const lines = fc
  .tuple(
    fc.constantFrom('', 'word ', ' word', 'word'),
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 }),
  )
  .map(([first, parts]) => first + parts.join(''));

const place = (...path: Place['path']): Place => ({ path, isKey: false });

/** Every word that has ever begun a section: cfg_register_section in src/cfgparse.c and its kin, 1.5 to 3.3. */
const sections = new Set(
  'global defaults frontend backend listen userlist peers mailers resolvers program cache http-errors ring log-forward log-profile fcgi-app crt-store acme traces ruleset namespace_list healthcheck'.split(
    ' ',
  ),
);

test.each([
  ['globalextra one', place('haproxy', 'extra', 'global', 0)],
  ['defaultsextra one', place('haproxy', 'extra', 'defaults', 0)],
  ['svcextra one', place('services', 'svchttp', 'extra', 0)],
])('haproxy.cfg, %s', async (word, at) => {
  const good = ((await filesWith(at, word)) ?? []).map((files) => files.get(haproxy)?.split('\n') ?? []);
  const index = good[0]?.indexOf(`    ${word}`) ?? -1;
  expect(index).toBeGreaterThan(0);
  await fc.assert(
    fc.asyncProperty(lines, async (line) => {
      for (const [host, files] of ((await filesWith(at, line)) ?? []).entries()) {
        const found = files.get(haproxy)?.split(/[\n\r\v\f]/) ?? [];
        const own = Buffer.from(found.splice(index, 1)[0] ?? '').toString();
        expect(own).toBe(`    ${line}`);
        expect(found).toEqual(good[host]?.toSpliced(index, 1));
        // A first word of plain characters, so that HAProxy sees what we do.
        const [first = ''] = own.trim().split(/[ \t]/);
        expect(first).toMatch(/^[a-z][a-z0-9._-]*$/);
        expect(sections).not.toContain(first);
      }
    }),
    { numRuns: 40 },
  );
});

/** By the parsers of 2.x and of 1.3.5, which expand no parameter that nobody has defined. */
const readers = [
  (text: string) => keepalivedRows(text.replaceAll('$', 'S')),
  (text: string) => keepalivedRows(text.replaceAll('$', 'S'), true),
];

test('keepalived.conf', async () => {
  const at = place('vips', 'vipone', 'extra', 0);
  const word = 'vipextra one';
  const [good = new Map<string, string>()] = (await filesWith(at, word)) ?? [];
  const index = good.get(keepalived)?.split('\n').indexOf(`    ${word}`) ?? -1;
  expect(index).toBeGreaterThan(0);
  await fc.assert(
    fc.asyncProperty(lines, async (line) => {
      const [files] = (await filesWith(at, line)) ?? [];
      if (!files) return;
      for (const read of readers) {
        const expected = read(good.get(keepalived) ?? '');
        const found = read(files.get(keepalived) ?? '');
        expect(found.toSpliced(index, 1)).toEqual(expected.toSpliced(index, 1));
      }
    }),
    { numRuns: 100 },
  );
});

test.each([
  [['virtual_routes {', '  192.0.2.0/24 via 10.1.0.1', '  2001:db8::/32 via fe80::1', '}'], true],
  [['notify "/usr/bin/a  b" # it is { said', 'debug 1'], false],
  [['notify "/usr/bin/a b # c ! d"', 'track_file { a }'], false],
  [['notify "/usr/bin/a b # c ! d"', 'debug 1 ! 2'], true],
  [['virtual_routes {'], false],
  [['virtual_routes{', '}'], false],
  [['}', 'virtual_routes {'], false],
  [['notify "}"'], false],
  [['debug 1 \\'], false],
  [['debug 1 \\ '], false],
  [['debug \\1'], true],
  [['notify "/usr/bin/a'], false],
])('of several lines %j may stay: %s', async (extra, isRight) => {
  const inventory = structuredClone(everything);
  inventory.vips.vipone.extra = extra;
  const faults = await withFiles(
    { files: { 'inventory.json': JSON.stringify(inventory), ...beside } },
    (_folder, file) => faultsOf(() => loadAll(file, environment)),
  );
  expect(faults.length === 0).toBe(isRight);
  for (const { path } of faults) expect(path).toMatch(/^vips\.vipone\.extra/);
});
