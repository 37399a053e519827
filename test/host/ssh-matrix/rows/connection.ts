import { better, type Group, own, refused } from '../row';

const master = ['ssh', '-f', '-N', '-M', '-S', '{own}/master-{port}', '-F', '{config}', '-i', '{id}', 'web'];
const byMaster = {
  before: master,
  haprov: 'your connection',
} as const;

export const connection: Group = {
  title: 'The connection',
  rows: [
    own('BindAddress', ['BindAddress 127.0.0.7']),
    own('BindAddress that this machine has not', ['BindAddress 192.0.2.1'], refused),
    own('BindInterface', ['BindInterface lo'], { haprov: 'ssh' }),
    own('AddressFamily inet', [
      'AddressFamily inet',
      'HostName localhost',
      'HostKeyAlias [127.0.0.1]:{port}',
    ]),
    own('AddressFamily inet6', ['AddressFamily inet6', 'HostName ::1', 'HostKeyAlias [127.0.0.1]:{port}'], {
      server: ['ListenAddress ::1'],
    }),
    own(
      'AddressFamily inet6, for a host that has IPv4 alone',
      ['AddressFamily inet6', 'HostName 127.0.0.1'],
      better('The address says its family itself.'),
    ),
    own('a name whose first address does not answer', [
      'HostName localhost',
      'HostKeyAlias [127.0.0.1]:{port}',
    ]),
    own('a name that does not resolve', ['HostName nowhere.invalid'], refused),
    own('a name that does not resolve, with a ProxyCommand', [
      'HostName nowhere.invalid',
      'HostKeyAlias [127.0.0.1]:{port}',
      'ProxyCommand {relay} 127.0.0.1 %p',
    ]),
    own('ConnectTimeout', ['ConnectTimeout 5']),
    own('ConnectionAttempts', ['ConnectionAttempts 2']),
    own('ServerAliveInterval', ['ServerAliveInterval 1', 'ServerAliveCountMax 2']),
    own('TCPKeepAlive no', ['TCPKeepAlive no']),
    own('IPQoS', ['IPQoS af21 cs1']),
    own('LogLevel DEBUG3', ['LogLevel DEBUG3']),
    own('LogLevel QUIET', ['LogLevel QUIET']),
    own('EscapeChar', ['EscapeChar none']),
    own('RequestTTY force', ['RequestTTY force']),
    own('RemoteCommand', ['RemoteCommand uptime'], better('ssh takes no command beside a RemoteCommand.')),
    own('StdinNull yes, ForkAfterAuthentication no', ['StdinNull yes', 'ForkAfterAuthentication no']),
    own('LocalForward', ['LocalForward {own}/forward-%p 127.0.0.1:1']),
    own(
      'LocalForward that is taken, ExitOnForwardFailure',
      ['LocalForward 127.0.0.1:{port} 127.0.0.1:1', 'ExitOnForwardFailure yes'],
      better('haprov forwards nothing.'),
    ),
    own(
      'RemoteForward that the host refuses, ExitOnForwardFailure',
      ['RemoteForward 127.0.0.1:{port} 127.0.0.1:1', 'ExitOnForwardFailure yes'],
      better('haprov forwards nothing.'),
    ),
    own('DynamicForward', ['DynamicForward 127.0.0.1:{port}']),
    own('Tunnel no, ForwardX11 yes', ['Tunnel no', 'ForwardX11 yes', 'ForwardX11Trusted yes']),
    own('PermitLocalCommand', ['PermitLocalCommand yes', 'LocalCommand true']),
    own('PermitLocalCommand, whose LocalCommand talks', [
      'PermitLocalCommand yes',
      'LocalCommand echo hello >&2',
    ]),
    own('SendEnv, SetEnv', ['SendEnv LANG LC_*', 'SetEnv FOO=bar']),
    own('SetEnv with what the host does not accept', ['SetEnv LD_PRELOAD=/none']),
    own('BatchMode no', ['BatchMode no']),
    own('NumberOfPasswordPrompts 0', ['NumberOfPasswordPrompts 0']),
    own('PreferredAuthentications publickey', ['PreferredAuthentications publickey']),
    own('PreferredAuthentications without publickey', ['PreferredAuthentications password'], refused),
    own('GSSAPIAuthentication yes, without a ticket', ['GSSAPIAuthentication yes']),
    own('HostbasedAuthentication yes', ['HostbasedAuthentication yes'], { haprov: 'ssh' }),
    own('ControlMaster auto, and no connection is open', ['ControlMaster auto', 'ControlPath {folder}/%C']),
    own('ControlPath to a socket that nobody listens at', ['ControlMaster auto', 'ControlPath {own}/gone'], {
      files: { gone: '' },
    }),
    own('ControlPath in a folder that is not there', ['ControlPath {own}/none/%C']),
    own('a connection of your own is open', ['ControlPath {own}/master-{port}'], byMaster),
    own(
      'a connection of your own is open, at a host that takes nothing else',
      ['ControlPath {own}/master-{port}', 'IdentityFile {none}', 'IdentitiesOnly yes'],
      byMaster,
    ),
    own(
      'a connection of your own is open, ControlPath with tokens',
      ['ControlPath {own}/master-%p', 'IdentityFile {none}'],
      byMaster,
    ),
    own(
      'a connection of your own is open, RequestTTY force, RemoteForward',
      ['ControlPath {own}/master-{port}', 'RequestTTY force'],
      byMaster,
    ),
    own('ssh.transport openssh', [], { inventory: { transport: 'openssh' }, haprov: 'ssh' }),
    own(
      'ssh.transport openssh, with a whole config',
      [
        'LocalForward {own}/forward2-%p 127.0.0.1:1',
        'RequestTTY force',
        'RemoteCommand uptime',
        'ControlMaster auto',
        'ControlPath {folder}/%C',
        'ControlPersist 5',
        'LogLevel QUIET',
        'PermitLocalCommand yes',
        'LocalCommand false',
        'StdinNull yes',
        'SessionType none',
        'ForkAfterAuthentication yes',
      ],
      {
        inventory: { transport: 'openssh' },
        ssh: 'refused',
        haprov: 'ssh',
        why: 'ssh takes no command beside a RemoteCommand.',
      },
    ),
  ],
};
