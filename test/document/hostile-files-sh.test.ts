import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseText, readDocument } from '../../src/document/document';
import { refuseFilled } from '../../src/document/write-below';

const folder = mkdtempSync(join(tmpdir(), 'haprov-files-'));
const path = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

test('what is no file is refused at once: a pipe, a socket, a device, a folder, what is too big', async () => {
  execFileSync('mkfifo', [path('pipe.yaml')]);
  const server = createServer().listen(path('socket.yaml'));
  await new Promise((done) => server.once('listening', done));
  writeFileSync(path('big.yaml'), 'x'.repeat((8 << 20) + 1));
  expect(() => readDocument(path('pipe.yaml'))).toThrow('is a pipe, not a file');
  expect(() => readDocument(path('socket.yaml'))).toThrow('is a socket, not a file');
  expect(() => readDocument('/dev/zero')).toThrow('is a device, not a file');
  expect(() => readDocument(folder)).toThrow('this is a folder, not a file');
  expect(() => readDocument(path('big.yaml'))).toThrow('bigger than 8 MiB');
  writeFileSync(path('inventory.json'), '{}');
  expect(() => readDocument(folder)).toThrow(`not a file: name ${path('inventory.json')}`);
  expect(() => refuseFilled(path('big.yaml'))).toThrow('big.yaml is no folder');
  server.close();
});

test.each([
  ['brackets', '['.repeat(200_000)],
  ['brackets on lines of their own', '[\n'.repeat(100_000)],
  ['braces', '{a: '.repeat(50_000)],
  ['both', '[{a: '.repeat(50_000)],
])('YAML of %s alone is refused before it is parsed', (_what, text) => {
  expect(() => parseText('x.yaml', text)).toThrow('nested more than 64 deep');
});

test('as many aliases as a person writes, and no more', () => {
  const aliases = (many: number) =>
    ['a: &a [x, y]', ...Array.from({ length: many }, (_, at) => `k${at}: *a`)].join('\n');
  expect(parseText('x.yaml', aliases(900)).value).toMatchObject({ k899: ['x', 'y'] });
  expect(() => parseText('x.yaml', aliases(1001))).toThrow('more than 1000 aliases');
});

test('an alias stands for the nearest anchor of its name above it', () => {
  const { value } = parseText('x.yaml', 'a: &x 1\nb: *x\nc: &x 2\nd: *x\n');
  expect(value).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  expect(() => parseText('x.yaml', 'b: *x\na: &x 1\n')).toThrow('there is no anchor &x above this');
  expect(() => parseText('x.yaml', 'a: &x\n  b: *x\n')).toThrow('*x is inside itself');
});

test('places are found in a long file as in a short one', () => {
  const text = Array.from({ length: 5000 }, (_, at) => `k${at}: 1`).join('\n');
  expect(parseText('x.yaml', text).locate(['k4321'])).toEqual({ line: 4322, column: 1 });
  expect(parseText('x.yaml', text).locate(['k0'])).toEqual({ line: 1, column: 1 });
});
