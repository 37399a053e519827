import { hasEnded, readRunState } from '../../src/host/run-state';
import { transactionExit } from '../../src/host/transaction';
import { readRoom } from '../../src/shell/generate';

/** The host's words for a run are the laptop's. */

const files = readRoom('src/shell').get('run') ?? [];
const textOf = (name: string) => files.find((file) => file.name === name)?.text ?? '';
const wordsOf = (name: string) =>
  files.flatMap(({ functions }) => functions).find((one) => one.name === name)?.words[0]?.oneOf ?? [];
const states = wordsOf('set_state');

test('a state that the host sets is one that the laptop reads', () => {
  expect(states).toHaveLength(9);
  expect(states.map(readRunState)).toEqual(states);
  expect(['none', '-', '', 'unknown'].map(readRunState)).toEqual(['', '', '', '']);
});

test('a host finds its own state again by every word that it sets', () => {
  const [, own = ''] =
    /case \$found in\n\s+(staging [^)]*)\) echo "\$found"/.exec(textOf('transaction')) ?? [];
  expect(own.split(' | ')).toEqual(states);
  expect(wordsOf('needs_state')).toEqual(['none', ...states]);
});

test('a run has ended on the host where it has for the laptop', () => {
  const [, own = ''] = /^has_ended\(\) \{ case \$1 in ([^)]*)\)/m.exec(textOf('recover')) ?? [];
  expect(own.split(' | ')).toEqual(states.filter(hasEnded));
});

test('whoever has a transaction go on says a verb that it knows', () => {
  const said = files.flatMap(({ text }) =>
    [...text.matchAll(/\btransaction" ([a-z]+)/g)].map(([, verb]) => verb),
  );
  expect(said.length).toBe(3);
  expect(said.filter((verb) => !wordsOf('main').includes(verb ?? ''))).toEqual([]);
});

test('a transaction ends by no exit code of its own that the laptop does not know', () => {
  const codes = [...textOf('transaction').matchAll(/\b(?:exit|return) (\d\d)\b/g)].map(([, code]) =>
    Number(code),
  );
  expect([...new Set(codes)].sort()).toEqual(Object.values(transactionExit));
});
