import { readFileSync } from 'node:fs';
import { requireFit } from '../../src/library/certificate-rollout';

const read = (name: string) => readFileSync(`test/inventories/tls/${name}`, 'utf8');
const www = { certificate: read('only-for-tests.crt'), key: read('only-for-tests.key') };
const other = read('only-for-tests-chain.crt');
const isMeant = 'give another, or say --force where fewer names or an earlier end are meant';

/** What one hears who is refused. */
function hintOf(fresh: typeof www, force: boolean): string | undefined {
  try {
    requireFit('web', 'new.pem', fresh, other, { force });
  } catch (error) {
    return (error as { hint?: string }).hint;
  }
  return undefined;
}

test('--force is named where it helps, and nowhere else', () => {
  expect(hintOf(www, false)).toBe(isMeant);
  expect(hintOf(www, true)).toBeUndefined();
  const withoutKey = { ...www, key: '' };
  expect([hintOf(withoutKey, false), hintOf(withoutKey, true)]).toEqual(['give another', 'give another']);
});
