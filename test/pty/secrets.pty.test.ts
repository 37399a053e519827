import { readdirSync, readFileSync } from 'node:fs';
import type { User } from '../support/ssh-server';
import { Hosts, type Program, programs } from './hosts';
import { keys, type Terminal } from './terminal';

/** What logins ask, on a terminal: nothing that is typed is shown, and the terminal is left as it was. */

let hosts: Hosts;
afterEach(() => hosts.close());

const code: User = {
  rounds: [
    {
      instructions: 'Second\x1b[31m factor',
      prompts: [{ prompt: 'Verification code: ', echo: false }],
      takes: ([one]) => one === '123456',
    },
  ],
};
const secret = 'open sésame';
const shownAt = (terminal: Terminal) => terminal.everything.join('\n');
const times = (terminal: Terminal, what: string) => shownAt(terminal).split(what).length - 1;

describe.each(['ssh2', 'openssh'])('the key of a host that is not known, by %s', (transport) => {
  beforeEach(async () => {
    hosts = await Hosts.lettingIn({ fred: {} }, { transport });
    hosts.known = '';
  });

  test('is shown, and taken where that is said', async () => {
    const terminal = hosts.run('plan inventory.json');
    await terminal.shows('known_hosts? [y/N]');
    expect(shownAt(terminal)).toMatch(
      /fred: the key of \[127\.0\.0\.2\]:\d+ is not known: ED25519\s+SHA256:/,
    );
    terminal.type('y\r');
    expect(await terminal.ended).toMatchObject({ code: 0 });
    expect(hosts.known).toMatch(/^\[127\.0\.0\.2\]:\d+ ssh-ed25519 \S+\n$/);
  });

  test.each([
    ['Enter alone', '\r', 3],
    ['Ctrl-C', keys.ctrlC, 130],
  ])('is refused by %s', async (_, typed, code) => {
    const terminal = hosts.run('plan inventory.json');
    await terminal.shows('known_hosts? [y/N]');
    terminal.type(typed);
    expect(await terminal.ended).toMatchObject({ code });
    expect(hosts.known).toBe('');
  });
});

describe('a passphrase', () => {
  let key: string;
  beforeEach(async () => {
    hosts = await Hosts.start('fred', 'ethyl');
    key = hosts.lockKey(secret);
  });

  test.each(Object.keys(programs) as Program[])(
    'is asked once for both hosts (%s program)',
    async (program) => {
      const terminal = hosts.run('plan inventory.json', { program });
      await terminal.shows(`Enter passphrase for key '${key}': `);
      terminal.type(`wrong${'\x7f'.repeat(5)}another\x15${secret}\r`);
      expect(await terminal.ended).toMatchObject({ code: 0 });
      expect(times(terminal, 'passphrase')).toBe(1);
      for (const typed of ['wrong', 'another', secret]) expect(terminal.raw).not.toContain(typed);
      expect(shownAt(terminal)).toContain('Plan: 1 change on fred, 1 on ethyl');
    },
  );

  test('that is wrong three times: it says so, and leaves', async () => {
    const terminal = hosts.run('plan inventory.json');
    await terminal.shows('Enter passphrase');
    terminal.type('one\r');
    for (const typed of ['two', 'three']) {
      await terminal.asks('Bad passphrase, try again');
      terminal.type(`${typed}\r`);
    }
    expect(await terminal.ended).toMatchObject({ code: 3 });
    expect(shownAt(terminal)).toMatch(/bad\s+passphrase/);
    expect(shownAt(terminal)).toMatch(/passphrase\s+does\s+not\s+open\s+the\s+key/);
    expect(times(terminal, 'Enter passphrase')).toBe(1);
  });

  test('the question of apply comes afterwards, and is asked as ever', async () => {
    const terminal = hosts.run('apply inventory.json');
    await terminal.shows('Enter passphrase');
    terminal.type(`${secret}\r`);
    await terminal.shows('[y/N]');
    terminal.type('n\r');
    expect(await terminal.ended).toMatchObject({ code: 1 });
    expect(terminal.everything.at(-2)).toMatch(/\[y\/N\] n$/);
  });

  const left: [string, string][] = [
    ['Ctrl-C', keys.ctrlC],
    ['half a word, then Ctrl-C', `half${keys.ctrlC}`],
  ];
  test.each(left)('%s: it ends at once, and the terminal shows again what is typed', async (_, typed) => {
    const terminal = hosts.shell(`${hosts.commandLine('plan inventory.json')}; echo "ended: $?"; stty -a`);
    await terminal.shows('Enter passphrase');
    terminal.type(typed);
    await terminal.shows('ended: 130');
    expect(await terminal.ended).toMatchObject({ code: 0 });
    expect(shownAt(terminal)).toMatch(/^isig icanon .* echo /m);
    expect(terminal.raw).not.toContain('half');
  });

  test.each(['SIGTERM', 'SIGINT'])('%s from elsewhere while it is asked: it ends, too', async (signal) => {
    const terminal = hosts.run('plan inventory.json');
    await terminal.shows('Enter passphrase');
    process.kill(terminal.pid, signal);
    expect(await terminal.ended).toEqual({ code: 130, signal: 0 });
  });

  test('the terminal is closed: it ends', async () => {
    const terminal = hosts.run('plan inventory.json');
    await terminal.shows('Enter passphrase');
    terminal.close();
    expect(await terminal.ended).toEqual({ code: 130, signal: 0 });
  });

  test('Ctrl-Z: to the background with the terminal as it was; asked again afterwards', async () => {
    const program = hosts.commandLine('plan inventory.json');
    const terminal = hosts.shell(`set -m; ${program}; echo "stopped"; stty -a; fg; echo "ended: $?"`);
    await terminal.shows('Enter passphrase');
    terminal.type(`half${keys.ctrlZ}`);
    await terminal.shows('stopped');
    await terminal.shows(/^isig icanon .* echo /m);
    await terminal.asks('Enter passphrase');
    terminal.type(`${secret}\r`);
    await terminal.shows('ended: 0');
    expect(terminal.raw).not.toContain('half');
  });

  test.each([
    ['what is typed comes by a pipe', 'echo x | PROGRAM', {}],
    ['CI', 'PROGRAM', { CI: 'true' }],
    ['there is no terminal', 'setsid -w PROGRAM </dev/null', {}],
  ])('where nobody can be asked nothing is: %s', async (_, line, env) => {
    const program = hosts.commandLine('plan inventory.json');
    const terminal = hosts.shell(line.replace('PROGRAM', program), { env });
    expect(await terminal.ended).toMatchObject({ code: 3 });
    expect(shownAt(terminal)).not.toContain('Enter passphrase');
    expect(shownAt(terminal).replaceAll(/\s+/g, ' ')).toContain(
      'Load the key with ssh-add, or give ssh.passphrase as an env value. At a terminal haprov asks for it.',
    );
  });

  test('without a terminal SSH_ASKPASS is asked', async () => {
    hosts.write('askpass', `#!/bin/sh\necho "$1" >>${hosts.folder}/asked\necho '${secret}'\n`);
    const program = hosts.commandLine('plan inventory.json');
    const terminal = hosts.shell(
      `chmod +x askpass; setsid -w ${program} </dev/null; echo "ended: $?"; cat asked`,
      {
        env: { SSH_ASKPASS: `${hosts.folder}/askpass`, DISPLAY: ':0' },
      },
    );
    expect(await terminal.ended).toMatchObject({ code: 0 });
    expect(shownAt(terminal)).toContain('ended: 0');
    expect(times(terminal, `Enter passphrase for key '${key}':`)).toBe(1);
  });
});

