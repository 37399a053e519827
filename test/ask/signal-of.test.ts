import { signalOf } from '../../src/ask/signal-of';

test.each([
  [137, 'SIGKILL'],
  [143, 'SIGTERM'],
  [129, 'SIGHUP'],
  [159, 'SIGSYS'],
  [160, undefined],
  [128, undefined],
  [255, undefined],
  [0, undefined],
  [null, undefined],
])('the code %p is of %p', (code, signal) => {
  expect(signalOf(code)).toBe(signal);
});
