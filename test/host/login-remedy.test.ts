import type { ConnectState } from '../../src/host/connect-state';
import { loginRemedy } from '../../src/host/login-remedy';
import { settingsFrom } from '../../src/host/ssh-config';

/** What a host did that let nobody in → what is to be done about it. */

const settings = (user = 'deploy', port = 22) =>
  settingsFrom(new Map(), { name: 'fred', address: 'fred.example', user, port, sudo: 'auto' });
const named = settingsFrom(new Map([['identityfile', ['/k/a', '/k/b']]]), {
  ...{ name: 'fred', address: 'fred.example', user: 'deploy', sudo: 'auto' },
});
const state = (more: Partial<ConnectState> = {}): ConnectState => ({
  host: 'fred',
  settings: settings(),
  serverMethods: ['publickey', 'password'],
  credentials: { attempts: [], tried: ['~/.ssh/id'], notes: [] },
  ...more,
});
const credentials = (tried: string[], ...notes: string[]) => ({ attempts: [], tried, notes });

test.each<[string, Partial<ConnectState>, string]>([
  ['a key that it does not know', {}, 'ssh-copy-id deploy@fred.example'],
  [
    'the same on another port',
    { settings: settings('deploy', 2222) },
    'ssh-copy-id -p 2222 deploy@fred.example',
  ],
  [
    'a key that was named',
    { settings: named, credentials: credentials(['agent key x', '/k/b']) },
    'ssh-copy-id -i /k/b deploy@fred.example',
  ],
  [
    'a key that was named, which the agent holds',
    { settings: named, credentials: credentials(['/k/a (agent)', '/k/b']) },
    'ssh-copy-id -i /k/a deploy@fred.example',
  ],
  ['root', { settings: settings('root') }, 'PermitRootLogin'],
  ['a second factor', { isHalfIn: true }, "ssh -fNM -o 'ControlPath=~/.ssh/%C' deploy@fred.example"],
  [
    'a second factor on another port',
    { isHalfIn: true, settings: settings('deploy', 2222) },
    "-o 'ControlPath=~/.ssh/%C' -p 2222 deploy@fred.example",
  ],
  ['an expired password', { banner: 'Your password has expired.' }, 'chage -l deploy'],
  [
    'an account that has ended',
    { banner: 'Your account has expired; please contact your system administrator.' },
    'passwd -S deploy',
  ],
  ['a locked account', { banner: 'The account is locked due to 3 failed logins.' }, 'passwd -S deploy'],
  [
    'a host that boots',
    { banner: '"System is booting up. Unprivileged users are not permitted to log in yet."' },
    '/run/nologin',
  ],
  ['a host that goes down', { banner: 'The system is going down for reboot at 03:00!' }, '/run/nologin'],
  [
    'a wrong passphrase',
    { credentials: credentials([], '/k: OpenSSH key integrity check failed -- bad passphrase?') },
    'correct ssh.passphrase',
  ],
  [
    'no passphrase',
    { credentials: credentials([], '/k is encrypted: load it with ssh-add, or give its passphrase') },
    'ssh-add',
  ],
  [
    'passwords only',
    { serverMethods: ['password', 'keyboard-interactive'], credentials: credentials([]) },
    'ssh.password',
  ],
  [
    'a wrong password where it takes nothing else',
    { serverMethods: ['password'], credentials: credentials(['password']) },
    'correct ssh.password',
  ],
  ['a certificate', { certificate: '/k-cert.pub' }, 'ssh-keygen -Lf /k-cert.pub'],
  ['a certificate of the agent', { certificate: '-' }, 'ssh-add -L | ssh-keygen -Lf -'],
])('%s', (_, more, expected) => {
  expect(loginRemedy(state(more))).toContain(expected);
});
