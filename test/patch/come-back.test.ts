import { HostError } from '../../src/errors';
import { StrangeHostKey } from '../../src/host/host-keys';
import { comeBack } from '../../src/patch/come-back';
import { until } from '../support/model-time';

/** How a host that boots is waited for. */

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const never = () => new Promise<never>(() => {});
const refuses = async () => {
  throw new HostError('fred', 'refuses the connection');
};

async function waited(logIn: () => Promise<void>, mark: () => Promise<string>) {
  let seen: Awaited<ReturnType<typeof comeBack>>;
  let isOver = false;
  const begun = performance.now();
  void comeBack({ logIn, mark }, 'before', 40_000).then((found) => {
    seen = found;
    isOver = true;
  });
  await until(() => isOver);
  return { seen, seconds: Math.round((performance.now() - begun) / 1000) };
}

test.each<[string, () => Promise<void>, () => Promise<string>]>([
  ['it does not answer', never, never],
  ['it takes a login, and then says nothing', async () => {}, never],
  ['refuses the connection', refuses, never],
  ['it answers, and has not gone down since', async () => {}, async () => 'before'],
])('is not back in time: %s', async (why, logIn, mark) => {
  const { seen, seconds } = await waited(logIn, mark);
  expect(seen).toEqual({ why });
  expect(seconds).toBeGreaterThanOrEqual(40);
  expect(seconds).toBeLessThan(45);
});

test('another host key is told at once: no waiting changes it', async () => {
  const strange = async () => {
    throw new StrangeHostKey('fred', 'the host key has CHANGED', 'replace it', {} as never, Buffer.from(''));
  };
  const { seen, seconds } = await waited(strange, never);
  expect(seen).toEqual({ why: 'the host key has CHANGED', strange: { hint: 'replace it' } });
  expect(seconds).toBe(0);
});

test('is back as soon as it runs since another boot, whatever it said before', async () => {
  const logins = [async () => {}, refuses, never, async () => {}];
  const marks = ['before', 'after'];
  const { seen, seconds } = await waited(
    () => (logins.shift() ?? never)(),
    async () => marks.shift() ?? 'more than was asked',
  );
  expect(seen).toBeUndefined();
  // A login that hangs is given up after half a minute.
  expect(seconds).toBeGreaterThanOrEqual(30);
  expect(seconds).toBeLessThan(36);
});
