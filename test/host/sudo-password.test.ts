import type { AskSecret } from '../../src/host/ask-secret';
import { NotRoot } from '../../src/host/exec';
import { recognizeRootFailure } from '../../src/host/sudo';
import { SudoPassword } from '../../src/host/sudo-password';

const wanted = (host: string) => {
  const failure = recognizeRootFailure('sudo: a password is required\n', 'sudo');
  if (!failure) throw new Error('sudo’s words are not known');
  return new NotRoot(host, failure);
};

/** Hosts with a sudo password each; what the person was asked, and what each host was sent. */
function hosts(passwords: Record<string, string>, typed: Record<string, string[]>) {
  const asked: string[] = [];
  const sent: Record<string, string[]> = {};
  const ask: AskSecret = async ({ host = 'all', text }) => {
    asked.push(`${host}: ${text.replace('\n', ' / ')}`);
    return typed[host]?.shift();
  };
  const targets = new Map(Object.keys(passwords).map((name) => [name, { name, address: name, ask }]));
  const becomeRoot = async (name: string): Promise<boolean> => {
    const password = new SudoPassword(targets.get(name) as never, 'pat');
    let given = password.value;
    while (given !== passwords[name]) {
      if (given !== undefined) sent[name] = [...(sent[name] ?? []), given];
      if (!(await password.another(wanted(name), given))) return false;
      given = password.value;
    }
    sent[name] = [...(sent[name] ?? []), given ?? ''];
    return true;
  };
  return { asked, sent, becomeRoot };
}

test('one answer serves all hosts, where it is right', async () => {
  const { asked, becomeRoot } = hosts({ a: 'x', b: 'x', c: 'x' }, { all: ['x'] });
  expect(await Promise.all(['a', 'b', 'c'].map(becomeRoot))).toEqual([true, true, true]);
  expect(asked).toEqual(['all: [sudo] password for pat: ']);
});

test('a host with another one is asked for by its name, and the others keep theirs', async () => {
  const { asked, sent, becomeRoot } = hosts({ a: 'x', b: 'y', c: 'x' }, { all: ['x'], b: ['y'] });
  expect(await Promise.all(['a', 'b', 'c'].map(becomeRoot))).toEqual([true, true, true]);
  expect(asked).toEqual([
    'all: [sudo] password for pat: ',
    'b: Sorry, try again. / [sudo] password for pat: ',
  ]);
  expect(sent).toEqual({ a: ['x'], b: ['x', 'y'], c: ['x'] });
});

test('after a refusal no other host is sent what was typed for all', async () => {
  const { asked, sent, becomeRoot } = hosts({ a: 'x', b: 'y', c: 'z' }, { all: ['x'], b: ['y'], c: ['z'] });
  for (const name of ['a', 'b', 'c']) expect(await becomeRoot(name)).toBe(true);
  expect(asked.at(-1)).toBe('c: [sudo] password for pat: ');
  expect(sent).toEqual({ a: ['x'], b: ['x', 'y'], c: ['z'] });
});

test('a host that took what was typed for all is asked for no more, whatever another says of it later', async () => {
  const { asked, becomeRoot } = hosts({ a: 'x', b: 'y' }, { all: ['x'], b: ['y'] });
  for (const name of ['a', 'b', 'a', 'b']) expect(await becomeRoot(name)).toBe(true);
  expect(asked).toHaveLength(2);
});

test('three wrong ones are enough for a host, and cost no other host a try', async () => {
  const typed = { all: ['1'], a: ['2', '3', '4'], b: ['1', '2', 'y'] };
  const { sent, becomeRoot } = hosts({ a: 'x', b: 'y' }, typed);
  expect([await becomeRoot('a'), await becomeRoot('b')]).toEqual([false, true]);
  expect(sent).toEqual({ a: ['1', '2', '3'], b: ['1', '2', 'y'] });
});