test('passwords of two hosts, one after the other', async () => {
  hosts = await Hosts.lettingIn({ fred: { password: "fred's" }, ethyl: { password: "ethyl's" } });
  const terminal = hosts.run('plan inventory.json');
  const asked: string[] = [];
  for (let count = 1; count <= 2; count++) {
    await terminal.asks("'s password:");
    const [, host = ''] = /(fred|ethyl): root@127\.0\.0\.\d's password:\s*$/.exec(shownAt(terminal)) ?? [];
    asked.push(host);
    terminal.type(`${host}'s\r`);
  }
  expect(await terminal.ended).toMatchObject({ code: 0 });
  expect(asked.sort()).toEqual(['ethyl', 'fred']);
  expect(times(terminal, "'s password:")).toBe(2);
});

test('a host that has ended the login asks no more: what is typed then answers the next question alone', async () => {
  hosts = await Hosts.lettingIn({ fred: { password: "fred's" }, ethyl: { password: "ethyl's" } });
  const terminal = hosts.run('plan inventory.json');
  await terminal.shows("'s password:");
  const [first = ''] = /(fred|ethyl)(?=: root@)/.exec(shownAt(terminal)) ?? [];
  const second = first === 'fred' ? 'ethyl' : 'fred';
  hosts.hangUp(first);
  await terminal.shows(new RegExp(`^${second}: root@127\\.0\\.0\\.\\d's password:`, 'm'));
  terminal.type(`${second}'s\r`);
  expect(await terminal.ended).toMatchObject({ code: 3 });
  expect(shownAt(terminal)).toMatch(new RegExp(`${first}: .*the host\\s+closed the connection during`, 's'));
  expect(times(terminal, "'s password:")).toBe(2);
});

