import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../../src/resources/resource';
import { type Entry, isRoot, Sandbox, type Shell, shells } from '../shell/sandbox';

/** A folder that a service's user owns: he can put there what he likes, at any moment. As another user, so for root only. */

const attacker = 65_534;
const title = isRoot ? '%s' : '%s (skipped: only root can be attacked by somebody else)';

(isRoot ? describe : describe.skip).each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))(
  title,
  (_, shell) => {
    let box: Sandbox;
    let app: string;
    let secret: string;
    beforeEach(() => {
      box = new Sandbox(shell);
      // Who is to get at anything below must be able to come there.
      chmodSync(join(box.host, '..'), 0o755);
      secret = box.write('etc/shadow', 'root:secret\n', 0o600);
      mkdirSync(box.path('var/app'), { recursive: true });
      app = box.path('var/app');
      chownSync(app, attacker, attacker);
    });
    afterEach(() => box.dispose());

    const file = (path: string, more: object = {}): Entry => ({
      type: 'file',
      path,
      content: 'new\n',
      ...more,
    });
    const intact = () => {
      const { uid, mode } = lstatSync(secret);
      return [box.read('etc/shadow'), uid, (mode & 0o7777).toString(8)];
    };
    const untouched = ['root:secret\n', 0, '600'];
    const theirs = (name: string, content = 'theirs\n') => {
      writeFileSync(join(app, name), content);
      chownSync(join(app, name), attacker, attacker);
    };

    test('a link that somebody may have put there is neither read nor followed; the plan says where it leads', async () => {
      symlinkSync(secret, join(app, 'conf'));
      symlinkSync(box.path('etc'), join(app, 'sub'));
      lchownSync(join(app, 'conf'), attacker, attacker);
      const why =
        /conf is a symbolic link to .*etc\/shadow in .*var\/app, which nobody can change: it is not followed/;
      await expect(box.diff(file(join(app, 'conf')))).rejects.toThrow(why);
      await expect(box.diff({ type: 'line', path: join(app, 'conf'), line: 'x' })).rejects.toThrow(why);
      await expect(box.diff(file(join(app, 'conf'), { content: undefined, absent: true }))).rejects.toThrow(
        why,
      );
      await expect(box.diff(file(join(app, 'sub/shadow')))).rejects.toThrow(/not followed/);
      await expect(box.diff({ type: 'directory', path: join(app, 'sub/x') })).rejects.toThrow(/not followed/);
      await expect(box.diff({ type: 'directory', path: join(app, 'sub') })).rejects.toThrow(/not followed/);
      expect(await box.probe(`probe_file ${join(app, 'conf')} 1000`)).not.toMatch(/c2VjcmV0|secret$/);
    });

    test('a link of root’s own is followed, and the plan says where it leads', async () => {
      const real = box.write('srv/conf', 'old\n');
      symlinkSync(real, box.path('etc/conf'));
      const [found] = await box.diff(file(box.path('etc/conf')));
      expect(found?.notes).toEqual([`a link leads to ${real}, which is what changes`]);
    });

    test('another name of somebody else’s file is not read', async () => {
      linkSync(secret, join(app, 'conf'));
      await expect(box.diff(file(join(app, 'conf')))).rejects.toThrow(/it may be any file of the host/);
    });

    test('files, lines and folders are made there, told of, finished, and put back', async () => {
      theirs('conf', 'old\n');
      theirs('lines', 'a\n');
      mkdirSync(join(app, 'folder'), { mode: 0o700 });
      const before = box.tree();
      const wishes: Entry[] = [
        file(join(app, 'conf'), { validate: 'grep -q new %s' }),
        file(join(app, 'fresh')),
        { type: 'line', path: join(app, 'lines'), line: 'b' },
        { type: 'directory', path: join(app, 'folder'), mode: '0755' },
        { type: 'directory', path: join(app, 'made/below') },
      ];
      const [told] = await box.diff(wishes[0] as Entry);
      expect(told?.notes).toEqual([
        expect.stringMatching(/var\/app, which nobody can change: no link is followed/),
      ]);
      const steps = await box.steps(...wishes);
      expect(await box.apply(steps, 'run1')).toMatchObject({ code: 0 });
      expect(['conf', 'fresh', 'lines'].map((name) => box.read(`var/app/${name}`))).toEqual([
        'new\n',
        'new\n',
        'a\nb\n',
      ]);
      expect(statSync(join(app, 'conf')).uid).toBe(0);
      expect(statSync(join(app, 'lines')).uid).toBe(attacker);
      await box.go('restore', 'run1');
      expect([box.tree(), box.state('run1')]).toEqual([before, 'restored']);
      expect(await box.apply(await box.steps(...wishes), 'run2')).toMatchObject({ code: 0 });
      await box.finish('run2');
      expect(readdirSync(app).sort()).toEqual(['conf', 'folder', 'fresh', 'lines', 'made']);
      expect(await box.steps(...wishes)).toEqual([]);
    });

    test('gone and back: a file that is to be absent there', async () => {
      theirs('conf', 'old\n');
      const before = box.tree();
      const steps = await box.steps(file(join(app, 'conf'), { content: undefined, absent: true }));
      await box.apply(steps);
      expect(existsSync(join(app, 'conf'))).toBe(false);
      await box.go('restore');
      expect(box.tree()).toEqual(before);
    });

    /** What he does between two steps of the run; each must come to a refusal or to our own file, never to another. */
    const attacks: [string, () => void][] = [
      ['the file becomes a link', () => relink(join(app, 'conf'), secret)],
      [
        'the file becomes another name of a file',
        () => {
          unlinkSync(join(app, 'conf'));
          linkSync(secret, join(app, 'conf'));
        },
      ],
      [
        'the staging folder is moved, a link to a folder stands there',
        () => {
          const place = readdirSync(app).find((name) => name.startsWith('.haprov-')) ?? '';
          renameSync(join(app, place), join(app, 'aside'));
          symlinkSync(box.path('etc'), join(app, place));
        },
      ],
      [
        'the folder itself becomes a link',
        () => {
          renameSync(app, `${app}.aside`);
          symlinkSync(box.path('etc'), app);
        },
      ],
    ];
    const relink = (path: string, to: string) => {
      unlinkSync(path);
      symlinkSync(to, path);
    };
    test.each(attacks)('between staging and committing: %s', async (_what, attack) => {
      theirs('conf', 'old\n');
      chownSync(box.path('var'), attacker, attacker);
      box.write('etc/conf', 'root’s\n');
      const steps = await box.steps(file(join(app, 'conf'), { owner: 'nobody', mode: '0666' }));
      expect((await box.stage(steps)).code).toBe(0);
      attack();
      await box.go('commit');
      expect([intact(), box.state()]).toEqual([untouched, 'restored']);
      expect([box.read('etc/conf'), statSync(box.path('etc/conf')).uid]).toEqual(['root’s\n', 0]);
      expect(readdirSync(box.path('etc')).sort()).toEqual(['conf', 'shadow']);
    });

    test('a loop that swaps the file, the staging folder and the folder for links gets at nothing', async () => {
      theirs('conf', 'old\n');
      mkdirSync(join(app, 'folder'));
      chownSync(join(app, 'folder'), attacker, attacker);
      const wishes: Entry[] = [
        file(join(app, 'conf'), { owner: 'nobody', mode: '0666' }),
        file(join(app, 'fresh'), { owner: 'nobody', mode: '0666' }),
        { type: 'directory', path: join(app, 'folder'), owner: 'nobody', mode: '0777' },
        { type: 'line', path: join(app, 'conf.d'), line: 'x' },
      ];
      const loop = `cd ${app} || exit; i=0
      while [ $i -lt 100000 ] && [ ! -e ${box.path('stop')} ]; do
        i=$((i + 1))
        ln -sf ${secret} conf; ln -sfn ${box.path('etc')} folder2; mv -T folder2 folder
        for f in .haprov-* .*.haprov-* fresh; do ln -sf ${secret} "$f"; mv "$f" aside; ln -sfn ${box.path('etc')} "$f"; done
        rm -rf conf folder aside fresh; echo old >conf; mkdir folder
      done 2>/dev/null`;
      const child = spawn('sh', ['-c', loop], { uid: attacker, gid: attacker, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('close', resolve));
      let printed = '';
      for (let round = 0; round < 6; round += 1) {
        const steps: Step[] = [];
        for (const wish of wishes) {
          try {
            const found = await box.diff(wish);
            printed += JSON.stringify(found.map(({ text }) => text));
            steps.push(...found.map(({ step }) => step));
          } catch (error) {
            printed += (error as Error).message;
          }
        }
        await box.apply(steps, `run${round}`);
        if (box.state(`run${round}`) === 'committed') await box.finish(`run${round}`);
      }
      writeFileSync(box.path('stop'), '');
      await ended;
      expect(intact()).toEqual(untouched);
      expect(printed).not.toContain('root:secret');
      expect(readdirSync(box.path('etc'))).toEqual(['shadow']);
      expect([statSync(box.path('etc')).uid, statSync(box.path('etc')).mode & 0o777]).toEqual([0, 0o755]);
    });
  },
);
