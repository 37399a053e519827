import { ownSsh } from '../../src/host/own-ssh';
import type { SshTarget } from '../../src/host/ssh-config';

const target: SshTarget = { name: 'fred', address: 'fred.example', sudo: 'auto' };

test('nothing is said that nobody said', () => {
  expect(ownSsh(target, [], true)).toEqual(['ssh', '--', 'fred.example']);
});

test('all that is known of the way', () => {
  const known: SshTarget = {
    ...target,
    user: 'ops',
    port: 2222,
    identityFiles: ['/keys/a'],
    knownHostsFile: '/known hosts',
    sshConfigFile: 'none',
    acceptNewHostKeys: true,
    connectTimeoutMs: 2500,
    proxyJump: 'bastion',
    sudoPassword: 'geheim',
    password: 'geheim',
  };
  expect(ownSsh(known, ['ls', '-l'], true).join(' ')).toBe(
    'ssh -t -o UserKnownHostsFile=/known hosts -o StrictHostKeyChecking=accept-new -o ConnectTimeout=3 -F none -l ops -p 2222 -i /keys/a -J bastion -- fred.example ls -l',
  );
});

test('a command gets a terminal only where there is one', () => {
  expect(ownSsh(target, ['true'], false)).not.toContain('-t');
});
