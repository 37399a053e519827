import { type Group, host, own, refused } from '../row';

const modern = [
  'Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com',
  'MACs hmac-sha2-512-etm@openssh.com',
];

export const algorithms: Group = {
  title: 'Algorithms',
  rows: [
    host('a host with all algorithms that it is installed with', ['KexAlgorithms +curve25519-sha256']),
    ...[
      'curve25519-sha256',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
    ].map((kex) => host(`a host with ${kex} alone`, [`KexAlgorithms ${kex}`])),
    host('a host with sntrup761x25519 alone', ['KexAlgorithms sntrup761x25519-sha512@openssh.com'], {
      haprov: 'ssh',
    }),
    host('a host with mlkem768x25519 alone', ['KexAlgorithms mlkem768x25519-sha256'], {
      needs: { kex: 'mlkem768x25519-sha256' },
      haprov: 'ssh',
    }),
    host('an old host: SHA-1 alone', ['KexAlgorithms diffie-hellman-group14-sha1'], refused),
    host('an old host: SHA-1 alone, which the config allows', ['KexAlgorithms diffie-hellman-group14-sha1'], {
      config: ['KexAlgorithms +diffie-hellman-group14-sha1'],
    }),
    ...[
      'aes128-ctr',
      'aes256-ctr',
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
    ].map((cipher) => host(`a host with ${cipher} alone`, [`Ciphers ${cipher}`])),
    host('an old host: aes256-cbc alone', ['Ciphers aes256-cbc'], refused),
    host('an old host: aes256-cbc alone, which the config allows', ['Ciphers aes256-cbc'], {
      config: ['Ciphers +aes256-cbc'],
    }),
    host('an old host: 3des-cbc alone, which the config allows', ['Ciphers 3des-cbc'], {
      config: ['Ciphers +3des-cbc'],
    }),
    ...['hmac-sha2-256', 'hmac-sha2-512', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha1'].map((mac) =>
      host(`a host with ${mac} alone`, ['Ciphers aes128-ctr', `MACs ${mac}`]),
    ),
    ...['umac-128-etm@openssh.com', 'umac-64@openssh.com'].map((mac) =>
      host(`a host with ${mac} alone`, ['Ciphers aes128-ctr', `MACs ${mac}`], { haprov: 'ssh' }),
    ),
    host('an old host: hmac-md5 alone, which the config allows', ['Ciphers aes128-ctr', 'MACs hmac-md5'], {
      config: ['MACs +hmac-md5'],
    }),
    host(
      'an old host: hmac-sha1-96 alone, which the config allows',
      ['Ciphers aes128-ctr', 'MACs hmac-sha1-96'],
      {
        config: ['MACs +hmac-sha1-96'],
        haprov: 'ssh',
      },
    ),
    host('a hardened host', [
      ...modern,
      'KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256',
    ]),
    host(
      'a host with an RSA key alone',
      ['HostKey {host-rsa}', 'HostKeyAlgorithms rsa-sha2-512,rsa-sha2-256'],
      {
        known: ['[127.0.0.1]:{port} {text:host-rsa.pub}'],
      },
    ),
    host(
      'a host with an ECDSA key alone',
      ['HostKey {host-ecdsa}', 'HostKeyAlgorithms ecdsa-sha2-nistp256'],
      {
        known: ['[127.0.0.1]:{port} {text:host-ecdsa.pub}'],
      },
    ),
    host('an old host: ssh-rsa alone', ['HostKey {host-rsa}', 'HostKeyAlgorithms ssh-rsa'], {
      known: ['[127.0.0.1]:{port} {text:host-rsa.pub}'],
      ...refused,
    }),
    host(
      'an old host: ssh-rsa alone, which the config allows',
      ['HostKey {host-rsa}', 'HostKeyAlgorithms ssh-rsa'],
      {
        known: ['[127.0.0.1]:{port} {text:host-rsa.pub}'],
        config: ['HostKeyAlgorithms +ssh-rsa'],
      },
    ),
    host(
      'a host that takes RSA keys by SHA-2 alone',
      ['PubkeyAcceptedAlgorithms rsa-sha2-256,rsa-sha2-512'],
      {
        config: ['IdentityFile {rsa}'],
      },
    ),
    host('an old host: takes RSA keys by SHA-1 alone', ['PubkeyAcceptedAlgorithms ssh-rsa'], {
      config: ['IdentityFile {rsa}'],
      ...refused,
    }),
    host('a host that takes RSA keys by SHA-512 alone', ['PubkeyAcceptedAlgorithms rsa-sha2-512'], {
      config: ['IdentityFile {rsa}', 'IdentitiesOnly yes'],
    }),
    host(
      'an old host: takes RSA keys by SHA-1 alone, which the config allows',
      ['PubkeyAcceptedAlgorithms ssh-rsa'],
      {
        config: ['IdentityFile {rsa}', 'PubkeyAcceptedAlgorithms ssh-rsa'],
        haprov: 'ssh',
      },
    ),
    host('a host that takes no RSA keys', ['PubkeyAcceptedAlgorithms ssh-ed25519'], {
      config: ['IdentityFile {rsa}', 'IdentityFile {id}'],
    }),
    own(
      'PubkeyAcceptedAlgorithms without the key’s own',
      ['PubkeyAcceptedAlgorithms rsa-sha2-512', 'IdentityFile {id}'],
      refused,
    ),
    own(
      'KexAlgorithms sntrup761x25519 of yours alone',
      ['KexAlgorithms sntrup761x25519-sha512@openssh.com'],
      { server: ['KexAlgorithms +curve25519-sha256'], haprov: 'ssh' },
    ),
    own('MACs umac of yours alone', ['Ciphers aes128-ctr', 'MACs umac-128-etm@openssh.com'], {
      haprov: 'ssh',
    }),
    own('KexAlgorithms with `^` and `-`', [
      'KexAlgorithms ^curve25519-sha256',
      'Ciphers -aes128-ctr',
      'MACs -hmac-sha1',
    ]),
    own('Ciphers chacha20 of yours alone', ['Ciphers chacha20-poly1305@openssh.com']),
    own('HostKeyAlgorithms of yours that the host lacks', ['HostKeyAlgorithms rsa-sha2-512'], refused),
    own(
      'RequiredRSASize above the key’s',
      ['RequiredRSASize 4096', 'IdentityFile {rsa}', 'IdentitiesOnly yes'],
      refused,
    ),
    own('Compression yes', ['Compression yes']),
    host('a host that does not compress', ['Compression no'], { config: ['Compression yes'] }),
    own('RekeyLimit', ['RekeyLimit 1K']),
  ],
};
