import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { need } from '../support/needed';
import { buildProgram, removeProgram, run } from '../support/program';

/** The documents and manual pages that are made of the command line and the schemas. */

const hasMandoc = () => spawnSync('mandoc', ['-T', 'lint', '/dev/null']).error === undefined;
need('MANDOC IS', hasMandoc, ['mandoc'], 'the tests of manual pages');
const withMandoc = hasMandoc() ? test : test.skip;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  await buildProgram();
  expect(
    run(folder, ['reference', '--man', 'man', '--docs', 'docs'], { SOURCE_DATE_EPOCH: '86400' }),
  ).toMatchObject({ code: 0, stderr: '' });
});
afterAll(() => {
  removeProgram();
  rmSync(folder, { recursive: true });
});

const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

test.each(['commands.md', 'inventory.md', 'playbook.md'])(
  'docs/reference/%s is fresh (else: npm run reference)',
  (name) => {
    expect(readFileSync(`docs/reference/${name}`, 'utf8')).toBe(read('docs', name));
  },
);

test('every command has a manual page, which names its options', () => {
  const help = run(folder, ['--help']).stdout.toString();
  const commands = Array.from(help.matchAll(/^ {2}([a-z]+)(?: |$)/gm), ([, name]) => name).filter(
    (name) => name !== 'help',
  );
  expect(commands.length).toBeGreaterThan(15);
  const pages = readdirSync(join(folder, 'man'));
  expect(pages.sort()).toEqual(
    [
      'haprov.1',
      'haprov-inventory.5',
      'haprov-playbook.5',
      ...commands.map((name) => `haprov-${name}.1`),
    ].sort(),
  );
  const { man } = JSON.parse(readFileSync('package.json', 'utf8')) as { man: string[] };
  expect(man.sort()).toEqual(pages.map((name) => `dist/man/${name}`));
  for (const name of ['apply', 'lint', 'log']) {
    const options = run(folder, [`${name}`, '--help'])
      .stdout.toString()
      .matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm);
    const page = read('man', `haprov-${name}.1`).replaceAll('\\-', '-');
    expect(
      Array.from(options, ([, option = '']) => option).filter((option) => !page.includes(option)),
    ).toEqual([]);
  }
});

withMandoc('mandoc has nothing to say against a page', () => {
  const pages = readdirSync(join(folder, 'man')).map((name) => join(folder, 'man', name));
  const { stdout, stderr, status } = spawnSync('mandoc', ['-T', 'lint', '-W', 'all', ...pages], {
    encoding: 'utf8',
  });
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
});

withMandoc('what a page says is what the schema says, to the last sign', () => {
  const { stdout } = spawnSync(
    'mandoc',
    ['-T', 'utf8', '-O', 'width=1000', join(folder, 'man/haprov-inventory.5')],
    { encoding: 'utf8' },
  );
  // A letter and a backspace before it make it bold.
  const shown = stdout.replace(/.\u0008/g, '').replace(/\s+/g, ' ');
  expect(shown).toContain('Exactly this, a line’s end too: "PING\\r\\n".');
  expect(shown).toContain(
    'services.NAME.check.path Of an http check: what is asked for. (text; "/" where it is not said)',
  );
});
