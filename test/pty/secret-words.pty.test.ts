import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter } from 'age-encryption';
import { programs } from './hosts';
import { Terminal } from './terminal';

/** `haprov secret` as a person uses it. */

let folder: string;
const terminals: Terminal[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  const hosts = { a: { address: '10.0.0.1' } };
  writeFileSync(
    inFolder('inventory.json'),
    JSON.stringify({ hosts, stats: { password: { secret: 'stats' } }, playbooks: ['p'] }),
  );
});
afterEach(async () => {
  for (const terminal of terminals) terminal.kill('SIGKILL');
  await Promise.all(terminals.map(({ ended }) => ended));
  rmSync(folder, { recursive: true });
});

const inFolder = (name: string) => join(folder, name);
const haprov = programs.built.join(' ');
const env = () => ({ XDG_RUNTIME_DIR: folder, CI: undefined });
/** A line of shell on a terminal; `haprov` is the built program. */
function shell(line: string, columns = 80): Terminal {
  const words = ['sh', '-c', line.replaceAll('HAPROV', haprov)];
  const terminal = new Terminal(words, { cwd: folder, columns, env: env() });
  terminals.push(terminal);
  return terminal;
}
const get = (name: string) =>
  execFileSync('sh', ['-c', `${haprov} secret get ${name}`], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
    encoding: 'utf8',
  });
const shownAt = (terminal: Terminal) => terminal.everything.join('\n');
const ends = async (terminal: Terminal, code: number) =>
  expect([(await terminal.ended).code, shownAt(terminal)]).toEqual([code, expect.anything()]);

