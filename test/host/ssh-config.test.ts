import { homedir, userInfo } from 'node:os';
import { parseSshDump } from '../../src/host/ask-ssh-config';
import { type SshTarget, settingsFrom, sshArguments } from '../../src/host/ssh-config';
import { expandTokens } from '../../src/host/ssh-tokens';

const home = userInfo().homedir || homedir();
const target = (more: Partial<SshTarget> = {}): SshTarget => ({
  name: 'fred',
  address: 'web',
  sudo: 'auto',
  ...more,
});
const settings = (dump: string, more: Partial<SshTarget> = {}) =>
  settingsFrom(parseSshDump(dump), target(more));

describe('sshArguments', () => {
  test('explicit values go to ssh, so that Match blocks see them', () => {
    const words = sshArguments(
      target({ user: 'bob', port: 99, identityFiles: ['~/k'], sshConfigFile: '/c', proxyJump: 'a,b' }),
    );
    expect(words.join(' ')).toBe(`-TG -F /c -l bob -p 99 -i ${home}/k -J a,b -- web`);
  });
  test('an address is never an option', () => {
    expect(sshArguments(target({ address: '-oProxyCommand=evil' })).slice(-2)).toEqual([
      '--',
      '-oProxyCommand=evil',
    ]);
  });
});

describe('settingsFrom', () => {
  test('keys that come several times keep their order; carriage returns and odd lines do no harm', () => {
    const dump = parseSshDump('identityfile a\r\nIdentityFile b c\n\nlonely\n');
    expect([...dump]).toEqual([['identityfile', ['a', 'b c']]]);
  });

  test('what OpenSSH prints for a host that has everything', () => {
    const found = settings(
      [
        'host web',
        'user deploy',
        'hostname web.example.org',
        'port 2222',
        'addressfamily inet6',
        'hashknownhosts yes',
        'identitiesonly yes',
        'pubkeyauthentication true',
        'passwordauthentication no',
        'kbdinteractiveauthentication no',
        'connecttimeout 3',
        'serveraliveinterval 5',
        'serveralivecountmax 2',
        'hostkeyalias al-%n',
        'identityagent /run/agent',
        'identityfile ~/.ssh/%r_%h_%n%%',
        'globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
        'userknownhostsfile /home/a b/known ~/known_%k',
        'proxycommand nc %h %p',
        'kexalgorithms curve25519-sha256,diffie-hellman-group14-sha1',
      ].join('\n'),
    );
    expect(found).toMatchObject({
      hostname: 'web.example.org',
      user: 'deploy',
      port: 2222,
      addressFamily: 6,
      hashKnownHosts: true,
      identitiesOnly: true,
      identitiesNamed: true,
      publicKeyLogin: true,
      passwordLogin: false,
      connectTimeoutMs: 3000,
      keepaliveMs: 5000,
      keepaliveCount: 2,
      hostKeyAlias: 'al-%n',
      agentSocket: '/run/agent',
      identityFiles: [`${home}/.ssh/deploy_web.example.org_web%`],
      newHostKeysFile: '/home/a b/known',
      proxyCommand: 'nc web.example.org 2222',
      allowed: { kex: ['curve25519-sha256', 'diffie-hellman-group14-sha1'] },
    });
    expect(found.knownHostsFiles).toEqual([
      '/home/a b/known',
      `${home}/known_al-%n`,
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ]);
  });

  test.each([
    ['', false],
    ['gssapiauthentication yes\n', true],
    ['gssapiauthentication no\ngssapikeyexchange yes\n', true],
    ['gssapiauthentication no\ngssapikeyexchange no\n', false],
  ])('whether a ticket may count: %j', (dump, isSo) => expect(settings(dump).gssapiLogin).toBe(isSo));

  test('without OpenSSH: its defaults', () => {
    const found = settings('');
    expect(found).toMatchObject({
      hostname: 'web',
      port: 22,
      user: userInfo().username,
      identitiesNamed: false,
      identitiesOnly: false,
      connectTimeoutMs: 10_000,
      keepaliveMs: 15_000,
      keepaliveCount: 3,
      newHostKeysFile: `${home}/.ssh/known_hosts`,
      allowed: {},
    });
    expect(found.identityFiles).toContain(`${home}/.ssh/id_ed25519`);
  });

  test('the default keys are not keys that the user named', () => {
    expect(settings('identityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519').identitiesNamed).toBe(
      false,
    );
    expect(settings('identityfile ~/.ssh/work').identitiesNamed).toBe(true);
    expect(settings('', { identityFiles: ['/k'] }).identitiesNamed).toBe(true);
  });

  test('explicit identity files come first, and once', () => {
    expect(settings('identityfile /k\nidentityfile /other', { identityFiles: ['/k'] }).identityFiles).toEqual(
      ['/k', '/other'],
    );
  });

  test("the target's known_hosts is instead of the user's, and takes new keys; none and /dev/null take nothing", () => {
    const dump = 'userknownhostsfile none\nglobalknownhostsfile /dev/null';
    expect(settings(dump)).toMatchObject({ knownHostsFiles: [], newHostKeysFile: undefined });
    expect(settings(dump, { knownHostsFile: '~/k' })).toMatchObject({
      knownHostsFiles: [`${home}/k`],
      newHostKeysFile: `${home}/k`,
    });
    // Whom the config trusts is not trusted for it; what the machine's own files say holds.
    const config = 'userknownhostsfile /trusting\nglobalknownhostsfile /machine';
    expect(settings(config, { knownHostsFile: '/k' }).knownHostsFiles).toEqual(['/k', '/machine']);
  });

  describe('agent', () => {
    const before = process.env.SSH_AUTH_SOCK;
    beforeEach(() => {
      process.env.SSH_AUTH_SOCK = '/env.sock';
      process.env.OTHER_SOCK = '/other.sock';
    });
    afterEach(() => {
      delete process.env.OTHER_SOCK;
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
    });
    test.each([
      ['', '/env.sock'],
      ['identityagent SSH_AUTH_SOCK', '/env.sock'],
      ['identityagent none', undefined],
      ['identityagent $OTHER_SOCK', '/other.sock'],
      ['identityagent ~/a', `${home}/a`],
    ])('%s', (dump, expected) => {
      expect(settings(dump).agentSocket).toBe(expected);
    });
  });

  test('none is no proxy', () => {
    expect(settings('proxycommand none\nproxyjump none')).toMatchObject({
      proxyCommand: undefined,
      proxyJump: undefined,
    });
  });
});

test('expandTokens leaves alone what it does not know', () => {
  expect(expandTokens('%h-%%h-%z-${NO_SUCH_VARIABLE}', { h: 'web' }, {})).toBe(
    'web-%h-%z-${NO_SUCH_VARIABLE}',
  );
});
