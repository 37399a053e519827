import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { historyQuestion, purgeScript, readHistory } from '../../src/host/history';
import { call, compose } from '../../src/shell/library';
import { own, Sandbox, shells } from '../shell/sandbox';
import { resourceOf } from '../support/resources';

/** What is left of secrets in the folders of runs. */

let box: Sandbox;
afterEach(() => box.dispose());

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  const finish = async (run: string) => {
    expect((await box.go('confirm', run)).code).toBe(0);
    expect((await box.go('finish', run)).code).toBe(0);
  };
  const folderOf = (run: string) => box.home(run);
  /** Whether anything in the folder has the word, plain or in base64. */
  const has = (run: string, word: string) => {
    const files = readdirSync(folderOf(run), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    const text = files.map((one) => readFileSync(join(one.parentPath, one.name), 'latin1')).join('\n');
    return text.includes(word) || text.includes(Buffer.from(word).toString('base64').slice(0, -4));
  };
  const write = async (run: string, ...files: Parameters<Sandbox['steps']>) => {
    expect(await box.apply(await box.steps(...files), run)).toMatchObject({ code: 0 });
    await finish(run);
  };
  const secret = { type: 'file', path: '', ...own, content: 'new-secret-text\n', secret: true };

  test('purge wipes what was before, and the program; the rest of the run is told of as before', async () => {
    const path = box.write('a', 'old-secret-text\n', 0o600);
    const open = box.write('b', 'open-before\n', 0o644);
    await write('run-1', { ...secret, path }, { type: 'file', path: open, ...own, content: 'open-after\n' });
    expect([
      has('run-1', 'old-secret-text'),
      has('run-1', 'new-secret-text'),
      has('run-1', 'open-before'),
    ]).toEqual([true, true, true]);
    const before = readHistory(await box.probe(historyQuestion.script));
    expect(await box.probe(purgeScript(['run-1']))).toBe('run-1');
    expect([
      has('run-1', 'old-secret-text'),
      has('run-1', 'new-secret-text'),
      has('run-1', 'open-before'),
    ]).toEqual([false, false, true]);
    expect(readHistory(await box.probe(historyQuestion.script))).toEqual(before);
    expect([readFileSync(path, 'utf8'), readFileSync(open, 'utf8')]).toEqual([
      'new-secret-text\n',
      'open-after\n',
    ]);
    expect((await box.record('run-1', 1)).has.has('purged')).toBe(true);
    expect((await box.record('run-1', 2)).has.has('purged')).toBe(false);
    expect(existsSync(join(folderOf('run-1'), 'steps.json'))).toBe(true);
  });

  test('purge wipes what failed steps and warnings have said, which may quote a secret', async () => {
    const path = box.write('a', 'old-secret-text\n', 0o600);
    const validate = 'echo said:; cat %s; exit 3';
    const failing = await box.steps({ ...secret, path, validate });
    expect(await box.apply(failing, 'run-1')).toMatchObject({ code: 1 });
    const eventsOf = async () =>
      (readHistory(await box.probe(historyQuestion.script))[0]?.journal ?? []).map(({ entry }) => entry);
    const before = await eventsOf();
    expect(before).toContainEqual(
      expect.objectContaining({ event: 'failed', output: expect.stringContaining('new-secret-text') }),
    );
    expect(await box.probe(purgeScript(['run-1']))).toBe('run-1');
    expect([has('run-1', 'new-secret-text'), has('run-1', 'new-secret')]).toEqual([false, false]);
    expect(await eventsOf()).toEqual(
      before.map((one) =>
        one.event === 'failed' ? { ...one, command: '', output: '(wiped by haprov log --purge)' } : one,
      ),
    );
    expect(statSync(join(folderOf('run-1'), 'journal')).mode & 0o777).toBe(0o600);
  });

  test('of a command with a secret nothing is kept under its name, and purge wipes how it is run and undone', async () => {
    box.mask = (text) => text.replaceAll('pass-word-7', '***');
    const [flag, log] = [box.path('flag'), box.path('log')];
    const command = { type: 'command', creates: flag, run: `echo pass-word-7 >>${log}; : >${flag}` };
    const other = { ...command, run: `: >${box.path('other')}`, creates: box.path('other'), undo: 'true' };
    await write('run-1', { ...command, undo: `rm ${flag}; : pass-word-7` }, other);
    expect(resourceOf(command, box.mask).target).toBe(`echo *** >>${log}; : >${flag}`);
    const { run, undo } = await box.record('run-1', 2);
    expect(undo).toContain('true');
    expect(has('run-1', 'pass-word-7')).toBe(true);
    expect(await box.probe(purgeScript(['run-1']))).toBe('run-1');
    expect(has('run-1', 'pass-word-7')).toBe(false);
    expect(await box.record('run-1', 1)).toMatchObject({
      run: '',
      undo: '',
      has: new Set(['begun', 'purged']),
    });
    expect(await box.record('run-1', 2)).toMatchObject({ run, undo, has: new Set(['begun']) });
  });

  test('a run whose watcher goes on is not said to be wiped: its program stays, which has the secret', async () => {
    await write('run-1', { ...secret, path: box.write('a', 'old-secret-text\n', 0o600) });
    box.killWatchers();
    const watcher = box.start(`exec 9<'${box.home('run-1')}/alive' && flock 9 && echo goes on && cat\n`, {
      isEnd: false,
    });
    await once(watcher.stdout, 'data');
    const impatiently = `sleep() { :; }\n${purgeScript(['run-1'])}`;
    expect(await box.probe(impatiently)).toBe('');
    const ended = once(watcher, 'close');
    watcher.stdin.end();
    await ended;
    expect(await box.probe(impatiently)).toBe('run-1');
    expect(has('run-1', 'new-secret-text')).toBe(false);
  });

  test('a run that is not ended keeps all, and can be restored', async () => {
    const path = box.write('a', 'old-secret-text\n', 0o600);
    expect(await box.apply(await box.steps({ ...secret, path }), 'run-1')).toMatchObject({ code: 0 });
    expect(await box.probe(purgeScript(['run-1']))).toBe('');
    expect((await box.go('restore', 'run-1')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('old-secret-text\n');
  });

  test('the program is wiped by the next run, and all of it by the one that drops the run', async () => {
    const path = box.write('a', 'old-secret-text\n', 0o600);
    await write('run-1', { ...secret, path });
    box.killWatchers();
    // A file of the run stays readable under another name, as a file system may keep it.
    linkSync(join(box.home('run-1'), 'steps/1/before'), box.path('kept-before'));
    linkSync(join(box.home('run-1'), 'transaction'), box.path('kept-program'));
    await write('run-2', { type: 'file', path: box.path('b'), ...own, content: 'b\n' });
    expect(readFileSync(box.path('kept-program')).filter((byte) => byte !== 0)).toHaveLength(0);
    for (let at = 3; at <= 20; at += 1) {
      mkdirSync(join(box.home(`run-${at}`), 'steps'), { recursive: true });
      writeFileSync(join(box.home(`run-${at}`), 'number'), `${at}\n`);
    }
    await write('run-21', { type: 'file', path: box.path('b'), ...own, content: 'c\n' });
    expect(existsSync(box.home('run-1'))).toBe(false);
    for (const name of ['kept-before', 'kept-program'])
      expect(readFileSync(box.path(name)).filter((byte) => byte !== 0)).toHaveLength(0);
  });

  test('a file that is larger than the memory of its host is wiped as well, and does not grow', async () => {
    const path = box.write('large', 'secret');
    const bytes = (64 << 20) + 7;
    truncateSync(path, bytes);
    linkSync(path, box.path('kept'));
    expect((await box.send(compose('ulimit -v 50000', call('wipe', path)))).code).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(box.path('kept')).equals(Buffer.alloc(bytes))).toBe(true);
  });
});