test.each([80, 40])('typed, listed, edited and taken out on %d columns', async (columns) => {
  const set = shell('HAPROV secret set stats', columns);
  await set.shows('stats: ');
  set.type(`oops\x15a-very-secret-word\r`);
  await ends(set, 0);
  expect(shownAt(set).replace(/\s+/g, ' ')).toContain('stats is set in secrets.age; in the inventory');
  expect(get('stats')).toBe('a-very-secret-word\n');
  const broken = shell(`EDITOR='sed -i "s/^stats.*/stats: pass #word/"' HAPROV secret edit`, columns);
  await ends(broken, 2);
  const out = shell(`EDITOR='sed -i /^stats/d' HAPROV secret edit`, columns);
  await out.shows('[y/N]');
  expect(shownAt(out).replace(/\s+/g, ' ')).toContain(
    'The inventory uses stats (stats.password). Remove stats?',
  );
  out.type('n\r');
  await ends(out, 1);
  expect(get('stats')).toBe('a-very-secret-word\n');
  const gone = shell(`EDITOR=true HAPROV secret edit`, columns);
  await gone.shows('[y/N]');
  gone.type('y\r');
  await ends(gone, 0);
  expect(shownAt(gone)).toMatch(/^removed: stats$/m);
  const list = shell('HAPROV secret list; HAPROV secret --help; HAPROV secret set', columns);
  await ends(list, 2);
  expect(shownAt(list)).toMatch(/^stats {2}NOT SET {2}stats\.password$/m);
  for (const terminal of [set, broken, out, gone, list]) {
    expect(terminal.raw).not.toMatch(/secret-word|pass #word/);
    // Paths are as long as they are.
    const rows = terminal.raw.replace(/\x1b\[[?\d;]*[a-zA-Z]/g, '').split(/\r?\n/);
    expect(rows.filter((row) => row.length > columns && !row.includes(folder))).toEqual([]);
  }
});

const pem = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBg', '-----END PRIVATE KEY-----'];

test('lines that are pasted are one secret', async () => {
  const terminal = shell('HAPROV secret set key');
  await terminal.shows('key: ');
  expect(terminal.raw).toContain('\x1b[?2004h');
  const text = `\x1b[200~${pem.join('\r')}\r\x1b[201~`;
  terminal.type(text.slice(0, 3));
  terminal.type(text.slice(3));
  terminal.type('\r');
  await ends(terminal, 0);
  expect(terminal.raw).toContain('\x1b[?2004l');
  expect(get('key')).toBe(`${pem.join('\n')}\n`);
});

test('where the terminal does not mark a paste, several lines are refused, not cut', async () => {
  const terminal = shell('HAPROV secret set key');
  await terminal.shows('key: ');
  terminal.type(`${pem.join('\r')}\r`);
  await ends(terminal, 2);
  const said = shownAt(terminal).replace(/\s+/g, ' ');
  expect(said).toContain('several lines came at once');
  expect(said).toContain('give them from a file: haprov secret set NAME < FILE');
  expect(readdirSync(folder)).not.toContain('secrets.age');
});

test('Ctrl-\\ leaves, and the terminal shows again what is typed', async () => {
  const terminal = shell('HAPROV secret set key; echo "ended: $?"; stty -a');
  await terminal.shows('key: ');
  terminal.type('half\x1c');
  await ends(terminal, 0);
  expect(shownAt(terminal)).toMatch(/^ended: 130$/m);
  expect(shownAt(terminal)).toMatch(/^isig icanon .* echo /m);
});

test('SIGQUIT from elsewhere leaves the terminal as it was, too', async () => {
  const terminal = shell('HAPROV secret set key; echo "ended: $?"; stty -a');
  await terminal.shows('key: ');
  signal(terminal, 'QUIT');
  await terminal.shows('ended: 130');
  await terminal.shows(/^isig icanon .* echo /m);
});

test('SIGTSTP from elsewhere: to the background with the terminal as it was; asked again afterwards', async () => {
  const terminal = shell('set -m; HAPROV secret set key; echo stopped; stty -a; fg; echo "ended: $?"');
  await terminal.shows('key: ');
  terminal.type('half');
  signal(terminal, 'TSTP');
  await terminal.shows('stopped');
  await terminal.shows(/^isig icanon .* echo /m);
  await terminal.shows(/stopped[\s\S]*key: /);
  terminal.type('whole\r');
  await terminal.shows('ended: 0');
  expect(get('key')).toBe('whole\n');
});

/** To the program that the terminal's shell has started. */
const signal = (terminal: Terminal, name: string) =>
  execFileSync('sh', ['-c', `kill -${name} $(ps -o pid= --ppid ${terminal.pid})`]);

test('a key with a passphrase, and a secret that comes by a pipe', async () => {
  await ends(shell('printf one | HAPROV secret set n'), 0);
  const file = inFolder('.config/haprov/identity.txt');
  const encrypter = new Encrypter();
  encrypter.setPassphrase('open sésame');
  encrypter.setScryptWorkFactor(10);
  const plain = readFileSync(file, 'utf8');
  writeFileSync(file, await encrypter.encrypt(plain));
  const terminal = shell('printf two | HAPROV secret set n && HAPROV secret get n');
  await terminal.shows('Passphrase for');
  terminal.type('wrong\r');
  await terminal.asks('Passphrase for');
  expect(shownAt(terminal)).toContain('That passphrase does not open it.');
  terminal.type('open sésame\r');
  await terminal.asks('Passphrase for');
  expect(shownAt(terminal)).toContain('n is set');
  terminal.type('open sésame\r');
  await ends(terminal, 0);
  expect(terminal.everything.at(-1)).toBe('two');
  // What was typed is masked, also where no inventory is known yet.
  const other = new Encrypter();
  other.setPassphrase('secrets.age');
  other.setScryptWorkFactor(10);
  writeFileSync(file, await other.encrypt(plain));
  const masked = shell('HAPROV secret get none');
  await masked.shows('Passphrase for');
  masked.type('secrets.age\r');
  await ends(masked, 1);
  expect(shownAt(masked)).toMatch(/^error: \*\*\* has no secret none/m);
  // The passphrase comes before the secret.
  const typed = shell('HAPROV secret set n');
  await typed.shows('Passphrase for');
  expect(shownAt(typed)).not.toMatch(/^n: /m);
});
