import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from '@xterm/headless';
import { walked } from './commands';
import { blocksOf, fencesOf } from './pages';
import { draw, neverShown, staleIn, wordsOf } from './picture';

/** Pictures of a terminal: how they are drawn, and that each shows a block that is run. */

const folder = 'docs/pictures';
const taken = walked
  .flatMap(blocksOf)
  .flatMap(({ pictures, commands }) => pictures.map((picture) => ({ picture, commands })));

test('every picture is one of a block that a test runs, says what it shows, and names no place of a machine', () => {
  const files = taken.map(({ picture }) => picture.file);
  expect(files.length).toBeGreaterThanOrEqual(4);
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([...files].sort());
  for (const { picture, commands } of taken) {
    const svg = readFileSync(picture.file, 'utf8');
    const { title, command, lines } = wordsOf(svg);
    expect({ title, command }).toEqual({ title: picture.title, command: commands.trim() });
    expect(svg).toContain(' role="img" ');
    expect(title.length).toBeGreaterThan(40);
    const strange = /\/(?:tmp|home|root|work)\/|SHA256:|AGE-|(?<!192\.168\.56)\.2\d\d\b/;
    expect(lines.filter((line) => strange.test(line))).toEqual([]);
  }
});

test('README shows pictures of the pages that are run, in the same words', () => {
  const shown = fencesOf('README.md').flatMap(({ picture }) => picture ?? []);
  expect(shown.length).toBeGreaterThan(1);
  for (const picture of shown) expect(taken.map(({ picture }) => picture)).toContainEqual(picture);
});

const pictureOf = (text: string, rows = 5) =>
  new Promise<string>((done) => {
    const terminal = new Terminal({ cols: 40, rows, allowProposedApi: true });
    const shown = { columns: 40, command: 'say <it>', title: 'what is "said" & done' };
    terminal.write(text.replaceAll('\n', '\r\n'), () => done(draw(terminal.buffer.active, shown)));
  });

test('colours, bold words and every sign are drawn, as text', async () => {
  const svg = await pictureOf('a <b> & "c"  d\n\x1b[1;31mred\x1b[0m \x1b[2mfaint\x1b[0m ✓ │x');
  expect(wordsOf(svg)).toEqual({
    title: 'what is "said" & done',
    command: 'say <it>',
    lines: ['a <b> & "c"  d', 'red faint ✓ │x'],
  });
  expect(svg).toContain('<tspan x="14" textLength="32" class="c1 bold">red </tspan>');
  expect(svg).toContain('<tspan x="46" textLength="48" class="dim">faint </tspan>');
  // A sign that a font may have in another width moves nothing behind it.
  expect(svg).toContain('<tspan x="94" textLength="8">✓</tspan><tspan x="102" textLength="8"> </tspan>');
});

test('where the screen has lost its beginning the picture says so', async () => {
  const svg = await pictureOf('1\n2\n3\n4', 3);
  expect(svg).toContain('>…</tspan>');
  expect(wordsOf(svg).lines).toEqual(['2', '3', '4']);
  expect(await pictureOf('1\n2', 3)).not.toContain('…');
});

test('it can begin later, and what it shows while a program is at work has been shown at some time', async () => {
  const raw = 'old\nReally? [y/N] y\n\x1b[2m⠙ fred 3/11 2.5s\x1b[0m';
  const terminal = new Terminal({ cols: 40, rows: 9, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(raw.replaceAll('\n', '\r\n'), done));
  const shown = { columns: 40, command: 'do', title: '', from: '[y/N]' };
  const { lines } = wordsOf(draw(terminal.buffer.active, shown));
  expect(lines).toEqual(['Really? [y/N] y', '⠙ fred 3/11 2.5s']);
  expect(neverShown(lines, `${raw.replace('⠙', '⠹')}\rfred done`)).toBe(undefined);
  expect(neverShown(lines, 'Really? [y/N] y\nfred done')).toContain('fred 3/11');
  const row = '⠙ fred commit 3/11 create /etc/motd 0.0s';
  const other = '⠹ fred commit 5/11 start httpd 1.2s';
  expect(neverShown([row], `+ create file /etc/motd\n${other}`)).toBe(undefined);
  expect(neverShown([row], other)).toBe(row);
  expect(neverShown([row], '+ create file /etc/motd\n⠹ fred stage 5/11 start httpd 1.2s')).toBe(row);
});

test('what has no colour in a picture is told, and not drawn as something else', async () => {
  const terminal = new Terminal({ cols: 40, rows: 5, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write('\x1b[7mupside down', done));
  const shown = { columns: 40, command: '', title: '' };
  expect(() => draw(terminal.buffer.active, shown)).toThrow('no such sign yet');
});

test('a picture is stale where a word is another; times, counts and line breaks may differ', () => {
  const lines = ['VIP: 15 lost in 3s', 'done: 2 changes (18s: asking 5.2s, units', '  3.7s)'];
  const standIn = ['fred (CentOS Stream 9 stand-in', '  (EL tools on Debian userland)): 1 change'];
  expect(staleIn(standIn, ['fred (CentOS Stream 9): 1 change'])).toBe(undefined);
  const busy = ['before', 'VIP: 9', '  lost in 1m 03s', 'done: 2 changes (1m 03s)'];
  expect(staleIn(lines, busy)).toBe(undefined);
  expect(staleIn(lines, ['VIP: 15 failed in 3s', 'done: 2 changes (18s)'])).toContain('failed');
  expect(staleIn(lines, ['done: 2 changes (18s)'])).toBeDefined();
  const measured = (what: string) => [`VIP 192.0.2.1:80 (www) from laptop: ${what}`, '✔ fred'];
  expect(staleIn(measured('2 requests, 0 failed'), measured('2 requests, 1 failed, …'))).toBe(undefined);
});
