import { mkdirSync } from 'node:fs';
import { buildProbe, type Question } from '../../src/host/probe';
import { probeFile, readFileState } from '../../src/resources/file-state';
import { quote } from '../../src/shell/quote';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What several questions ask for is asked once, and each is answered as if it had asked alone. */

const properties =
  '-p LoadState -p ActiveState -p UnitFileState -p SubState -p Result -p MainPID -p Names -p Environment -p EnvironmentFiles -p ExecStart';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());

  test('files of every kind', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_unused, byte) => byte));
    mkdirSync(box.path('folder'));
    const paths = [
      box.write('bytes', bytes, 0o640),
      box.write('empty', ''),
      box.write("a b/it's | $x", 'no newline at the end'),
      box.write('two', 'two\n'),
      box.write('large', Buffer.alloc(70_000, 'x')),
      box.write('huge', Buffer.alloc(300_000, 'x')),
      box.path('folder'),
      box.path('nothing'),
    ];
    const questions = paths.map((path): Question => ({ id: path, script: probeFile(path) }));
    const together = await box.ask(questions.map((one) => ({ ...one, asksFor: { files: [one.id] } })));
    for (const path of paths) {
      const alone = await box.probe(probeFile(path));
      expect(readFileState(together.of(path))).toEqual(readFileState(alone));
    }
    expect(readFileState(together.of(paths[0] ?? ''))).toMatchObject({
      content: bytes,
      size: 256,
    });
  });

  test('the others are asked while one waits for long, unless it will not', async () => {
    const flag = box.path('flag');
    const ask = (condition: string) =>
      box.ask([
        { id: 'a', script: 'echo a' },
        {
          id: 'long',
          script: `until [ -e ${flag} ]; do sleep 0.05; done; printf 'one\\n\\ntwo\\n'; (exit 3)`,
          besideUnless: condition,
          mayFail: true,
        },
        { id: 'b', script: `cat; : >${flag}; echo b` },
      ]);
    for (const condition of ['false', 'true']) {
      const answers = await ask(condition);
      expect([answers.of('a'), answers.of('b')]).toEqual(['a', 'b']);
      expect(() => answers.of('long')).toThrow('(exit code 3)');
    }
    const heard = await box.ask([
      { id: 'it', script: "printf 'one\\n\\ntwo\\n'", besideUnless: 'false' },
      { id: 'b', script: 'echo b' },
    ]);
    expect(heard.of('it')).toBe('one\n\ntwo');
  });

  test('units: systemd is asked once', async () => {
    const told = (active: string) =>
      `LoadState=loaded\nActiveState=${active}\nSubState=running\nUnitFileState=enabled\n`;
    const block = (active: string, main: number) =>
      `Result=success\nEnvironment=LoadState=x\nMainPID=${main}\n${told(active)}`;
    box.fake(
      'systemctl',
      `"show ${properties} -- web.service db.socket") printf '${block('active', 7)}\n${block('inactive', 0)}' ;;`,
    );
    const ask = (unit: string): Question => ({
      id: unit,
      script: `probe_service ${unit}; is_active ${unit} && echo yes || echo no`,
      asksFor: { units: [unit] },
    });
    const answers = await box.ask([ask('web'), ask('db.socket')]);
    expect(answers.of('web')).toBe(`${told('active')}yes`);
    expect(answers.of('db.socket')).toBe(`${told('inactive')}no`);
    expect(box.calls()).toHaveLength(1);
  });

  test('packages: rpm is asked once, and again only of what it did not find', async () => {
    box.fake(
      'rpm',
      `"-q --qf %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}\\n web db gone") printf 'web 1-2 9\ndb 3-4 9\npackage gone is not installed\n'; exit 1 ;;
       "-q --qf %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}\\n gone" | "-q --qf %{VERSION}-%{RELEASE}  gone" | "-q --whatprovides --qf %{NAME}-%{VERSION}-%{RELEASE}  gone") exit 1 ;;`,
    );
    const ask = (...names: string[]): Question => ({
      id: names.join(),
      script: `probe_packages ${names.map(quote).join(' ')}`,
      asksFor: { packages: names },
    });
    const answers = await box.ask([ask('web', 'db'), ask('gone')]);
    expect(answers.of('web,db')).toBe('web\t1-2\ndb\t3-4');
    expect(answers.of('gone')).toBe('gone\t-');
  });
});

test('a file that was changed while it was read is no answer', () => {
  const probe = buildProbe([{ id: 'a', script: ':' }], '@mark');
  const content = Buffer.from('abc').toString('base64');
  const said = (size: number) =>
    `@mark files\n${content}\n@mark end ${size}\n@mark 0\nfile 0:root 0:root 644 3 @0\n@mark end 0\n@mark done\n`;
  expect(probe.read(said(3)).of('a')).toBe(`file 0:root 0:root 644 3 -\n${content}`);
  expect(() => probe.read(said(4))).toThrow('a file was changed while it was read');
});
