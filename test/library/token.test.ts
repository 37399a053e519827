import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody } from '../../src/events/events';
import { tokenIn } from '../../src/library/status';

const folder = mkdtempSync(join(tmpdir(), 'haprov-token-'));
const token = 'a'.repeat(64);
afterAll(() => rmSync(folder, { recursive: true }));

/** What is warned of where a file of this mode has the token. */
function warnings(mode: number, text = `${token}\n`): string[] {
  const file = join(folder, `mode-${mode.toString(8)}`);
  writeFileSync(file, text);
  chmodSync(file, mode);
  const said: EventBody[] = [];
  expect(tokenIn(file, { env: {}, emit: (event) => void said.push(event) })).toBe(token);
  return said.map((event) => (event.type === 'message' ? event.text : event.type));
}

test.each([0o600, 0o640, 0o440])('a token that not everybody may read: mode %i', (mode) => {
  expect(warnings(mode)).toEqual([]);
});

test.each([0o644, 0o604, 0o666])('one that everybody may read, or write, is warned of: mode %i', (mode) => {
  expect(warnings(mode)).toEqual([
    expect.stringMatching(/is not for you and its group alone .*the token of the page: chmod '?o='? \//),
  ]);
});

test('how to make one leaves it to nobody else', () => {
  const file = join(folder, 'short');
  writeFileSync(file, 'word');
  expect(() => tokenIn(file, { env: {}, emit: () => {} })).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('umask 077') }),
  );
});
