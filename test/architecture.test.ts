import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { typeQuestions } from './support/type-questions';

/**
 * The rooms from the door down, and which rooms below it each may import: docs/decisions/0002-house.md. "X (types)" is
 * `import type` only.
 */
const arrows: Record<string, string[]> = {
  index: [
    'calls',
    'library',
    'hooks (types)',
    'patch (types)',
    'planning',
    'status (types)',
    'plan (types)',
    'host (types)',
    'events (types)',
    'ranges',
    'errors',
  ],
  calls: [
    'library',
    'patch (types)',
    'execution (types)',
    'planning (types)',
    'plan (types)',
    'document',
    'events (types)',
    'ranges',
    'errors',
  ],
  start: ['document'],
  cli: [
    'commands',
    'hooks',
    'maintenance',
    'drill',
    'report',
    'planning (types)',
    'inventory',
    'reference',
    'events (types)',
    'text',
    'ranges',
    'joined-signal',
    'programs',
    'errors',
  ],
  commands: ['*'],
  reference: ['playbook', 'document'],
  library: [
    'adopt',
    'ask',
    'patch',
    'hooks',
    'maintenance',
    'drill',
    'execution',
    'report',
    'planning',
    'certificates',
    'acme',
    'status (types)',
    'rollout',
    'pair',
    'lint',
    'ha',
    'rollback',
    'playbook',
    'plan',
    'host',
    'resources',
    'inventory',
    'document',
    'events (types)',
    'text',
    'ranges',
    'errors',
  ],
  adopt: [
    'report',
    'planning',
    'pair',
    'ha',
    'playbook (types)',
    'host',
    'plan (types)',
    'inventory',
    'resources',
    'document',
    'errors',
    'shell',
  ],
  hooks: ['status (types)', 'pair', 'inventory', 'events (types)', 'document', 'text', 'programs', 'errors'],
  serve: ['report', 'status (types)', 'errors'],
  patch: [
    'maintenance',
    'planning',
    'status (types)',
    'rollout',
    'pair',
    'host',
    'resources',
    'inventory (types)',
    'events (types)',
    'text',
    'errors',
    'shell',
  ],
  maintenance: [
    'report',
    'planning',
    'rollout',
    'pair',
    'ha',
    'host',
    'inventory (types)',
    'events (types)',
    'document',
    'text',
    'errors',
  ],
  drill: [
    'report',
    'status (types)',
    'rollout',
    'pair',
    'ha',
    'host',
    'plan (types)',
    'inventory',
    'events (types)',
    'text',
    'shell',
  ],
  execution: ['report', 'planning', 'rollout', 'pair', 'ha', 'host', 'plan', 'events (types)', 'errors'],
  report: [
    'ask (types)',
    'status (types)',
    'certificates (types)',
    'host (types)',
    'plan',
    'playbook',
    'resources',
    'inventory',
    'events (types)',
    'text',
    'errors',
  ],
  ask: ['host', 'joined-signal', 'errors', 'shell'],
  planning: [
    'status',
    'pair',
    'lint',
    'ha',
    'host',
    'plan',
    'playbook',
    'inventory',
    'resources',
    'events (types)',
    'document',
    'text',
    'errors',
  ],
  status: [
    'pair',
    'lint',
    'ha',
    'host',
    'plan (types)',
    'inventory',
    'resources',
    'text',
    'errors (types)',
    'shell',
  ],
  certificates: ['lint', 'ha', 'host (types)', 'inventory', 'playbook', 'tls', 'shell'],
  acme: ['playbook', 'programs', 'errors'],
  rollout: [
    'pair',
    'ha',
    'host',
    'plan (types)',
    'inventory (types)',
    'events (types)',
    'text',
    'errors',
    'shell',
  ],
  pair: ['lint', 'ha', 'host', 'plan (types)', 'inventory', 'resources', 'text', 'tls', 'errors', 'shell'],
  lint: ['ha', 'plan (types)', 'inventory', 'resources (types)', 'document'],
  ha: ['plan', 'host', 'resources', 'inventory', 'shell'],
  rollback: ['host', 'plan (types)', 'playbook (types)', 'resources', 'errors'],
  playbook: ['inventory', 'resources', 'document', 'errors'],
  plan: ['resources', 'errors'],
  host: ['resources (types)', 'by-caller', 'programs', 'errors', 'shell'],
  resources: ['document', 'errors (types)', 'shell'],
  inventory: ['document', 'by-caller', 'programs', 'errors', 'shell'],
  document: ['errors'],
  events: ['errors (types)'],
  text: [],
  ranges: [],
  'by-caller': [],
  'joined-signal': [],
  tls: [],
  programs: [],
  errors: [],
  shell: [],
};
/** From the top down. */
const rooms = Object.keys(arrows);
/** What only one room may touch. */
const fences: Record<string, string> = {
  ssh2: 'host',
  listr2: 'report',
  ejs: 'playbook',
  commander: 'cli',
  'age-encryption': 'inventory',
  'acme-client': 'acme',
  '@peculiar/x509': 'acme',
};

