import { HostError } from '../../src/errors';
import { connectError } from '../../src/host/connect-failure';
import { parseSshDump, settingsFrom } from '../../src/host/ssh-config';

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
    error('Timed out while waiting for handshake'),
    'web1:2222 took the connection but did not finish the SSH login within 1.5 s',
  ],
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

test('what a proxy said is told', () => {
  expect(
    connectError(error('Connection lost before handshake'), { ...state, complaint: 'nc: no\nroute' }).message,
  ).toBe('fred: web1:2222 closed the connection before the login (the proxy says: nc: no; route)');
});
