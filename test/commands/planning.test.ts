import { bringToItsEnd } from '../../src/commands/planning';
import { readFacts } from '../../src/host/facts';
import { FakeHost } from '../support/fake-host';

const facts = readFacts('lock=run7 1700000000 me@laptop\nlock-state=committing\n');
const recovering = (code: number) => {
  const connection = new FakeHost('fred', [{ matches: '/runs/run7/transaction recover', code }]);
  return bringToItsEnd({ name: 'fred', connection, facts });
};

test('a dead run that is brought to its end', async () => {
  await expect(recovering(0)).resolves.toBeUndefined();
});

test.each([
  [70, 4, /^fred: the run run7 was brought to its end, but the host is NOT RESTORED/],
  [74, 1, /^fred: could not bring the run run7 to its end: exit code 74$/],
])('a dead run that ends with %i', async (code, exitCode, message) => {
  await expect(recovering(code)).rejects.toMatchObject({
    exitCode,
    message: expect.stringMatching(message),
  });
});
