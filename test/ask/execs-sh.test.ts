import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { execsQuestion, notedScript, readExecs } from '../../src/ask/exec-notes';
import { isRoot, Sandbox, shells } from '../shell/sandbox';

/** What a host notes of commands that people have it run. */

const note = {
  startedAt: '2026-01-02T03:04:05.678Z',
  owner: 'me@laptop',
  inventory: 'i.json',
  command: 'exit 7',
};

(isRoot ? describe : describe.skip).each(shells.map((shell) => [shell.join(' '), shell] as const))(
  '%s',
  (_, shell) => {
    let box: Sandbox;
    const execs = () => join(box.home(), '../../execs');
    beforeEach(() => {
      box = new Sandbox(shell);
      mkdirSync(dirname(execs()), { recursive: true });
    });
    afterEach(() => box.dispose());
    /** As a laptop has it run that waits for its end: standard input stays open. */
    const run = async (command: string, id: string) => {
      const child = box.start(notedScript(command, id, note), { isEnd: false });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      return { code, stdout, stderr };
    };
    const noted = async () => readExecs(await box.probe(execsQuestion.script));

    test('a command is run, and it is noted who has had it run, and how it ended', async () => {
      expect(await noted()).toEqual([]);
      const { code, stdout } = await run('echo "it is"; exit 7', 'a');
      expect([code, stdout]).toEqual([7, 'it is\n']);
      expect(await noted()).toEqual([{ ...note, id: 'a', ended: { code: 7, ms: expect.any(Number) } }]);
      expect(statSync(execs()).mode & 0o777).toBe(0o600);
    });

    test('it is run also where nothing can be noted', async () => {
      mkdirSync(execs(), { recursive: true });
      expect(await run('echo done', 'a')).toMatchObject({
        code: 0,
        stdout: 'done\n',
        stderr: '',
      });
    });

    test('a host that haprov has no folder on is left as it is', async () => {
      rmSync(dirname(execs()), { recursive: true });
      expect(await run('echo done', 'a')).toMatchObject({
        code: 0,
        stdout: 'done\n',
        stderr: '',
      });
      expect(existsSync(dirname(execs()))).toBe(false);
    });

    test('of very many the older half goes', async () => {
      await run('true', 'a');
      appendFileSync(execs(), 'x\t1\tended\t0\n'.repeat(900));
      await run('true', 'b');
      expect((await noted()).map(({ id }) => id)).toEqual(['b']);
    });
  },
);
