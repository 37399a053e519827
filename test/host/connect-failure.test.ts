import { HostError } from '../../src/errors';
import { parseSshDump } from '../../src/host/ask-ssh-config';
import { connectError } from '../../src/host/connect-failure';
import { settingsFrom } from '../../src/host/ssh-config';

const settings = settingsFrom(parseSshDump('user root'), {
  name: 'fred',
  address: 'web1',
  port: 2222,
  sudo: 'auto',
  connectTimeoutMs: 1500,
});
const state = { host: 'fred', settings };
const error = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code ? { code } : {});

test.each([
  [
    error('connect ECONNREFUSED 1.2.3.4:2222', 'ECONNREFUSED'),
    'web1:2222 refuses the connection: nothing listens there',
  ],
  [error('no answer', 'ETIMEDOUT'), 'web1:2222 does not answer within 1.5 s'],
  [error('getaddrinfo ENOTFOUND web1', 'ENOTFOUND'), 'the name web1 cannot be resolved'],
  [error('getaddrinfo EAI_AGAIN web1', 'EAI_AGAIN'), 'the name web1 cannot be resolved'],
  [error('connect EHOSTUNREACH', 'EHOSTUNREACH'), 'there is no route to web1:2222'],
  [
    error('Handshake failed: no matching key exchange algorithm'),
    'web1:2222 and haprov have no key exchange algorithm in common',
  ],
  [
    error('Handshake failed: no matching host key format'),
    'web1:2222 and haprov have no host key format in common',
  ],
  [
    error('connect ETIMEDOUT 1.2.3.4:2222', 'ETIMEDOUT'),
    'web1:2222 does not answer: the system of this machine waits no longer',
  ],
  [error('no first line in time'), 'web1:2222 took the connection, but no SSH server spoke within 1.5 s'],
  [
    error('Connection timed out during banner exchange'),
    'web1:2222 took the connection, but no SSH server spoke within 1.5 s',
  ],
  [error('no login within 120 s'), 'web1:2222 let nobody in, and refused nobody, within 120 s'],
  [error('Connection lost before handshake'), 'web1:2222 closed the connection before the login'],
  [error('read ECONNRESET', 'ECONNRESET'), 'web1:2222 closed the connection before the login'],
  [error('Too many authentication failures'), 'web1:2222 gave up after too many keys; there was none to try'],
  [error('something new'), 'the SSH connection to web1:2222 failed: something new'],
])('%s', (cause, message) => {
  const found = connectError(cause, state);
  expect(found).toBeInstanceOf(HostError);
  expect(found.message).toBe(`fred: ${message}`);
  expect(found.exitCode).toBe(3);
  expect(found.hint).toBeTruthy();
});

test('a login that was refused says what was tried, what was not, and what to do', () => {
  const found = connectError(error('All configured authentication methods failed'), {
    ...state,
    credentials: {
      attempts: [],
      tried: ['agent key a', '/k/id', 'agent key b'],
      notes: ['/k/old is encrypted'],
    },
    serverMethods: ['publickey', 'password'],
  });
  expect(found.message).toBe(
    'fred: cannot log in as root@web1:2222: no key or password was accepted; tried agent (2 keys), /k/id; /k/old is encrypted; the host takes publickey, password',
  );
  expect(found.hint).toContain('ssh-copy-id -p 2222 root@web1');
});

test('what the server said in place of SSH is told', () => {
  const firstWords = 'Exceeded MaxStartups\r\n';
  expect(connectError(error('Connection lost before handshake'), { ...state, firstWords }).message).toBe(
    'fred: web1:2222 closed the connection before the login; it says: Exceeded MaxStartups',
  );
});

describe('a host that ends the login by itself', () => {
  const now = performance.now();
  test.each<[string, string, object, string]>([
    [
      'an account that has expired',
      'Connection lost before handshake',
      { heardAt: now, banner: 'Your account has expired; ask' },
      'The account is expired or locked',
    ],
    [
      '/run/nologin with a text of its own',
      'Connection lost before handshake',
      { heardAt: now, banner: 'We paint' },
      '/run/nologin',
    ],
    ['the same by ssh', 'Connection closed by 1.2.3.4 port 2222', { banner: 'We paint' }, '/run/nologin'],
  ])('%s', (_what, words, more, remedy) => {
    const found = connectError(error(words), { ...state, ...more });
    expect(found.message).toMatch(
      /^fred: cannot log in as root@web1:2222: the host closed the connection during the login; it says: /,
    );
    expect(found.hint).toContain(remedy);
  });

  test('ssh before the first line: none of these', () => {
    const words =
      'kex_exchange_identification: Connection closed by remote host\nConnection closed by 1.2.3.4 port 22';
    expect(connectError(error(words), state).message).toBe(
      'fred: web1:2222 closed the connection before the login',
    );
  });
});

describe('a message about time names what rules it', () => {
  const hint = (words: string, more = {}) => connectError(error(words), { ...state, ...more }).hint;
  test.each([
    ['ETIMEDOUT no answer', 'ssh.connectTimeout, or ConnectTimeout of the ssh config'],
    ['no first line in time', 'ssh.connectTimeout, or ConnectTimeout of the ssh config'],
    ['no login within 120 s', 'LoginGraceTime of sshd_config'],
  ])('%s', (words, setting) => expect(hint(words)).toContain(setting));

  test('a server that waits no longer for the login', () => {
    const [now, words] = [performance.now(), 'Connection lost before handshake'];
    expect(hint(words, { heardAt: now - 119_000 })).toContain('LoginGraceTime');
    expect(hint(words, { heardAt: now })).toContain('chage -l root');
    expect(hint(words)).toContain('MaxStartups');
  });
});

test('what a proxy said is told', () => {
  expect(
    connectError(error('Connection lost before handshake'), { ...state, complaint: 'nc: no\nroute' }).message,
  ).toBe('fred: web1:2222 closed the connection before the login (the proxy says: nc: no; route)');
});
