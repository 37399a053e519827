import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagScript, unflagScript } from '../../src/host/drain-scripts';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** The flag of a drained host, and the files that its own configuration looks at, through real shells. */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  let file: string;
  beforeEach(() => {
    box = new Sandbox(shell);
    file = box.write('etc/keepalived/standby', 'as it was\n');
  });
  afterEach(() => box.dispose());

  const state = (name: string) => join(box.host, '../state', name);
  const drain = () => box.send(flagScript('me@laptop', [{ path: file, content: 'yes' }]));

  test.each([0, 1])(
    'a host that an earlier build drained is undrained, also when it was drained again %i times',
    async (again) => {
      await drain();
      box.onHost(`mv ${state('drain-files')} ${state('levers')}`);
      for (let n = 0; n < again; n += 1) expect((await drain()).code).toBe(0);
      expect(readFileSync(file, 'utf8')).toBe('yes\n');
      expect(await box.send(unflagScript())).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(file, 'utf8')).toBe('as it was\n');
      expect(['drained', 'levers', 'drain-files'].filter((name) => existsSync(state(name)))).toEqual([]);
    },
  );

  test('a flag for which there is no room says so last, and how much is left', async () => {
    box.fake('df', `"-Pk "*) printf 'Filesystem\\n/dev/x 100 50 12 60%% /\\n' ;;`);
    // A folder in the flag's place takes no file of its name.
    box.onHost(`mkdir -p ${state('drained.new')}`);
    const { code, stderr } = await drain();
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/has 12 kB left: No space left on device$/);
  });
});
