import { type Group, type Row, refused } from '../row';

const hops = [
  'Host hop',
  'HostName 127.0.0.1',
  'Port {hop}',
  'User {user}',
  'Host hop2',
  'HostName 127.0.0.1',
  'Port {hop2}',
  'User {user}',
];
const jump = (row: string, config: readonly string[], more: Partial<Row> = {}): Row => ({
  row,
  config: [...hops, 'Host web', ...config],
  ssh: 'in',
  haprov: 'library',
  ...more,
});
const target = '[127.0.0.1]:{port} {hostkey}';

export const jumps: Group = {
  title: 'Jump hosts and proxies',
  rows: [
    jump('ProxyJump to an alias', ['ProxyJump hop']),
    jump('ProxyJump with user and port', ['ProxyJump {user}@127.0.0.1:{hop}']),
    jump('ProxyJump as `ssh://`', ['ProxyJump ssh://{user}@127.0.0.1:{hop}']),
    jump('ProxyJump through two', ['ProxyJump hop,hop2']),
    jump('ProxyJump through two, each of which is of the other’s config', [
      'ProxyJump hop2',
      'Host hop2',
      'ProxyJump hop',
    ]),
    jump('ProxyJump none', ['ProxyJump none', 'Host *', 'ProxyJump 127.0.0.1:1']),
    jump('ProxyJump that is in the inventory', [], { inventory: { proxyJump: 'hop' } }),
    jump(
      'ProxyJump with another key at the jump host',
      ['ProxyJump hop', 'Host hop', 'IdentityFile {rsa}', 'IdentitiesOnly yes'],
      {
        hopServer: ['AuthorizedKeysFile {rsa.pub}'],
      },
    ),
    jump('ProxyJump with a key that the jump host does not know', ['ProxyJump hop'], {
      hopServer: ['AuthorizedKeysFile {other.pub}'],
      ...refused,
    }),
    jump('ProxyJump to a port where nobody listens', ['ProxyJump 127.0.0.1:1'], refused),
    jump('ProxyJump to a jump host that does not forward', ['ProxyJump hop'], {
      hopServer: ['AllowTcpForwarding no'],
      ...refused,
    }),
    jump('ProxyJump to a jump host that forwards to this port only', ['ProxyJump hop'], {
      hopServer: ['PermitOpen 127.0.0.1:{port}'],
    }),
    jump('ProxyJump to a jump host without sessions', ['ProxyJump hop'], { hopServer: ['MaxSessions 0'] }),
    jump('ProxyJump to a jump host with a ForceCommand', ['ProxyJump hop'], {
      hopServer: ['ForceCommand /bin/false'],
    }),
    jump('the jump host’s key is not known', ['ProxyJump hop'], { known: [target], ...refused }),
    jump('the jump host’s key has changed', ['ProxyJump hop'], {
      known: [target, '[127.0.0.1]:{hop} {text:other.pub}'],
      ...refused,
    }),
    jump(
      'StrictHostKeyChecking no at the jump host, whose key is not known',
      ['ProxyJump hop', 'Host hop', 'StrictHostKeyChecking no'],
      {
        known: [target],
      },
    ),
    jump(
      'the jump host takes a certificate',
      ['ProxyJump hop', 'Host hop', 'IdentityFile {cert}', 'IdentitiesOnly yes'],
      {
        hopServer: ['TrustedUserCAKeys {ca.pub}', 'AuthorizedKeysFile none'],
        haprov: 'ssh',
      },
    ),
    jump('the jump host shows a certificate', ['ProxyJump hop', 'Host hop', 'UserKnownHostsFile {own}/hop'], {
      files: { hop: '@cert-authority * {text:ca.pub}\n' },
      hopServer: ['HostKey {host-key}', 'HostCertificate {host-key-cert.pub}'],
      haprov: 'ssh',
    }),
    jump('the jump host takes a post-quantum key exchange alone', ['ProxyJump hop'], {
      hopServer: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'],
      haprov: 'ssh',
    }),
    jump('a certificate through two jump hosts', ['IdentityFile {cert}', 'ProxyJump hop,hop2'], {
      server: ['TrustedUserCAKeys {ca.pub}', 'AuthorizedKeysFile none'],
      haprov: 'ssh',
    }),
    jump(
      'a connection of your own at the jump host, which takes nothing else',
      ['ProxyJump hop', 'Host hop', 'ControlPath {own}/master'],
      {
        hopServer: ['AuthorizedKeysFile {ecdsa.pub}'],
        before: [
          'ssh',
          '-f',
          '-N',
          '-M',
          '-S',
          '{own}/master',
          '-i',
          '{ecdsa}',
          '-F',
          '{config}',
          '-o',
          'IdentitiesOnly=yes',
          'hop',
        ],
        haprov: 'your connection',
      },
    ),
    jump('ProxyCommand', ['ProxyCommand {relay} %h %p']),
    jump('ProxyCommand with ssh -W', ['ProxyCommand ssh -F {config} -W %h:%p hop']),
    jump('ProxyCommand with all its tokens', [
      'ProxyCommand sh -c "test %n-%r = web-{user} && exec {relay} %h %p"',
    ]),
    jump('ProxyCommand with a variable of the shell', [
      "ProxyCommand sh -c 'port=%p; exec {relay} %h $port'",
    ]),
    jump('ProxyCommand that talks on stderr', ['ProxyCommand sh -c "echo welcome >&2; exec {relay} %h %p"']),
    jump('ProxyCommand that fails', ['ProxyCommand sh -c "echo no way >&2; exit 1"'], refused),
    jump('ProxyCommand that is not there', ['ProxyCommand {none} %h'], refused),
    jump('ProxyCommand none', ['ProxyCommand none', 'Host *', 'ProxyCommand /bin/false']),
    jump('ProxyUseFdpass', ['ProxyUseFdpass yes', 'ProxyCommand {pass-fd} %h %p'], {
      needs: { program: 'python3' },
      haprov: 'ssh',
    }),
  ],
};
