import { join } from 'node:path';
import { ExitCode, HaprovError, HostError, InputError } from '../../src/errors';
import { renderError } from '../../src/report/error-text';

const quiet = { color: false, verbose: false };

test('each fault of an input is a line, and the hint comes last', () => {
  const error = new InputError(
    [
      { file: 'pair.json', line: 3, column: 7, path: 'hosts.fred.address', message: 'is not an address' },
      { file: 'pair.json', path: 'vip', message: 'is missing', expected: 'an IPv4 address' },
    ],
    'See inventory.example.json.',
  );
  expect(renderError(error, quiet)).toBe(
    [
      'error: pair.json:3:7: hosts.fred.address: is not an address',
      'error: pair.json: vip: is missing (expected an IPv4 address)',
      'what to do: See inventory.example.json.',
    ].join('\n'),
  );
});

test('a file below this folder is called as one would type it, any other by its whole path', () => {
  const faultIn = (file: string) => new InputError([{ file, path: '', message: 'is no map' }]);
  expect(renderError(faultIn(join(process.cwd(), 'sub', 'pair.json')), quiet)).toBe(
    'error: sub/pair.json: is no map',
  );
  expect(renderError(faultIn('/srv/pair.json'), quiet)).toBe('error: /srv/pair.json: is no map');
});

test('an error of ours is its message and its hint', () => {
  const error = new HostError('fred', 'no answer on port 22', 'Is it on?');
  expect(renderError(error, quiet)).toBe('error: fred: no answer on port 22\nwhat to do: Is it on?');
});

test('the inventory is called in what to do as the user has called it', () => {
  const error = new HostError('fred', 'no run', 'haprov plan INVENTORY, or haprov log INVENTORY');
  expect(renderError(error, { ...quiet, inventory: 'pair.yaml' })).toBe(
    'error: fred: no run\nwhat to do: haprov plan pair.yaml, or haprov log pair.yaml',
  );
  expect(renderError(error, { ...quiet, inventory: "my $pair's.yaml" })).toContain(
    `haprov plan 'my $pair'\\''s.yaml',`,
  );
});

test('a host that was not restored stands out', () => {
  const error = new HaprovError(ExitCode.notRestored, 'fred is half changed');
  expect(renderError(error, quiet)).toBe('NOT RESTORED: fred is half changed');
});

test.each([
  [new TypeError('x is undefined'), 'unexpected: x is undefined'],
  [new Error(''), 'unexpected: Error'],
  ['a string', 'unexpected: a string'],
  [undefined, 'unexpected: undefined'],
])('%p is unexpected', (error, first) => {
  const lines = renderError(error, quiet).split('\n');
  expect(lines[0]).toBe(first);
  expect(lines.at(-1)).toMatch(/please report it.*--verbose/);
});

test('verbose shows the stack of what is unexpected, and the cause of what is not', () => {
  const verbose = { color: false, verbose: true };
  expect(renderError(new Error('boom'), verbose)).toMatch(/^ {2} +at /m);
  const error = new HostError('fred', 'no answer');
  error.cause = new Error('ECONNREFUSED');
  expect(renderError(error, verbose)).toContain('caused by: Error: ECONNREFUSED');
  expect(renderError(error, quiet)).not.toContain('ECONNREFUSED');
});

test('a message cannot drive the terminal', () => {
  expect(renderError(new HaprovError(ExitCode.failed, 'a\x1b[2Jb'), quiet)).toBe('error: a^[[2Jb');
});