const root = join(__dirname, '..');
const under = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => statSync(join(root, name)).isFile() && !name.includes('/.state/'));
const sources = under('src');
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const roomOf = (file: string) => relative('src', file).split('/')[0]?.replace(/\.ts$/, '') ?? '';

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
  const [room, to] = [roomOf(file), roomOf(target)];
  if (room === to) return true;
  return (arrows[room] ?? []).some((arrow) => {
    const [where = '', types] = arrow.split(' ');
    const fits = where === '*' ? rooms.indexOf(to) > rooms.indexOf(room) : where === to;
    return fits && (types === undefined || typesOnly);
  });
}

test('imports are seen at all', () => {
  expect(imports.length).toBeGreaterThan(100);
});

test('every arrow leads down: no room rests on one that rests on it', () => {
  const up = Object.entries(arrows).flatMap(([room, below]) =>
    below
      .map((arrow) => arrow.split(' ')[0] ?? '')
      .filter((to) => to !== '*' && rooms.indexOf(to) <= rooms.indexOf(room))
      .map((to) => `${room} → ${to}`),
  );
  expect(up).toEqual([]);
});

test('no file rests on one that rests on it, by types neither', () => {
  const byFile = new Map<string, string[]>();
  for (const { file, from } of imports.filter((one) => one.from.startsWith('.')))
    byFile.set(file, [...(byFile.get(file) ?? []), `${join(dirname(file), from)}.ts`]);
  const isDone = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (isDone.has(file) || way.includes(file)) return;
    for (const next of byFile.get(file) ?? []) walk(next, [...way, file]);
    isDone.add(file);
  };
  for (const file of byFile.keys()) walk(file, []);
  expect(circles).toEqual([]);
});

test('nobody imports whom they may not', () => {
  const ours = imports.filter(({ from }) => from.startsWith('.'));
  expect(ours.filter((one) => !isAllowed(one)).map(({ file, from }) => `${file} → ${from}`)).toEqual([]);
});

test.each(Object.entries(fences))('%s is only used in %s', (outside, room) => {
  const users = imports.filter(({ from }) => from === outside || from.startsWith(`${outside}/`));
  expect(users.length).toBeGreaterThan(0);
  expect(users.filter(({ file }) => roomOf(file) !== room).map(({ file }) => file)).toEqual([]);
});

test('shell becomes a script in one place only, which knows what it needs', () => {
  const users = imports.filter(({ from }) => from.endsWith('.sh')).map(({ file }) => file);
  expect([...new Set(users)].filter((file) => !/^src\/shell\/[a-z]+\/functions\.ts$/.test(file))).toEqual([]);
});

test('the process belongs to the command line: nobody else reads its environment, writes to it, ends it, or hears its signals', () => {
  const own =
    /\bprocess\.(?:env|argv|exit|exitCode|stdout|stderr|stdin|on|once|emitWarning|chdir|umask|title)\b|\bconsole\./;
  const allowed = {
    // A program of its own.
    'src/host/askpass.ts': 3,
    // What is started for a login ends with the process.
    'src/host/openssh.ts': 1,
    'src/host/ssh-config.ts': 1,
    'src/calls/call.ts': 1,
    // Only who edits secrets at a terminal gets there.
    'src/inventory/private-file.ts': 2,
  };
  const found = sources
    .filter((file) => file.endsWith('.ts') && !['cli', 'commands', 'start'].includes(roomOf(file)))
    .map(
      (file) =>
        [
          file,
          text(file)
            .split('\n')
            .filter((row) => own.test(row) && !/^\s*\/?\*/.test(row)).length,
        ] as const,
    )
    .filter(([, count]) => count > 0);
  expect(Object.fromEntries(found)).toEqual(allowed);
});

