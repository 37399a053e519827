import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Who may import whom: docs/decisions/0002-house.md. "X (types)" is `import type` only. */
const arrows: Record<string, string[]> = {
  errors: [],
  shell: [],
  document: ['errors'],
  inventory: ['errors', 'document'],
  resources: ['shell', 'document', 'errors'],
  playbook: ['inventory', 'resources', 'document', 'errors'],
  host: ['shell', 'errors', 'resources (types)'],
  plan: ['resources', 'errors'],
  ha: [
    'inventory',
    'document',
    'plan',
    'shell',
    'host/libraries',
    'host/facts (types)',
    'host/connection (types)',
    'errors',
  ],
  rollout: ['plan', 'host', 'ha', 'shell', 'inventory (types)', 'errors', 'report/events (types)'],
  drill: ['rollout', 'plan', 'host', 'ha', 'shell', 'inventory (types)', 'errors', 'report/events (types)'],
  report: ['errors', 'plan', 'ha/status/status (types)', 'drill/report (types)'],
  serve: ['report', 'ha/status/status (types)', 'errors'],
  commands: ['*'],
  cli: ['*'],
};
/** What only one house may touch. */
const fences: Record<string, string> = { ssh2: 'host', listr2: 'report', ejs: 'playbook', commander: 'cli' };

const root = join(__dirname, '..');
const under = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => statSync(join(root, name)).isFile() && !name.includes('/.state/'));
const sources = under('src');
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const houseOf = (file: string) => relative('src', file).split('/')[0]?.replace(/\.ts$/, '') ?? '';

interface Import {
  file: string;
  from: string;
  typesOnly: boolean;
}

function importsOf(file: string): Import[] {
  const found = [...text(file).matchAll(/^(?:import|export)\s+(type\s+)?([^;'"]*?\bfrom\s+)?'([^']+)'/gm)];
  const called = [...text(file).matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]/g)];
  return [
    ...found.map(([, type, names = '', from = '']) => {
      const each = /\{([^}]*)\}/
        .exec(names)?.[1]
        ?.split(',')
        .map((name) => name.trim())
        .filter(Boolean);
      return {
        file,
        from,
        typesOnly: type !== undefined || !!each?.every((name) => name.startsWith('type ')),
      };
    }),
    ...called.map(([, from = '']) => ({ file, from, typesOnly: false })),
  ];
}
const imports = sources.filter((file) => file.endsWith('.ts')).flatMap(importsOf);

function isAllowed({ file, from, typesOnly }: Import): boolean {
  const target = relative(root, resolve(root, dirname(file), from));
  const [house, to] = [houseOf(file), houseOf(target)];
  if (house === to) return true;
  return (arrows[house] ?? []).some((arrow) => {
    const [where = '', types] = arrow.split(' ');
    const fits = where === '*' || where === to || target === join('src', where);
    return fits && (types === undefined || typesOnly);
  });
}

test('imports are seen at all', () => {
  expect(imports.length).toBeGreaterThan(100);
});

test('nobody imports whom they may not', () => {
  const ours = imports.filter(({ from }) => from.startsWith('.'));
  expect(ours.filter((one) => !isAllowed(one)).map(({ file, from }) => `${file} → ${from}`)).toEqual([]);
});

test.each(Object.entries(fences))('%s is only used in %s', (outside, house) => {
  const users = imports.filter(({ from }) => from === outside || from.startsWith(`${outside}/`));
  expect(users.length).toBeGreaterThan(0);
  expect(users.filter(({ file }) => houseOf(file) !== house).map(({ file }) => file)).toEqual([]);
});

test('shell becomes a script in one place only, which knows what it needs', () => {
  const users = imports.filter(({ from }) => from.endsWith('.sh')).map(({ file }) => file);
  expect([...new Set(users)].filter((file) => !file.endsWith('/libraries.ts'))).toEqual([]);
});

test('there is no drawer for odds and ends', () => {
  expect(sources.filter((file) => /\b(utils?|helpers?|common|misc)\b/.test(dirname(file)))).toEqual([]);
});

test('no source is over 350 lines', () => {
  const long = sources.filter((file) => file.endsWith('.ts') && text(file).split('\n').length > 350);
  expect(long).toEqual([]);
});

test('no test is left out', () => {
  const tests = under('test').filter(
    (file) => file.endsWith('.test.ts') && !file.endsWith('architecture.test.ts'),
  );
  const left = tests.filter((file) =>
    /\b(?:test|it|describe)\.(?:only\b|(?:skip|todo)(?:\.each)?\()|\bx(?:it|test|describe)\(/.test(
      text(file),
    ),
  );
  expect(left).toEqual([]);
});
