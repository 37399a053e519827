import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, statSync, utimesSync } from 'node:fs';
import type { Step } from '../../src/resources/resource';
import { type Entry, isRoot, Sandbox, type Shell, shells } from '../shell/sandbox';
import { findProgram } from '../shell/shells';

/** What a file or folder has beside its content: kept where a new content takes its place, and put back to the letter. */

const isAble = isRoot && ['setfacl', 'getfacl', 'setfattr', 'getfattr'].every(findProgram);
const title = isAble ? '%s' : '%s (skipped: it takes root, and setfacl and setfattr)';
const failing: Step = { phase: 'commit', check: ':', run: 'fail boom' };

(isAble ? describe : describe.skip).each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))(
  title,
  (_, shell) => {
    let box: Sandbox;
    beforeEach(() => {
      box = new Sandbox(shell);
    });
    afterEach(() => box.dispose());

    const call = (program: string, ...words: string[]) =>
      execFileSync(program, words, { encoding: 'utf8', cwd: box.host });
    const file = (name: string, more: object = {}): Entry => ({
      type: 'file',
      path: box.path(name),
      content: 'new\n',
      ...more,
    });
    /** All of it, inode and all; the time of the last look at it aside. */
    const everything = (...names: string[]) => [
      ...names.map((name) => {
        const { ino, uid, gid, mode, nlink, size, mtimeMs } = statSync(box.path(name));
        return [name, ino, uid, gid, mode, nlink, size, mtimeMs];
      }),
      call('getfacl', '-np', ...names),
      call('getfattr', '-d', ...names),
    ];

    function makeAll(): string[] {
      for (const name of ['plain', 'suid', 'nameless', 'acl', 'attribute', 'hard']) box.write(name, 'old\n');
      utimesSync(box.path('plain'), 1_000_000_000, 1_000_000_000);
      chownSync(box.path('nameless'), 47_110, 47_120);
      chmodSync(box.path('suid'), 0o6755);
      call('setfacl', '-m', 'u:12:rw,g:13:r', 'acl');
      call('setfattr', '-n', 'user.note', '-v', 'of theirs', 'attribute');
      linkSync(box.path('hard'), box.path('other'));
      mkdirSync(box.path('folder'));
      chownSync(box.path('folder'), 47_110, 47_120);
      chmodSync(box.path('folder'), 0o3751);
      return ['plain', 'suid', 'nameless', 'acl', 'attribute', 'hard', 'other', 'folder'];
    }
    const wishes = (): Entry[] => [
      { type: 'directory', path: box.path('folder'), mode: '0755' },
      ...['plain', 'suid', 'nameless', 'acl', 'hard'].map((name) => file(name)),
      { type: 'line', path: box.path('attribute'), line: 'x' },
      file('gone', { content: undefined, absent: true }),
    ];

    test('a run that fails at its end leaves everything as it was', async () => {
      const names = [...makeAll(), 'gone'];
      box.write('gone', 'old\n');
      const before = [box.tree(), everything(...names)];
      const steps = await box.steps(...wishes());
      expect(steps).toHaveLength(8);
      expect(await box.apply([...steps, failing])).toMatchObject({ code: 1 });
      expect([box.state(), [box.tree(), everything(...names)]]).toEqual(['restored', before]);
    });

    test('a new content keeps the ACL and the extended attributes; then nothing is left to do', async () => {
      makeAll();
      expect(await box.apply(await box.steps(...wishes()))).toMatchObject({ code: 0 });
      await box.finish();
      expect(box.read('acl')).toBe('new\n');
      expect(call('getfacl', '-np', 'acl')).toMatch(/^user:12:rw-/m);
      expect(call('getfattr', '-d', 'attribute')).toContain('user.note="of theirs"');
      expect(statSync(box.path('suid')).mode & 0o7777).toBe(0o644);
      expect([box.read('hard'), box.read('other')]).toEqual(['new\n', 'old\n']);
      expect(await box.steps(...wishes())).toEqual([]);
    });

    test('a mode that closes a file closes it to those of its ACL as well', async () => {
      makeAll();
      await box.apply(await box.steps(file('acl', { mode: '0600' })));
      expect(call('getfacl', '-np', 'acl')).toMatch(/^user:12:rw-\s+#effective:---$/m);
    });

    test('the plan says what a new content does not keep', async () => {
      makeAll();
      const [found] = await box.diff(file('hard'));
      expect(found?.notes).toEqual(['it has 2 names (hard links): the other one keeps the old content']);
    });

    test('owners by number: what has no name is told of by it, and a second name of one number is no change', async () => {
      makeAll();
      const [found] = await box.diff(file('nameless', { content: 'old\n', group: '47120' }));
      expect(found?.attributes).toEqual([{ name: 'owner', from: '47110', to: 'root' }]);
      box.fake('id', `"-u -- toor") echo 0 ;; "-u") echo 0 ;;`);
      box.fake('getent', `"group wheel0") echo 'wheel0:x:0:' ;;`);
      expect(await box.diff(file('plain', { content: 'old\n', owner: 'toor', group: 'wheel0' }))).toEqual([]);
      expect((await box.diff(file('fresh', { owner: 'toor' })))[0]?.notes).toBeUndefined();
    });

    test('an owner that the host does not know is told of in the plan, and refused before anything is touched', async () => {
      makeAll();
      const found = await box.diff(file('plain', { owner: 'nosuch' }));
      expect(found[0]?.notes).toEqual(['the host has no user nosuch: it must be there before this is made']);
      const before = box.tree();
      expect((await box.stage(found.map(({ step }) => step))).code).toBe(1);
      expect([box.tree(), box.state()]).toEqual([before, 'restored']);
    });

    test('a folder that cannot be changed is as it was, which is no reason to call for hands', async () => {
      makeAll();
      const before = [box.tree(), everything('folder')];
      const steps = await box.steps({ type: 'directory', path: box.path('folder'), mode: '0755' });
      box.fake('chown', '*) echo "chown: changing ownership: Operation not permitted" >&2; exit 1 ;;');
      expect((await box.stage(steps)).code).toBe(1);
      expect([box.state(), [box.tree(), everything('folder')]]).toEqual(['restored', before]);
    });

    test.each([
      ['immutable', '----i---------e-------', 'plain has the attribute "immutable" or "append only"'],
      ['of no reason that is known', '--------------e-------', 'could not be given a second name'],
    ])(
      'a file that cannot be replaced, %s, is refused before anything is touched',
      async (_what, flags, why) => {
        makeAll();
        box.fake(
          'ln',
          `"-f -- ${box.path('plain')} "*) echo 'ln: Operation not permitted' >&2; exit 1 ;; *) exec /usr/bin/ln "$@" ;;`,
        );
        box.fake(
          'lsattr',
          `"-d -- ${box.path('plain')} ${box.host}") echo '${flags} ${box.path('plain')}' ;;`,
        );
        const before = box.tree();
        const { code, journal } = await box.stage(await box.steps(file('acl'), file('plain')));
        expect([code, box.tree(), box.state()]).toEqual([1, before, 'restored']);
        expect(journal).toContainEqual(expect.objectContaining({ output: expect.stringContaining(why) }));
      },
    );
  },
);
