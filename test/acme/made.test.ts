import { readFileSync } from 'node:fs';
import { requireMade } from '../../src/acme/made';
import { newKey } from '../../src/acme/order';
import { ExitCode } from '../../src/errors';

const read = (name: string) => readFileSync(`test/inventories/tls/only-for-tests${name}`, 'utf8');

test('a certificate of the key that was sent is kept, with its chain', () => {
  const chain = read('-chain.crt');
  expect(requireMade('ca.example', `\n${chain}\n`, read('-ec.key'))).toBe(chain.trim());
});

test.each([
  ['a word', 'hello', 'none that can be read'],
  ['nothing', '', 'none that can be read'],
  ['a page', '<html>Bad Gateway</html>', 'none that can be read'],
  [
    'half a certificate',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    'none that can be read',
  ],
  ['another’s', read('.crt'), 'of another key than was sent'],
])('what is none is not kept: %s', (_, answer, what) => {
  const key = newKey();
  expect(() => requireMade('ca.example', answer, key)).toThrow(
    expect.objectContaining({
      exitCode: ExitCode.failed,
      message: `the authority ca.example says that it has made a certificate, and what it gives is ${what}`,
    }),
  );
});
