import { type Late, LoginClock } from '../../src/host/login-clock';

describe('the time of a login', () => {
  let late: string[];
  let clock: LoginClock;
  beforeEach(() => {
    jest.useFakeTimers();
    late = [];
    clock = new LoginClock();
    clock.begin(10_000, ({ message }: Late) => late.push(message));
  });
  afterEach(() => jest.useRealTimers());
  const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);

  test('the first line has ConnectTimeout', async () => {
    await pass(9.9);
    expect(late).toEqual([]);
    await pass(0.2);
    expect(late).toEqual(['no first line in time']);
  });

  test('the login has what a server allows', async () => {
    clock.heard();
    await pass(119);
    expect(late).toEqual([]);
    await pass(2);
    expect(late).toEqual(['no login within 120 s']);
  });

  test('people are waited for, two at once too', async () => {
    clock.heard();
    let answer: (word: string) => void = () => undefined;
    const first = clock.waitFor(new Promise<string>((resolve) => (answer = resolve)));
    await expect(clock.waitFor(Promise.resolve('at once'))).resolves.toBe('at once');
    await pass(3600);
    expect(late).toEqual([]);
    answer('late');
    await expect(first).resolves.toBe('late');
    await pass(121);
    expect(late).toHaveLength(1);
  });

  test('a login that is over has no time', async () => {
    clock.stop();
    await pass(3600);
    await clock.waitFor(Promise.resolve());
    await pass(3600);
    expect(late).toEqual([]);
  });
});
