import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { isRoot, me, own, Sandbox, type Shell, shells } from '../shell/sandbox';

/** A validator sees every file of its run: new, changed and gone, by name, by folder and by pattern. */

const canView = isRoot && spawnSync('unshare', ['-m', 'mount', '-n', '--make-rprivate', '/']).status === 0;

const viewing = canView ? describe : describe.skip;

let box: Sandbox;
afterEach(() => box.dispose());

const file = (path: string, content: string, validate?: string) => ({
  type: 'file',
  path: box.path(path),
  content,
  ...own,
  ...(validate ? { validate } : {}),
});
const gone = (path: string) => ({ type: 'file', path: box.path(path), absent: true });

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
    box.write('etc/app/app.conf', 'old\n');
    box.write('etc/app/conf.d/a.conf', 'a\n');
    box.write('etc/app/conf.d/b.conf', 'b\n');
  });

  viewing('in a view', () => {
    const tell = (what: string) => `{ ${what}; } >'${box.path('told')}' 2>&1 && [ -e %s ]`;
    const stage = async (...entries: Parameters<Sandbox['steps']>) => {
      box.allowViews();
      return box.stage(await box.steps(...entries));
    };

    test('a pattern finds what is new, changed and gone; the file has its own name', async () => {
      const look = tell(
        `cat ${box.path('etc/app')}/conf.d/*.conf; ls ${box.path('etc/app')}/conf.d; echo %s`,
      );
      const outcome = await stage(
        file('etc/app/app.conf', 'new\n', look),
        file('etc/app/conf.d/a.conf', 'changed\n'),
        gone('etc/app/conf.d/b.conf'),
        file('etc/app/conf.d/c.conf', 'came\n'),
      );
      expect(outcome).toMatchObject({ code: 0 });
      expect(box.read('told')).toBe(`changed\ncame\na.conf\nc.conf\n${box.path('etc/app/app.conf')}\n`);
    });

    test('nothing of it reaches the host, and its folder keeps owner, mode, links and folders', async () => {
      // Others of this machine come and go.
      const mounts = () =>
        readFileSync('/proc/self/mounts', 'utf8')
          .split('\n')
          .filter((row) => row.includes(box.path('')));
      box.write('etc/app/conf.d/sub/x', 'x\n');
      symlinkSync('sub/x', box.path('etc/app/conf.d/link'));
      spawnSync('chmod', ['0751', box.path('etc/app/conf.d')]);
      const [before, mounted] = [box.tree('etc'), mounts()];
      const folder = box.path('etc/app/conf.d');
      const look = tell(
        `stat -c '%%a %%U' ${folder} | tr -d %%; readlink ${folder}/link; cat ${folder}/link ${folder}/sub/x`,
      );
      const outcome = await stage(
        file('etc/app/app.conf', 'new\n', look.replaceAll('%%', '%')),
        file('etc/app/conf.d/c.conf', 'came\n'),
      );
      expect(outcome).toMatchObject({ code: 0 });
      expect(box.read('told')).toBe(`751 ${me}\nsub/x\nx\nx\n`);
      expect(mounts()).toEqual(mounted);
      await box.go('restore');
      expect(box.tree('etc')).toEqual(before);
    });

    test('a new folder of the run, below one that a file comes into', async () => {
      const look = tell(`cat ${box.path('etc/app')}/n.conf ${box.path('etc/app')}/conf.d/deep/n.conf`);
      mkdirSync(box.path('etc/app/conf.d/deep'));
      const outcome = await stage(
        file('etc/app/n.conf', 'outer\n'),
        file('etc/app/conf.d/deep/n.conf', 'inner\n', look),
      );
      expect(outcome).toMatchObject({ code: 0 });
      expect(box.read('told')).toBe('outer\ninner\n');
    });

    test('through a link, and beside a name with blanks', async () => {
      box.write('etc/app/conf.d/old name', 'blank\n');
      symlinkSync('app/conf.d', box.path('etc/link.d'));
      const look = tell(
        `cat ${box.path('etc/app')}/conf.d/new.conf '${box.path('etc/app')}/conf.d/old name'`,
      );
      const outcome = await stage(
        file('etc/link.d/new.conf', 'through\n'),
        file('etc/app/app.conf', 'new\n', look),
      );
      expect(outcome).toMatchObject({ code: 0 });
      expect(box.read('told')).toBe('through\nblank\n');
    });

    test('what a validator refuses is refused by the name that the user knows, and every file is as before', async () => {
      const before = box.tree('etc');
      const outcome = await stage(
        file('etc/app/app.conf', 'new\n', 'echo "%s: line 1: no"; false'),
        file('etc/app/conf.d/c.conf', 'came\n'),
      );
      expect(outcome.code).not.toBe(0);
      const failed = outcome.journal.find(({ event }) => event === 'failed');
      expect(JSON.stringify(failed)).toContain(`${box.path('etc/app/app.conf')}: line 1: no`);
      expect(box.tree('etc')).toEqual(before);
      expect(readdirSync(box.path('etc/app')).sort()).toEqual(['app.conf', 'conf.d']);
    });
  });

  describe.each(canView ? [true, false] : [false])('HAProxy, a view: %s', (isView) => {
    const cfg = 'etc/haproxy/haproxy.cfg';
    const dir = 'etc/haproxy/conf.d';
    beforeEach(() => {
      if (isView) box.allowViews();
      box.write(cfg, 'old\n');
      box.write(`${dir}/a.cfg`, 'a\n');
      box.write(`${dir}/z.cfg`, 'z\n');
      box.fake(
        'systemctl',
        `"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") echo 'Environment='; echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws -f ${box.path(cfg)} -f ${box.path(dir)} ; ignore_errors=no }' ;;`,
      );
      box.fake(
        'haproxy',
        `"-c -f "*) shift; cat $(echo "$*" | sed 's/-f //g') >>"${box.path('read')}"; echo = >>"${box.path('read')}" ;;`,
      );
    });

    test('a userlist of conf.d and who uses it, in one run, one of its files gone', async () => {
      const entries = [
        file(cfg, 'new\n', 'haproxy_check %s'),
        file(`${dir}/users.cfg`, 'userlist\n', 'haproxy_check %s'),
        file(`${dir}/a.cfg`, 'a2\n', 'haproxy_check %s'),
        gone(`${dir}/z.cfg`),
      ];
      expect(await box.stage(await box.steps(...entries))).toMatchObject({ code: 0 });
      const once = 'new\na2\nuserlist\n=\n';
      expect(box.read('read')).toBe(once.repeat(3));
    });

    test('its messages name the files of the configuration, not their copies', async () => {
      box.fake(
        'haproxy',
        `"-c -f "*) for f in $(echo "$*" | sed 's/-c//; s/-f //g'); do echo "[ALERT] $f:1: bad"; done; exit 1 ;;`,
      );
      const outcome = await box.stage(
        await box.steps(file(cfg, 'new\n', 'haproxy_check %s'), file(`${dir}/users.cfg`, 'userlist\n')),
      );
      const said = JSON.stringify(outcome.journal.find(({ event }) => event === 'failed'));
      for (const name of [cfg, `${dir}/a.cfg`, `${dir}/users.cfg`, `${dir}/z.cfg`])
        expect(said).toContain(`[ALERT] ${box.path(name)}:1: bad`);
      expect(existsSync(box.path(`${dir}/users.cfg`))).toBe(false);
    });
  });
});
