import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { program } from '../support/program';
import { edit, environment, get, haprov, inFolder, set, useSecretFolder } from '../support/secret-folder';

useSecretFolder();
const identity = '.config/haprov/identity.txt';

test('the first makes a key, for its owner alone, and says to keep it; then it is there for the inventory', () => {
  const first = set('stats', 'a-very-secret-word\n');
  expect(first).toMatchObject({
    code: 0,
    stdout: 'stats is set in secrets.age; in the inventory: { "secret": "stats" }\n',
  });
  expect(first.stderr).toContain(`your key was made: ${inFolder(identity)}. Keep a copy`);
  expect(statSync(inFolder(identity)).mode & 0o777).toBe(0o600);
  const again = set('other', 'word');
  expect(again).toMatchObject({ code: 0, stderr: 'inventory: inventory.json\n' });
  expect([get('stats'), get('other')]).toEqual(['a-very-secret-word\n', 'word\n']);
  expect(readFileSync(inFolder('secrets.age'), 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  expect(haprov(['secret', 'list']).stdout).toBe('other  not used\nstats  stats.password\n');
  const shown = haprov(['render', 'inventory.json', '--file', '/etc/a', '--show-secrets']);
  expect(shown.stdout).toBe('a-very-secret-word\n');
  expect(haprov(['render', 'inventory.json', '--file', '/etc/a']).stdout).toBe('***\n');
});

test.each([
  'two\nlines\n\n',
  ' äöü "quoted" \'too\' \\ $HOME `id` ',
  '-----BEGIN X-----\nAAAA\n-----END X-----\r\n',
  '{"a": 1}',
])('%j comes back as it was, but for the last newline, also out of the editor', (value) => {
  const bare = value.replace(/\r?\n$/, '');
  set('one', value);
  set('two', 'x');
  expect(get('one')).toBe(`${bare}\n`);
  expect(edit('sed -i "s/^two:.*/two: y/" "$file"')).toMatchObject({ code: 0, stdout: 'changed: two\n' });
  expect([get('one'), get('two')]).toEqual([`${bare}\n`, 'y\n']);
});

test.each([
  ['', 'the secret is empty'],
  ['\n', 'the secret is empty'],
  [Buffer.from([65, 255]), 'no UTF-8 text'],
  [Buffer.from('a\0b'), 'a NUL character'],
  ['a'.repeat(9 * 1024 * 1024), 'would be bigger than 8 MiB'],
])('%j is no secret, and makes no file', (input, says) => {
  const { code, stderr } = haprov(['secret', 'set', 'a'], { input });
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  expect(existsSync(inFolder('secrets.age'))).toBe(false);
});

test('a key that was made is told of where what comes after it fails, also by init', () => {
  const told = `your key was made: ${inFolder(identity)}. Keep a copy`;
  const tooBig = haprov(['secret', 'set', 'a'], { input: 'a'.repeat(9 * 1024 * 1024) });
  expect(tooBig).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
  rmSync(inFolder(identity));
  rmSync(inFolder('secrets.recipients'));
  mkdirSync(inFolder('new'));
  const theirs = haprov(['secret', 'recipient'], { env: { HAPROV_AGE_IDENTITY: inFolder('theirs.txt') } });
  writeFileSync(inFolder('new/secrets.recipients'), theirs.stdout);
  const pair = ['--host', 'a=192.0.2.1', '--host', 'b=192.0.2.2', '--vip', '192.0.2.9'];
  const init = haprov(['init', '--offline', ...pair, '--out', inFolder('new/inventory.json')]);
  expect(init).toMatchObject({ code: 2, stderr: expect.stringContaining('does not name you') });
  expect(init.stderr).toContain(told);
});

test('a folder in place of the secret is no fault of haprov', () => {
  const folder = openSync(inFolder(''), 'r');
  const { stderr, status } = spawnSync(process.execPath, [program, 'secret', 'set', 'a'], {
    cwd: inFolder(''),
    env: environment(),
    stdio: [folder, 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  closeSync(folder);
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/^inventory: inventory.json\nerror: standard input cannot be read: EISDIR/),
  ]);
});

test('who can read the secrets is told where that changes, and a key that others can read', () => {
  set('stats', 'word');
  const theirs = haprov(['secret', 'recipient'], { env: { HAPROV_AGE_IDENTITY: inFolder('theirs') } }).stdout;
  appendFileSync(inFolder('secrets.recipients'), theirs);
  expect(set('other', 'x').stderr).toBe(
    'inventory: inventory.json\nwarning: secrets.age is for 2 recipients of secrets.recipients now, and was for 1\n',
  );
  chmodSync(inFolder(identity), 0o644);
  expect(haprov(['secret', 'list']).stderr.replace(/\s+/g, ' ')).toContain(
    'is not for you alone (mode 0644), and has the key to your secrets: chmod 600',
  );
});

test.each(['-a', '../a', '', 'a b', 'a\u001b[2J'])('%j is no name', (name) => {
  const { code } = haprov(['secret', 'set', '--', name], { input: 'x' });
  expect(code).toBe(2);
  expect(existsSync(inFolder('secrets.age'))).toBe(false);
});

test('many at once lose nothing, also behind a lock of one that is dead', async () => {
  set('first', 'x');
  symlinkSync(
    `${spawnSync('hostname', { encoding: 'utf8' }).stdout.trim()}:4194399`,
    inFolder('.secrets.age.lock'),
  );
  const names = ['a', 'b', 'c', 'd', 'e'];
  const codes = await Promise.all(
    names.map((name) => {
      const child = spawn(process.execPath, [program, 'secret', 'set', name], {
        cwd: inFolder(''),
        env: environment(),
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      child.stdin.end(`value of ${name}`);
      return new Promise((done) => child.on('close', done));
    }),
  );
  expect(codes).toEqual(names.map(() => 0));
  for (const name of names) expect(get(name)).toBe(`value of ${name}\n`);
  expect(get('first')).toBe('x\n');
  expect(readdirSync(inFolder('')).filter((name) => /lock|secrets\.age\./.test(name))).toEqual([]);
});

test('another joins: by a recipient, and rekey', () => {
  set('stats', 'shared-secret');
  const theirs = { HAPROV_AGE_IDENTITY: inFolder('theirs.txt') };
  const { stdout: recipient } = haprov(['secret', 'recipient'], { env: theirs });
  expect(recipient).toMatch(/^age1[a-z0-9]{58}\n$/);
  const refused = haprov(['secret', 'get', 'stats'], { env: theirs });
  expect(refused.stderr).toContain(
    `have somebody who can open it add ${recipient.trim()} to secrets.recipients, and run haprov secret rekey`,
  );
  appendFileSync(inFolder('secrets.recipients'), recipient);
  expect(haprov(['secret', 'rekey'])).toMatchObject({ code: 0 });
  expect(get('stats', { env: theirs })).toBe('shared-secret\n');
  writeFileSync(inFolder('secrets.recipients'), recipient);
  const alone = haprov(['secret', 'rekey']);
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('does not name you')]);
  expect(get('stats')).toBe('shared-secret\n');
});

test.each([
  ['no key', () => rmSync(inFolder(identity)), 'there is no such file, and it would have the key'],
  [
    'a damaged key',
    () => {
      const text = readFileSync(inFolder(identity), 'utf8');
      writeFileSync(
        inFolder(identity),
        text.replace(/.\s*$/, (end) => (end.startsWith('Q') ? 'P' : 'Q')),
      );
    },
    'has a key that is damaged',
  ],
  ['an empty key', () => writeFileSync(inFolder(identity), '# none\n'), 'has no key in it'],
  [
    'another key',
    () => {
      rmSync(inFolder(identity));
      haprov(['secret', 'recipient']);
    },
    'is not for the key in',
  ],
  ['a merge', () => appendFileSync(inFolder('secrets.age'), '<<<<<<< HEAD\n'), 'has marks of a merge in it'],
  ['another file', () => writeFileSync(inFolder('secrets.age'), 'text'), 'is no file of age'],
  [
    'half of it',
    () => writeFileSync(inFolder('secrets.age'), readFileSync(inFolder('secrets.age')).subarray(0, 150)),
    'is no file of age, or is damaged',
  ],
  ['none', () => rmSync(inFolder('secrets.age')), 'there is no secrets.age beside this file'],
  [
    'another name',
    () => {
      haprov(['secret', 'edit', '--yes'], { env: { EDITOR: 'sed -i s/^stats/statz/' } });
    },
    'has no secret stats; did you mean "statz"?',
  ],
])('%s: every command says so at the place that needs it, and no secret', (_what, spoil, says) => {
  set('stats', 'a-very-secret-word');
  spoil();
  for (const command of [
    ['lint', 'inventory.json'],
    ['render', 'inventory.json'],
    ['plan', 'inventory.json'],
    ['log', 'inventory.json'],
  ]) {
    const { code, stdout, stderr } = haprov(command);
    expect([code, stdout, stderr.replace(/\s+/g, ' ')]).toEqual([2, '', expect.stringContaining(says)]);
    expect(stderr).toMatch(/^error: inventory.json:1:\d+: stats.password: /);
    expect(stderr).not.toMatch(/very-secret|AGE-SECRET/);
  }
});

test.each([
  ['AGE-SECRET-KEY-1QQQ', 'is a secret key, and everybody who may read this file has it now'],
  ['ssh-ed25519 AAAA', 'is a key of SSH'],
  ['age1zz', 'is no recipient of age'],
  ['age1zz # bob', 'a comment stands in a line of its own'],
])('a recipient %s is refused at its line, and not shown', (row, says) => {
  set('stats', 'word');
  appendFileSync(inFolder('secrets.recipients'), `${row}\n`);
  const { code, stderr } = set('other', 'x');
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  expect(stderr).toContain('secrets.recipients:3:1');
  expect(get('stats')).toBe('word\n');
});

test.each([
  ['a group', { vips: { v: { address: '10.0.0.9', virtualRouterId: 7, group: { secret: 'stats' } } } }, 2],
  ['a playbook', { playbooks: [{ secret: 'stats' }] }, 2],
  ['an address', { hosts: { a: { address: { secret: 'stats' } } } }, 0],
])('a secret that stands where %s belongs is shown by nobody', (_what, wrong, code) => {
  set('stats', 'ZleakMeZ1234');
  const about = JSON.parse(readFileSync(inFolder('inventory.json'), 'utf8'));
  writeFileSync(inFolder('inventory.json'), JSON.stringify({ ...about, ...wrong }));
  for (const command of ['lint', 'render']) {
    const told = haprov([command, 'inventory.json']);
    expect(told.code).toBe(code);
    expect(`${told.stdout}${told.stderr}`).not.toContain('ZleakMeZ');
  }
});

test('who looks at an inventory is told whose programs it has run, also where it is at fault', () => {
  writeFileSync(inFolder('store.sh'), '#!/bin/sh\necho a-very-secret-word\n', { mode: 0o755 });
  const stats = { password: { command: ['./store.sh', 'word'] } };
  const hosts = { a: { address: '10.0.0.1' } };
  for (const [about, codes] of [
    [{ hosts, stats, playbooks: ['p'] }, [0, 0]],
    [{ hosts, stats, playbooks: ['none'] }, [2, 2]],
  ] as const) {
    writeFileSync(inFolder('inventory.json'), JSON.stringify(about));
    const told = ['lint', 'render'].map((command) => haprov([command, 'inventory.json']));
    expect(told.map(({ code }) => code)).toEqual(codes);
    for (const { stderr } of told)
      expect(stderr).toMatch(/^the inventory has these programs run: \.\/store\.sh$/m);
  }
});

test('a diagram of the inventory needs no key', () => {
  const { code } = haprov(['diagram', 'inventory.json', '--format', 'svg']);
  expect(code).toBe(0);
});

test('what haprov starts does not get a variable that is there for the inventory', () => {
  const hosts = { a: { address: '10.0.0.1' } };
  const stats = { password: { env: 'STATS_PASSWORD' } };
  writeFileSync(inFolder('inventory.json'), JSON.stringify({ hosts, stats, playbooks: ['p'] }));
  const proxy = `sh -c 'env >${inFolder('seen')}; exit 1'`;
  writeFileSync(inFolder('ssh_config'), `Host *\n  ProxyCommand ${proxy}\n`);
  const env = { STATS_PASSWORD: 'from the environment', OTHER: 'stays' };
  expect(haprov(['log', 'inventory.json', '--ssh-config', 'ssh_config'], { env }).code).toBe(3);
  const seen = readFileSync(inFolder('seen'), 'utf8');
  expect(seen).toMatch(/^OTHER=stays$/m);
  expect(seen).not.toContain('STATS_PASSWORD');
});
