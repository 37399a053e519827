import { better, type Group, host, own, refused } from '../row';

const ten = ['IdentityAgent {agent-ten}', 'IdentityFile {none}'];
const forced = (command: string) => [`ForceCommand ${command}`];

export const seldom: Group = {
  title: 'Seldom set',
  rows: [
    own('lines as on Windows, tabs and comments behind', [
      'Host\tweb\r',
      'Port\t{port} # ours\r',
      'Compression no\r',
    ]),
    own('a name in capitals', ['Host web', 'HostName 127.0.0.1'], { inventory: { address: 'WEB' } }),
    own('Match exec that reads standard input', ['Match exec "cat"', 'Compression yes']),
    own('Match exec with `%h`, `%p`, `%r`, `%u`, `%d`', [
      'Match exec "test %n-%r-%u = web-{user}-{user} && test -d %d"',
      'HostName 127.0.0.1',
      'Match originalhost web !host 127.0.0.1',
      'Port 1',
    ]),
    own('Match final, which gives the port', ['Match final originalhost web', 'Port {port}']),
    own('Match !exec, Match !host', ['Match !host web', 'Port 1', 'Match !exec true', 'Port 1']),
    own('Include in an order of names, the first value counts', ['Include {own}/*.conf'], {
      files: { 'a.conf': 'Host web\nPort {port}\n', 'b.conf': 'Host web\nPort 1\nUser nobody-at-all\n' },
      config: ['Host web', 'User {user}', 'Host *', 'Include {own}/*.conf'],
    }),
    own('Include within Include, within Match', ['Match host web', 'Include {own}/one'], {
      files: { one: 'Include {own}/two\n', two: 'Port {port}\nUser {user}\n' },
    }),
    own('CanonicalizeHostname with CanonicalizeMaxDots 0 and CNAMEs', [
      'CanonicalizeHostname yes',
      'CanonicalizeMaxDots 0',
      'CanonicalDomains nowhere.invalid',
      'CanonicalizePermittedCNAMEs *.nowhere.invalid:*.elsewhere.invalid',
    ]),
    own('CanonicalizeHostname without fallback, for a name that has a HostName', [
      'CanonicalizeHostname yes',
      'CanonicalDomains nowhere.invalid',
      'CanonicalizeFallbackLocal no',
    ]),
    own(
      'a host key that is not known, and NoHostAuthenticationForLocalhost',
      ['NoHostAuthenticationForLocalhost yes'],
      {
        known: [],
        haprov: 'ssh',
      },
    ),
    own(
      'NoHostAuthenticationForLocalhost, and a HostKeyAlias that is not known',
      ['NoHostAuthenticationForLocalhost yes', 'HostKeyAlias the-web'],
      refused,
    ),
    own('UserKnownHostsFile with `%k`', ['UserKnownHostsFile {own}/%k'], {
      known: [],
      files: { web: '[127.0.0.1]:{port} {hostkey}' },
    }),
    own(
      'UserKnownHostsFile with `%k`, HostKeyAlias',
      ['UserKnownHostsFile {own}/%k', 'HostKeyAlias The-Web'],
      {
        known: [],
        files: { 'the-web': 'the-web {hostkey}' },
      },
    ),
    own('UserKnownHostsFile with `%C`', ['UserKnownHostsFile {own}/%C'], {
      known: [],
      files: { '{C}': '[127.0.0.1]:{port} {hostkey}' },
    }),
    own(
      'four UserKnownHostsFile, of which two are there',
      ['UserKnownHostsFile {none} {other.pub} {folder} {own}/four'],
      {
        known: [],
        files: { four: '[127.0.0.1]:{port} {hostkey}' },
      },
    ),
    own('IdentityFile with `%C`, `%i`, `%L`', ['IdentityFile {own}/%C', 'IdentitiesOnly yes'], {
      files: { '{C}': '{text:id}\n' },
    }),
    own(
      'an agent with ten keys, one of which is named',
      [...ten, 'IdentityFile {id-agent.pub}', 'IdentitiesOnly yes'],
      {
        server: ['MaxAuthTries 1'],
      },
    ),
    own('an agent with ten keys, and MaxAuthTries comes before the right one', [...ten], {
      server: ['AuthorizedKeysFile {id-agent.pub}'],
      ...refused,
    }),
    own('an agent with ten keys, the last is right', [...ten], {
      server: ['MaxAuthTries 20', 'AuthorizedKeysFile {id-agent.pub}'],
    }),
    own(
      'an agent with ten keys, and a key file that is right, MaxAuthTries 1',
      ['IdentityAgent {agent-ten}', 'IdentityFile {id}'],
      {
        server: ['MaxAuthTries 1', 'AuthorizedKeysFile {id.pub}'],
        ...better('haprov offers the key that is named before others of the agent.'),
      },
    ),
    own(
      'a certificate with a critical option that nobody knows',
      ['IdentityFile {cert-critical}', 'IdentitiesOnly yes'],
      {
        server: ['TrustedUserCAKeys {ca.pub}'],
        ...refused,
      },
    ),
    own(
      'CASignatureAlgorithms of yours, which the host’s authority has',
      ['CASignatureAlgorithms ssh-ed25519'],
      {
        server: ['HostKey {host-key}', 'HostCertificate {host-key-cert.pub}'],
        known: ['@cert-authority * {text:ca.pub}'],
        haprov: 'ssh',
      },
    ),
    own(
      'CASignatureAlgorithms of yours, which the host’s authority has not',
      ['CASignatureAlgorithms rsa-sha2-512'],
      {
        server: ['HostKey {host-key}', 'HostCertificate {host-key-cert.pub}'],
        known: ['@cert-authority * {text:ca.pub}'],
        ...refused,
      },
    ),
    own(
      'CASignatureAlgorithms of the host without the authority’s',
      ['IdentityFile {cert}', 'IdentitiesOnly yes'],
      {
        server: ['TrustedUserCAKeys {ca.pub}', 'CASignatureAlgorithms rsa-sha2-512'],
        ...refused,
      },
    ),
    own(
      'RequiredRSASize just as the key has',
      ['RequiredRSASize 2048', 'IdentityFile {rsa}', 'IdentitiesOnly yes'],
      {
        haprov: 'ssh',
      },
    ),
    own('PubkeyAcceptedAlgorithms +ssh-rsa, and an RSA key', [
      'PubkeyAcceptedAlgorithms +ssh-rsa',
      'IdentityFile {rsa}',
      'IdentitiesOnly yes',
    ]),
    own('PreferredAuthentications with publickey last', [
      'PreferredAuthentications keyboard-interactive,password,publickey',
    ]),
    own('SetEnv and SendEnv, several, one taken back', [
      'SetEnv A=1 "B=2 3"',
      'SendEnv LC_* -LC_ALL',
      'SendEnv XYZ',
    ]),
    own(
      'SessionType none',
      ['SessionType none'],
      better('haprov asks for a command, whatever the config says.'),
    ),
    own(
      'SessionType subsystem',
      ['SessionType subsystem'],
      better('haprov asks for a command, whatever the config says.'),
    ),
    own('ProxyJump of a chain with own users and ports', [
      'Host web',
      'ProxyJump {user}@127.0.0.1:{hop},ssh://{user}@127.0.0.1:{hop2}',
    ]),
    own(
      'ProxyJump by IPv6',
      ['Host web', 'ProxyJump {user}@[::1]:{hop}', 'Host ::1', 'HostKeyAlias [127.0.0.1]:{hop}'],
      {
        hopServer: ['ListenAddress ::1'],
      },
    ),
    own('ProxyJump twice by the same host', [
      ...['Host hop', 'HostName 127.0.0.1', 'Port {hop}', 'User {user}', 'Host web'],
      'ProxyJump hop,hop',
    ]),
    own('a connection of your own is open, ControlPath %C', ['ControlPath {own}/%C', 'IdentityFile {none}'], {
      before: ['ssh', '-f', '-N', '-M', '-F', '{config}', '-i', '{id}', 'web'],
      haprov: 'your connection',
    }),
    host('a banner of 100 kB', ['Banner {own}/banner'], {
      files: { banner: 'welcome\n'.repeat(12_500) },
      haprov: 'ssh',
    }),
    host('a banner with control characters and umlauts', ['Banner {own}/banner'], {
      files: { banner: '\u001b[31mGrüße\u0007\r\n\u0000\u009b2J\n' },
    }),
    host('login shell rbash', forced('rbash -c "$SSH_ORIGINAL_COMMAND"'), { needs: { program: 'rbash' } }),
    host('a shell that takes two seconds to start', forced('sleep 2; eval "$SSH_ORIGINAL_COMMAND"')),
    host(
      'a shell that talks long before it starts',
      forced('seq 20000; seq 20000 >&2; eval "$SSH_ORIGINAL_COMMAND"'),
    ),
    host(
      'a shell with another standard input before it',
      forced('date </dev/null; exec sh -c "$SSH_ORIGINAL_COMMAND"'),
    ),
    host('PermitTTY no, RequestTTY force', ['PermitTTY no'], {
      config: ['RequestTTY force'],
      ...better('haprov asks for no terminal.'),
    }),
    host('UsePAM no', ['UsePAM no']),
    host('MaxSessions 2', ['MaxSessions 2']),
    host('RekeyLimit of a few bytes on the host', ['RekeyLimit 64']),
    host('AllowUsers with an address', ['AllowUsers {user}@127.0.0.0/8']),
    host('Match User, Match Address in sshd_config', [
      ...['Match User {user}', 'MaxSessions 3', 'Match Address 127.0.0.0/8', 'X11Forwarding no', 'Match all'],
    ]),
    host(
      'restrict, environment="…", permitopen="…" in authorized_keys',
      ['AuthorizedKeysFile {own}/keys', 'PermitUserEnvironment yes'],
      {
        files: { keys: 'restrict,environment="A=1",permitopen="127.0.0.1:1" {text:id.pub}\n' },
      },
    ),
    host('ExposeAuthInfo, LoginGraceTime 0, ClientAliveInterval 1', [
      'ExposeAuthInfo yes',
      'LoginGraceTime 0',
      'ClientAliveInterval 1',
    ]),
    ...[
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'diffie-hellman-group-exchange-sha256',
      'curve25519-sha256@libssh.org',
    ].map((kex) => host(`a host with ${kex} alone`, [`KexAlgorithms ${kex}`])),
    host('a host with aes192-ctr alone', ['Ciphers aes192-ctr']),
    ...['hmac-sha2-256-etm@openssh.com', 'hmac-sha1-etm@openssh.com'].map((mac) =>
      host(`a host with ${mac} alone`, ['Ciphers aes256-ctr', `MACs ${mac}`]),
    ),
    ...['umac-64-etm@openssh.com', 'umac-128@openssh.com'].map((mac) =>
      host(`a host with ${mac} alone`, ['Ciphers aes256-ctr', `MACs ${mac}`], { haprov: 'ssh' }),
    ),
    own('the host shows a key of 521 bits (ECDSA)', [], {
      server: ['HostKey {ecdsa-521}', 'HostKeyAlgorithms ecdsa-sha2-nistp521'],
      known: ['[127.0.0.1]:{port} {text:ecdsa-521.pub}'],
    }),
  ],
};
