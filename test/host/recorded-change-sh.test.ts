import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  changeId,
  changeQuestion,
  purgeScript,
  readRecordedFile,
  secretLinesQuestion,
} from '../../src/host/history';
import { buildChanges } from '../../src/plan/build-changes';
import { SecretLines } from '../../src/resources/secret-lines';
import { readRecordedChange } from '../../src/rollback/recorded-change';
import { call, compose } from '../../src/shell/library';
import { own, Sandbox, shells } from '../shell/sandbox';
import { toolsOfThisMachine } from '../shell/tools';
import { hostSecrets } from '../support/host-secrets';
import { el9, resourceOf } from '../support/resources';

/** What hosts keep of the changes of a run, for whoever asks later. */

let box: Sandbox;
afterEach(() => box.dispose());

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  const finish = async (run = 'run1') => {
    await box.go('confirm', run);
    await box.go('finish', run);
  };
  const same = (text: string) => text;
  const changed = async (name: string, run = 'run1', step = 1, hide = same) => {
    const question = changeQuestion(run, step, box.path(name));
    const answers = await box.ask([question]);
    return readRecordedChange(readRecordedFile(answers.of(changeId(run, step))), same, hide);
  };
  const wish = (name: string, content: string, more = {}) => ({
    type: 'file',
    path: box.path(name),
    content,
    ...own,
    ...more,
  });

  test('what a run made, changed and took away is told, also after the next run and the next editor', async () => {
    box.write('b', 'old\n');
    box.write('c', 'old\n');
    const gone = { type: 'file', path: box.path('c'), absent: true };
    await box.apply(await box.steps(wish('a', 'made\n'), wish('b', 'new\n'), gone));
    await finish();
    await box.apply(await box.steps(wish('a', 'made again\n')), 'run2');
    await finish('run2');
    box.write('b', 'theirs\n');
    expect(await changed('a')).toEqual({ text: { from: null, to: 'made\n' } });
    expect(await changed('b', 'run1', 2)).toEqual({ text: { from: 'old\n', to: 'new\n' } });
    expect(await changed('c', 'run1', 3)).toEqual({ text: { from: 'old\n', to: null } });
    expect(await changed('a', 'run2')).toEqual({ text: { from: 'made\n', to: 'made again\n' } });
  });

  test('what a validator refused is told, though nothing of it was ever in place', async () => {
    box.write('a', 'old\n');
    await box.apply(await box.steps(wish('a', 'refused\n', { validate: 'grep -q old %s' })));
    expect([box.state(), box.read('a')]).toEqual(['restored', 'old\n']);
    expect(await changed('a')).toEqual({ text: { from: 'old\n', to: 'refused\n' } });
  });

  test('of a run that kept no copy, what is there now is told if it is what the run wrote', async () => {
    box.write('a', 'old\n');
    await box.apply(await box.steps(wish('a', 'new\n')));
    await finish();
    rmSync(join(box.home(), 'steps/1/wrote'));
    expect(await changed('a')).toEqual({ text: { from: 'old\n', to: 'new\n' } });
    box.write('a', 'theirs\n');
    expect((await changed('a')).notes).toEqual([expect.stringContaining('is not kept')]);
  });

  test('a run for whose copy there is no room goes on without it', async () => {
    box.write('a', 'old\n');
    const cp = join(toolsOfThisMachine(), 'cp');
    box.fake('cp', `*/wrote) echo 'No space left on device' >&2; exit 1 ;;\n*) exec ${cp} "$@" ;;`);
    expect(await box.apply(await box.steps(wish('a', 'new\n')))).toMatchObject({ code: 0, stderr: '' });
    await finish();
    expect(await changed('a')).toEqual({ text: { from: 'old\n', to: 'new\n' } });
  });

  test('a large file is told in numbers, and not kept twice', async () => {
    const large = 'x\n'.repeat(200_000);
    box.write('a', 'old\n');
    await box.apply(await box.steps(wish('a', large)));
    await finish();
    expect(existsSync(join(box.home(), 'steps/1/wrote'))).toBe(false);
    expect((await changed('a')).text?.to).toMatch(/^\(400000 bytes, sha256 [0-9a-f]{64}\)\n$/);
  });

  test('a secret is told of by nobody: the mark says how much is one, and a run without it shows nothing', async () => {
    box.write('a', 'old\n');
    await box.apply(await box.steps(wish('a', 'all of it\n', { secret: true })));
    await finish();
    expect(await changed('a')).toEqual({ notes: ['its content is secret, which is not shown'] });
    writeFileSync(join(box.home(), 'steps/1/secret'), '');
    expect((await changed('a')).notes).toEqual([expect.stringContaining('did not record where')]);
  });

  test('where the disk has no room, the lines that a host remembers stay, and nothing is left of the new ones', async () => {
    const folder = box.path('var/lib/haprov');
    mkdirSync(join(folder, 'runs/run1'), { recursive: true });
    writeFileSync(join(folder, 'secret-lines'), 'old\n');
    box.fake('sync', '*) exit 1 ;;');
    const script = compose(`home=${folder}/runs/run1\nprintf 'new\\n' | ${call('remember_lines')}`);
    expect((await box.send(script)).code).not.toBe(0);
    expect(readFileSync(join(folder, 'secret-lines'), 'utf8')).toBe('old\n');
    expect(existsSync(join(folder, 'secret-lines.new'))).toBe(false);
  });

  test('the host remembers lines with a secret, also of a run that it put back, and when the inventory knows it no more', async () => {
    const make = async (run: string, content: string, secret: string, more = {}) => {
      const resource = resourceOf(wish('a', content, { mode: '0600', ...more }));
      const observed = resource.observe(await box.probe(resource.question.script), el9);
      const lines = new SecretLines(await box.probe(secretLinesQuestion.script));
      const mask = (text: string) => text.replaceAll(secret, '***');
      const changes = buildChanges('fred', [observed], hostSecrets({ mask, lines }));
      await box.apply(
        changes.map(({ step }) => step),
        run,
      );
      return changes[0]?.text?.from;
    };
    await make('run1', 'port 1\nkey first\n', 'first');
    await finish();
    expect(await make('run2', 'port 1\nlast=second\n', 'second', { validate: 'false %s' })).toBe(
      'port 1\nkey ***\n',
    );
    expect(box.state('run2')).toBe('restored');
    expect(await make('run3', 'port 1\n', 'nothing')).toBe('port 1\nkey ***\n');
    await finish('run3');
    const lines = new SecretLines(await box.probe(secretLinesQuestion.script));
    const hide = (text: string) => lines.hide(box.path('a'), text);
    expect((await changed('a', 'run2', 1, hide)).text).toEqual({
      from: 'port 1\nkey ***\n',
      to: 'port 1\nlast=***\n',
    });
    expect((await changed('a', 'run3', 1, hide)).text).toEqual({ from: 'port 1\nkey ***\n', to: 'port 1\n' });
  });

  test.each([
    ['before', 'a', 0o600],
    ['afterwards', 'new', 0o600],
  ])('what only few may read %s is wiped by a purge, all copies of it', async (_when, name, mode) => {
    if (name === 'a') box.write('a', 'old\n', mode);
    await box.apply(await box.steps(wish(name, 'private\n', { mode: '0600' })));
    await finish();
    expect((await changed(name)).text).toMatchObject({ to: 'private\n' });
    expect(await box.probe(purgeScript(['run1']))).toBe('run1');
    expect(existsSync(join(box.home(), 'steps/1/wrote'))).toBe(false);
    expect((await changed(name)).notes).toEqual([expect.stringContaining('is wiped')]);
  });
});