test('a command writes on standard output by its context alone, which knows whether data is wanted there', () => {
  const writes = /\bstdout\b.*\.write\(/;
  const users = sources.filter(
    (file) => ['cli', 'commands'].includes(roomOf(file)) && file.endsWith('.ts') && writes.test(text(file)),
  );
  // What completes a word, and help, are no commands.
  expect(users).toEqual(['src/cli/complete.ts', 'src/cli/execute.ts', 'src/cli/help.ts']);
});

test('what only its own file uses is not exported', () => {
  const files = [...sources, ...under('test')].filter((file) => file.endsWith('.ts'));
  const words = new Map(files.map((file) => [file, new Set(text(file).match(/[A-Za-z_$][\w$]*/g))]));
  const exported = /^export (?:async )?(?:const|function\*?|class) (\w+)/gm;
  const alone = sources
    // What stands in calls is for who imports haprov; what the build writes, for whoever needs it.
    .filter((file) => file.endsWith('.ts') && roomOf(file) !== 'calls' && !file.endsWith('/functions.ts'))
    .flatMap((file) => [...text(file).matchAll(exported)].map(([, name = '']) => ({ file, name })))
    .filter(({ file, name }) => !files.some((other) => other !== file && words.get(other)?.has(name)));
  expect(alone).toEqual([]);
});

test('every property test takes its seed from one place', () => {
  const users = under('test').filter(
    (file) => file.endsWith('.ts') && importsOf(file).some(({ from }) => from === 'fast-check'),
  );
  expect(users).toEqual(['test/support/property.ts']);
});

test('nobody but its own file asks of which type a resource is', () => {
  const others = sources.filter((file) => file.endsWith('.ts') && roomOf(file) !== 'resources');
  expect(others.filter((file) => typeQuestions(text(file)) > 0)).toEqual([]);
});

test.each([
  ["if (change.type === 'service') stop();", 1],
  ["const isRest = ({ type }: Step) => type !== 'package' || action === 'install';", 1],
  ["resources.filter((one) => 'file' == one.type.type)", 1],
  ["['file', 'line'].includes(type)", 1],
  ["const only = new Set(['service']);", 1],
  ["switch (type) { case 'line': stop(); }", 1],
  ["const type = resourceType('service');", 1],
  ['const { path } = resource.spec as { path: string };', 1],
  ["if (event.type === 'command' || service.check?.type === 'command') stop();", 0],
  ["if (kind === 'file' || component === 'firewall') stop(['env', 'file']);", 0],
  ['if (type === rehearsal) title = `${change.type} ${spec.path}`;', 0],
])('what asks so, and what does not: %s', (source, count) => {
  expect(typeQuestions(source)).toBe(count);
});

test('what a command does is done by the library; it says so, and nothing else', () => {
  const known = ['commands', 'library', 'reference', 'serve', 'report', 'text', 'programs', 'errors'];
  const pure =
    /^\.\.\/(?:plan\/plan|shell\/quote|resources\/rendered|document\/(?:document|suggest|write-below)|playbook\/playbook)$/;
  const others = imports.filter(
    ({ file, from, typesOnly }) =>
      roomOf(file) === 'commands' &&
      from.startsWith('.') &&
      !typesOnly &&
      !known.includes(roomOf(join(dirname(file), from))) &&
      !pure.test(from),
  );
  expect(others.map(({ file, from }) => `${file} → ${from}`)).toEqual([]);
});

test('a program is started where its failure to start is told by a promise; what is not is known by name', () => {
  const users = imports.filter(({ from, typesOnly }) => from === 'node:child_process' && !typesOnly);
  expect([...new Set(users.map(({ file }) => file))].sort()).toEqual([
    // ps, which is asked while a signal is obeyed, and whose failure is its answer's.
    'src/inventory/secret-command.ts',
    'src/programs.ts',
  ]);
});

test('a signal is aborted by whom it is for: Node 20 forgets what it joins of several while somebody listens', () => {
  expect(sources.filter((file) => /\bAbortSignal\.(any|timeout)\b/.test(text(file)))).toEqual([]);
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