test.each([80, 40])('a code after the key, in the server’s words, on %d columns', async (columns) => {
  hosts = await Hosts.lettingIn({ fred: { ...code, factors: ['publickey', 'keyboard-interactive'] } });
  const terminal = hosts.run('plan inventory.json', { columns });
  await terminal.shows('Verification code: ');
  expect(shownAt(terminal)).toMatch(/^fred: Second\^\[\[31m factor\nVerification code: *$/m);
  terminal.type('123456\r');
  expect(await terminal.ended).toMatchObject({ code: 0 });
  expect(terminal.raw).not.toContain('123456');
});

test('Ctrl-D leaves a host’s question unanswered, and it is not asked again', async () => {
  hosts = await Hosts.lettingIn({ fred: { password: "fred's" }, ethyl: {} });
  const terminal = hosts.run('plan inventory.json');
  await terminal.shows("fred: root@127.0.0.2's password: ");
  terminal.type(keys.ctrlD);
  expect(await terminal.ended).toMatchObject({ code: 3 });
  expect(shownAt(terminal)).toMatch(/fred.*cannot log in as root/s);
  expect(times(terminal, "'s password:")).toBe(1);
});

test.each(['ssh2', 'openssh'])('a run asks for a code twice, and says why (%s)', async (transport) => {
  hosts = await Hosts.lettingIn(
    { fred: { ...code, factors: ['publickey', 'keyboard-interactive'] } },
    { transport },
  );
  const terminal = hosts.run('apply inventory.json --yes --steady 0');
  await terminal.shows('Verification code:');
  terminal.type('123456\r');
  await terminal.shows(/^fred: what was changed stays only where one can still log in/m);
  await terminal.asks('Verification code:');
  terminal.type('123456\r');
  expect(await terminal.ended).toMatchObject({ code: 0 });
  expect(times(terminal, 'once more')).toBe(1);
  expect(times(terminal, 'Verification code:')).toBe(2);
});

test('a run that nobody drives any more is brought to its end without another code', async () => {
  hosts = await Hosts.lettingIn({ fred: { ...code, factors: ['publickey', 'keyboard-interactive'] } });
  const box = hosts.boxes.get('fred');
  if (!box) throw new Error('no host');
  const run = `while [ -d ${box.host} ] && [ ! -e ${box.host}/go ]; do sleep 0.1; done`;
  hosts.wants({ type: 'command', run, creates: `${box.host}/go` });
  const killed = hosts.run('apply inventory.json --yes --steady 0');
  await killed.shows('Verification code:');
  killed.type('123456\r');
  await killed.shows(/commit 1\/1 run/);
  process.kill(killed.pid, 'SIGKILL');
  await killed.ended;
  box.killWatchers();
  box.write('go', '');
  const terminal = hosts.run('apply inventory.json --yes --steady 0');
  await terminal.shows('Verification code:');
  terminal.type('123456\r');
  await terminal.shows(/brought\s+to\s+its\s+end\s+first/);
  await terminal.asks('Verification code:');
  expect(times(terminal, 'what was changed stays')).toBe(1);
  terminal.type('123456\r');
  expect(await terminal.ended).toMatchObject({ code: 0 });
});

describe('where ssh itself logs in', () => {
  const ssh = { transport: 'openssh' };
  /** Who runs with files of the test's. */
  const running = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        } catch {
          return [];
        }
      })
      .filter((words) => words.startsWith('ssh ') && words.includes(hosts.folder));
  const untilGone = async () => {
    while (running().length > 0) await new Promise((resolve) => setImmediate(resolve));
  };

  test('a passphrase is asked once for both hosts, and a code by each', async () => {
    const user: User = { ...code, factors: ['publickey', 'keyboard-interactive'] };
    hosts = await Hosts.lettingIn({ fred: user, ethyl: user }, ssh);
    const key = hosts.lockKey(secret);
    const terminal = hosts.run('plan inventory.json');
    await terminal.shows(`Enter passphrase for key '${key}': `);
    terminal.type(`${secret}\r`);
    for (let count = 1; count <= 2; count++) {
      await terminal.asks('Verification code:');
      terminal.type('123456\r');
    }
    expect(await terminal.ended).toMatchObject({ code: 0 });
    expect(times(terminal, 'Enter passphrase')).toBe(1);
    for (const host of ['fred', 'ethyl'])
      expect(shownAt(terminal)).toMatch(new RegExp(`^${host}: .*Verification code:`, 'm'));
    for (const typed of [secret, '123456']) expect(terminal.raw).not.toContain(typed);
    await untilGone();
  });

  test('Ctrl-C at the question ends ssh, too', async () => {
    hosts = await Hosts.lettingIn({ fred: {} }, ssh);
    hosts.lockKey(secret);
    const terminal = hosts.shell(`${hosts.commandLine('plan inventory.json')}; echo "ended: $?"; stty -a`);
    await terminal.shows('Enter passphrase');
    terminal.type(keys.ctrlC);
    await terminal.shows('ended: 130');
    expect(await terminal.ended).toMatchObject({ code: 0 });
    expect(shownAt(terminal)).toMatch(/^isig icanon .* echo /m);
    await untilGone();
  });

  test('Ctrl-C during a run: the step under way is finished, because ssh does not hear it', async () => {
    hosts = await Hosts.lettingIn({ fred: {} }, ssh);
    const box = hosts.boxes.get('fred');
    if (!box) throw new Error('no host');
    const run = `while [ -d ${box.host} ] && [ ! -e ${box.host}/go ]; do sleep 0.1; done`;
    hosts.wants({ type: 'command', run, creates: `${box.host}/go` });
    const terminal = hosts.run('apply inventory.json --yes --steady 0');
    await terminal.shows(/commit 1\/1 run/);
    terminal.type(keys.ctrlC);
    await terminal.shows('stopping: ');
    box.write('go', '');
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    expect(box.tree('srv/one')).toHaveLength(1);
    await untilGone();
  });
});
