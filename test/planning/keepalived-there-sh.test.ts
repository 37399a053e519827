import { Answers } from '../../src/host/probe';
import { keepalivedQuestion, keepalivedThere } from '../../src/planning/keepalived-there';
import type { Resource } from '../../src/playbook/expand';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());

  const main = 'etc/keepalived/keepalived.conf';
  const startedWith = (words: string) =>
    box.fake(
      'systemctl',
      `"show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service") echo "ExecStart={ argv[]=/x ${words} ; }" ;;`,
    );
  /** What a plan knows by it, of a host that is to have these files of the user's own. */
  const there = async (wanted: Record<string, string> = {}) => {
    const files = new Map(Object.entries(wanted).map(([path, text]) => [box.path(path), text]));
    const texts = { keepalived: { main: box.path(main), files } };
    const resources = [{ about: { path: box.path(main) } }] as unknown as Resource[];
    const answers = new Answers();
    for (const { id, script } of keepalivedQuestion(texts, resources))
      answers.add(id, { output: await box.probe(script), code: 0 });
    const found = keepalivedThere({ answers });
    return (
      found && {
        ...found,
        files: Object.fromEntries(
          [...found.files].map(([path, text]) => [path.slice(box.host.length + 1), text]),
        ),
        searched: [...found.searched].map((path) => path.slice(box.host.length + 1)).sort(),
      }
    );
  };

  test('nothing is told where one file is read, and nothing is started for it', async () => {
    expect(await there()).toBeUndefined();
    box.write(main, 'vrrp_instance a {\n}\n');
    box.write('etc/keepalived/conf.d/b.conf', 'vrrp_instance b {\n}\n');
    expect(await there({ [main]: '' })).toBeUndefined();
    expect(box.calls()).toEqual([]);
  });

  test('what is included, and includes others, is told, and where nothing is', async () => {
    startedWith('-D -i y1');
    const files = {
      [main]: `include conf.d/*.conf\n@y1 include "${box.path('srv/*.x')}" # ours\ninclude none/*.conf\ninclude {a,b}/*.conf\n`,
      'etc/keepalived/conf.d/a.conf': 'include more/*.inc\n',
      'etc/keepalived/conf.d/more/b.inc': 'include c.inc\n',
      'etc/keepalived/conf.d/more/c.inc': '# caf\u00e9\n',
      'srv/d.x': 'vrrp_instance d {\n}\n',
    };
    for (const [path, text] of Object.entries(files)) box.write(path, text);
    box.write('etc/keepalived/conf.d/more/not.read', 'x\n');
    expect(await there()).toEqual({
      configId: 'y1',
      files,
      searched: [
        'etc/keepalived/conf.d/*.conf',
        'etc/keepalived/conf.d/more/*.inc',
        'etc/keepalived/conf.d/more/c.inc',
        'etc/keepalived/none/*.conf',
        'srv/*.x',
      ],
    });
  });

  test('what is to be included from now on, and is on the host, is told', async () => {
    startedWith('-D');
    box.write(main, 'vrrp_instance a {\n}\n');
    box.write('srv/old.x', 'vrrp_instance b {\n}\n');
    const found = await there({ [main]: `include ${box.path('srv')}/*.x\ninclude none/*.conf\n` });
    expect(Object.keys(found?.files ?? {})).toEqual([main, 'srv/old.x']);
    expect(found?.searched).toEqual(['etc/keepalived/none/*.conf', 'srv/*.x']);
  });
});

test('nobody is asked whose keepalived.conf haprov writes, or who is to have none', () => {
  const resources = [{ about: { path: '/etc/motd' } }] as unknown as Resource[];
  const own = { main: '/etc/keepalived/keepalived.conf', files: new Map() };
  expect([
    ...keepalivedQuestion({}, resources),
    ...keepalivedQuestion({ keepalived: own }, resources),
  ]).toEqual([]);
});
