import { heardWhole } from '../../src/ask/heard-whole';

const said: string[] = [];
beforeEach(() => said.splice(0));

const listener = (stopping = new AbortController().signal) => ({
  stopping,
  hear: async (text: string) => {
    if (text === 'fault') throw new Error('the disk is full');
    said.push(text);
  },
});

/** `getMaxListeners` knows only the signals of its own realm. */
const mostListeners = (signal: AbortSignal): unknown => {
  const name = ({ description }: symbol) => description === 'events.maxEventTargetListeners';
  return Reflect.get(signal, Object.getOwnPropertySymbols(signal).find(name) ?? '');
};

test('what hosts say is heard, and as many of them as there are may listen for the end', async () => {
  const done = await heardWhole(listener(), async ({ hear, stopping }) => {
    await hear('one');
    return [mostListeners(stopping), stopping.aborted];
  });
  expect([done, said]).toEqual([[0, false], ['one']]);
});

test('a listener that fails ends the work, hears no more, and is thrown when it is done', async () => {
  const seen: boolean[] = [];
  const work = heardWhole(listener(), async ({ hear, stopping }) => {
    await hear('fault');
    await hear('two');
    seen.push(stopping.aborted);
  });
  await expect(work).rejects.toThrow('the disk is full');
  expect([seen, said]).toEqual([[true], []]);
});

test.each([true, false])('who stops it ends the work, and is let go of: before it %s', async (isBefore) => {
  const stop = new AbortController();
  const removed = jest.spyOn(stop.signal, 'removeEventListener');
  if (isBefore) stop.abort();
  await heardWhole(listener(stop.signal), async ({ stopping }) => {
    expect(stopping.aborted).toBe(isBefore);
    stop.abort();
    expect(stopping.aborted).toBe(true);
  });
  expect(removed).toHaveBeenCalledTimes(1);
});
