import { inTurn } from '../../src/serve/ask-in-turn';

test('who asks for the same shares an answer; who asks for something else waits; a failure is not kept', async () => {
  const begun: (string | undefined)[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const ask = inTurn(
    (about) =>
      new Promise<number>((resolve, reject) => {
        begun.push(about);
        ends.push((failure) => (failure ? reject(failure) : resolve(begun.length)));
      }),
  );
  const settle = () => new Promise((done) => setImmediate(done));
  const [first, same, other] = [ask('a'), ask('a'), ask()];
  first.catch(() => undefined);
  await settle();
  expect(begun).toEqual(['a']);
  ends[0]?.(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await expect(same).rejects.toThrow('gone');
  await settle();
  expect(begun).toEqual(['a', undefined]);
  ends[1]?.();
  await expect(other).resolves.toBe(2);
  const again = ask('a');
  await settle();
  expect(begun).toEqual(['a', undefined, 'a']);
  ends[2]?.();
  await expect(again).resolves.toBe(3);
});
