import { overSeveral } from '../../src/commands/several';
import { ExitCode, HaprovError, InputError } from '../../src/errors';
import { Secrets } from '../../src/inventory/secrets';
import type { One } from '../../src/library/several';
import { recorder } from './recorder';

/** What a command does on the inventory of this name, one letter after the other. */
const does: Record<string, { code: ExitCode; isWell: boolean } | HaprovError> = {
  w: { code: ExitCode.done, isWell: true },
  p: { code: ExitCode.done, isWell: false },
  c: { code: ExitCode.changesPending, isWell: false },
  f: { code: ExitCode.failed, isWell: false },
  u: new HaprovError(ExitCode.unreachable, 'fred: no route\nethyl: no route', 'look'),
  i: new InputError([{ file: 'i', path: 'hosts', message: 'is missing' }]),
};

interface Options {
  json: boolean;
  quiet?: boolean;
}

const one: One<Options> = async ({ inventory, json }, context) => {
  const outcome = does[inventory.slice(0, 1)];
  if (!outcome) throw new Error(`nobody was told of ${inventory}`);
  context.emit({ type: 'message', level: 'warning', text: 'look out' });
  if (json) await context.printJson({ of: inventory });
  else await context.printRendered(`text of ${inventory}`);
  if (outcome instanceof HaprovError) throw outcome;
  return { ...outcome, sum: `sum of ${inventory}` };
};

const over = async (files: string, options: Options = { json: false }) => {
  const { context, text, said } = recorder();
  const code = await overSeveral(files.split(' '), options, context, one);
  return { code, text: text(), said };
};

test('each one’s output is whole under its name, in the order of the words, then a line for each', async () => {
  const { text, said } = await over('w p u i');
  expect(text.replaceAll('\n\n', '\n').split('\n== ')).toEqual([
    '== w ==text of w',
    'p ==text of p',
    'u ==text of uerror: fred: no route\nethyl: no route\nwhat to do: look',
    'i ==text of ierror: i: hosts: is missing',
    '4 inventories ==\n✓ w  sum of w\n! p  sum of p\n✗ u  fred: no route\n✗ i  1 fault',
  ]);
  expect(said.sort()).toEqual(['i', 'p', 'u', 'w'].map((file) => `warning: ${file}: look out`));
});

test.each([
  ['w w2 w3', 0],
  ['w p', 0],
  ['w c p', 5],
  ['c f w', 1],
  ['f i c', 2],
  ['i u f c w', 3],
])('%s: the exit code is the worst, %d', async (files, code) => {
  expect((await over(files)).code).toBe(code);
});

test('--json is one line each, with its error where it has one; an inventory that is named twice counts once', async () => {
  const { text } = await over('w u w', { json: true });
  expect(
    text
      .trim()
      .replaceAll('}{', '}\n{')
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { version: 1, file: 'w', exitCode: 0, result: { of: 'w' } },
    { version: 1, file: 'u', exitCode: 3, result: { of: 'u' }, error: 'fred: no route\nethyl: no route' },
  ]);
});

test('with --quiet an error is said all the same', async () => {
  expect((await over('w i', { json: false, quiet: true })).said).toContain('error: i: i: hosts: is missing');
});

test('eight go on side by side, and no more', async () => {
  const { context } = recorder();
  let running = 0;
  let most = 0;
  const files = Array.from({ length: 30 }, (_, index) => `w${index}`);
  await overSeveral(files, { json: false }, context, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return { code: ExitCode.done, sum: '', isWell: true };
  });
  expect(most).toBe(8);
});

test('the secrets of each are kept beside those of the others', async () => {
  const { context } = recorder();
  const kept: (string | undefined)[] = [];
  await overSeveral(
    ['a', 'b'],
    { json: false },
    { ...context, keepSecret: (_, of) => void kept.push(of) },
    async (_, own) => {
      own.keepSecret(new Secrets());
      return { code: ExitCode.done, sum: '', isWell: true };
    },
  );
  expect(kept).toEqual(['a', 'b']);
});

describe('an error with a secret in it is masked', () => {
  const errors = {
    'of a host': () =>
      new HaprovError(ExitCode.unreachable, 'fred: denied for hunter2secret', 'ask for hunter2secret'),
    'of a file': () =>
      new InputError([{ file: 'a', path: 'vars', message: 'has hunter2secret' }], 'not hunter2secret'),
  };
  const outputs: Options[] = [{ json: true }, { json: false }, { json: false, quiet: true }];
  test.each(
    Object.entries(errors).flatMap(([of, error]) => outputs.map((output) => ({ of, error, output }))),
  )('$of, $output', async ({ error, output }) => {
    const { context, text, said } = recorder();
    await overSeveral(['a', 'b'], output, context, async ({ inventory }, own) => {
      const secrets = new Secrets();
      own.keepSecret(secrets);
      if (inventory === 'b') return { code: ExitCode.done, sum: '', isWell: true };
      secrets.add('hunter2secret');
      throw error();
    });
    const all = [text(), ...said].join('\n');
    expect(all).toContain('***');
    expect(all).not.toContain('hunter2secret');
  });
});

test('a fault of haprov’s own is none of an inventory’s', async () => {
  await expect(over('w x')).rejects.toThrow('nobody was told of x');
});
