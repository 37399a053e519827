import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { askCommands } from '../../src/cli/ask-commands';
import { completionOf, valuesOf } from '../../src/cli/completion';
import { maintenanceCommands } from '../../src/cli/maintenance-commands';
import { collect, oneOf } from '../../src/cli/values';
import { namesOf } from '../../src/reference/names';
import { withFiles } from '../bad-input/cases';

const program = new Command('haprov');
program
  .command('plan')
  .description('show')
  .argument('[inventory]')
  .option('--limit <names>', 'only these', collect)
  .option('-y, --yes', 'do not ask')
  .option('--out <file>', 'save')
  .addOption(new Option('--write <folder>').hideHelp());
program
  .command('drain')
  .argument('[inventory]')
  .argument('[host]')
  .option('--el <major>', 'of', oneOf('8', '9'));
program.command('adopt').argument('[hosts...]').option('--from <path>', 'files', collect);
program.command('kind').argument('[kind]', 'of them', oneOf('inventory', 'playbook'));
program.command('quiet', { hidden: true });
program.command('secret').command('set').argument('<name>').argument('[inventory]');

const asking = new Command('haprov');
askCommands(asking);
maintenanceCommands(asking);
const isAsking = (word = '') => asking.commands.some((one) => one.name() === word);
const completed = (...words: string[]) => completionOf(isAsking(words[0]) ? asking : program, words);
const wordsOf = (...words: string[]) => completed(...words).words.map(([word]) => word);

test('commands, but no hidden one', () => {
  expect(wordsOf('')).toEqual(['plan', 'drain', 'adopt', 'kind', 'secret']);
  expect(completed('pl')).toMatchObject({ words: expect.arrayContaining([['plan', 'show']]), typed: 'pl' });
  expect(wordsOf('secret', '')).toEqual(['set']);
});

test('options that may still be said', () => {
  expect(wordsOf('plan', '-')).toEqual(['--limit', '--yes', '--out', '--help']);
  expect(wordsOf('plan', '-y', '--limit', 'a', '--out=b', '--')).toEqual(['--limit', '--help']);
  expect(wordsOf('plan', '--', '-')).toEqual([]);
});

test.each([
  [['plan', '--limit', 'fr'], { names: 'groups', isList: true, typed: 'fr', before: '' }],
  [['plan', '--limit=fr'], { names: 'groups', isList: true, typed: 'fr', before: '--limit=' }],
  // As bash has it.
  [['plan', '--limit', '=', 'fr'], { names: 'groups', isList: true, typed: 'fr', before: '' }],
  [['plan', '--limit', '='], { names: 'groups', isList: true, typed: '', before: '' }],
  [['plan', '--out', ''], { paths: 'files' }],
  [['plan', '--write', ''], { paths: 'folders' }],
  [
    ['drain', '--el', ''],
    {
      words: [
        ['8', ''],
        ['9', ''],
      ],
    },
  ],
  [
    ['kind', ''],
    {
      words: [
        ['inventory', ''],
        ['playbook', ''],
      ],
    },
  ],
])('the value of an option: %j', (words, wanted) => {
  expect(completed(...words)).toMatchObject(wanted);
});

test.each([
  [['plan', ''], { paths: 'inventories', names: undefined }],
  [['plan', 'a.json', ''], { paths: undefined, names: undefined }],
  [['drain', ''], { names: 'hosts', paths: 'inventories' }],
  [['drain', 'a.json', ''], { names: 'hosts', said: ['a.json'] }],
  [['drain', 'fred', ''], { names: undefined, paths: 'inventories' }],
  [['drain', '--el', '8', 'fred', 'a.json', ''], { names: undefined, paths: undefined }],
  [['exec', ''], { names: 'groups', isList: true }],
  [['facts', 'a.json', ''], { names: 'groups', said: ['a.json'] }],
  [['ssh', ''], { names: 'hosts' }],
  [['secret', 'set', ''], { names: 'secrets' }],
  [['adopt', 'a', 'b', ''], { names: undefined, paths: undefined, words: [] }],
  [['nothing', 'at', ''], { names: undefined, paths: undefined, words: [] }],
  [
    ['patch', '--reboot', ''],
    {
      words: [
        ['always', ''],
        ['needed', ''],
        ['never', ''],
      ],
    },
  ],
])('a word of a command: %j', (words, wanted) => {
  const { names, isList, paths, said, words: found } = completed(...words);
  expect({ names, isList, paths, said, words: found }).toMatchObject(wanted);
});

test('every option that takes a value is completed, but for what only its user knows', () => {
  const free =
    /<(?:seconds|time|number|ms|n(?:\\\|p%)?|days|version|port|major|format|what|when|fingerprint)>|--packages <names>|--user <name>|--host <name=address>|--vip <address>/;
  const told = readFileSync('docs/reference/commands.md', 'utf8').matchAll(/`(?:-\w, )?(--[a-z-]+ <.*?>)`/g);
  const flags = [...new Set(Array.from(told, ([, flag = '']) => flag))].filter((flag) => !free.test(flag));
  expect(flags.length).toBeGreaterThan(8);
  const without = flags.filter((flag) => {
    const { names, paths } = valuesOf(new Option(flag));
    return names === undefined && paths === undefined;
  });
  expect(without).toEqual([]);
});

test('names of an inventory come from its text', () => {
  expect(namesOf.hosts('inventory.example.json')).toEqual([
    ['fred', '192.168.56.201'],
    ['ethyl', '192.168.56.202'],
  ]);
  expect(namesOf.groups('inventory.example.json')).toContainEqual(['all', 'every host']);
  expect(namesOf.hosts()).toEqual([]);
  expect(() => namesOf.hosts('package-lock.yaml')).toThrow('package-lock.yaml');
});

test('what --only takes: types, and what the playbooks’ own text names, those of shipped ones too', async () => {
  const playbook = {
    playbooks: ['load-balancer', 'own'],
    tasks: [
      {
        name: 'Web server',
        resources: [
          { type: 'file', path: '/etc/web.conf' },
          { type: 'file', path: '<%= vars.path %>' },
          { type: 'package', names: ['web', 'web-tools'] },
          { type: 'service', name: 'web' },
        ],
      },
      'no task',
      { name: 'a, b', resources: {} },
    ],
  };
  const files = {
    'inventory.json': JSON.stringify({ playbooks: ['own', 'gone', 7] }),
    'playbooks/own.json': JSON.stringify(playbook),
  };
  await withFiles({ files }, (_, file) => {
    const found = namesOf.only(file);
    expect(found).toEqual(expect.arrayContaining(namesOf.types()));
    expect(found).toContainEqual(['/etc/haproxy/haproxy.cfg', 'file of Load balancer']);
    expect(found.slice(-4)).toEqual([
      ['Web server', 'a task'],
      ['/etc/web.conf', 'file of Web server'],
      ['web', 'service of Web server'],
      ['web-tools', 'package of Web server'],
    ]);
  });
  expect(namesOf.only()).toEqual(namesOf.types());
});

test('types of resources are named', () => {
  expect(namesOf.types()).toContainEqual(['service', 'A unit that must run, or start at boot, or neither.']);
  expect(namesOf.types()).toHaveLength(9);
});

test('every rule is named with its first sentence', () => {
  expect(namesOf.rules()).toContainEqual(['equal-priorities', 'Two hosts of a VIP have the same priority.']);
  expect(namesOf.rules().filter(([, about]) => !about.endsWith('.'))).toEqual([]);
});
