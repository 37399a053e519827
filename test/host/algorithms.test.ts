import { HostError } from '../../src/errors';
import { offeredAlgorithms } from '../../src/host/algorithms';
import { parseSshDump } from '../../src/host/ask-ssh-config';
import { settingsFrom } from '../../src/host/ssh-config';

const offered = (dump: string, known: string[] = []) =>
  offeredAlgorithms(
    'fred',
    settingsFrom(parseSshDump(dump), { name: 'fred', address: 'web', sudo: 'auto' }),
    known,
  );

test('no config: nothing of the old', () => {
  const { kex, serverHostKey } = offered('');
  expect(kex).not.toContain('diffie-hellman-group14-sha1');
  expect(serverHostKey).not.toContain('ssh-rsa');
  expect(kex).toContain('curve25519-sha256');
});

test('EL6 (OpenSSH 5.3), when the config allows its algorithms', () => {
  const { kex, serverHostKey, hmac } = offered(
    'hostkeyalgorithms rsa-sha2-512,ssh-rsa\nkexalgorithms curve25519-sha256,diffie-hellman-group14-sha1\nmacs umac-64@openssh.com,hmac-sha1',
  );
  expect(serverHostKey).toEqual(['rsa-sha2-512', 'ssh-rsa']);
  expect(kex).toEqual(['curve25519-sha256', 'diffie-hellman-group14-sha1']);
  expect(hmac).toEqual(['hmac-sha1']);
});

/** What sshd offers, in its order; of EL6 as a client of the time logged it, of EL7 as OpenSSH 9 did. */
const servers = {
  el6: {
    kex: 'diffie-hellman-group-exchange-sha256,diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1',
    serverHostKey: 'ssh-rsa,ssh-dss',
    cipher:
      'aes128-ctr,aes192-ctr,aes256-ctr,arcfour256,arcfour128,aes128-cbc,3des-cbc,blowfish-cbc,cast128-cbc,aes192-cbc,aes256-cbc,arcfour,rijndael-cbc@lysator.liu.se',
    hmac: 'hmac-md5,hmac-sha1,umac-64@openssh.com,hmac-ripemd160,hmac-ripemd160@openssh.com,hmac-sha1-96,hmac-md5-96',
  },
  el7: {
    kex: 'curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1',
    serverHostKey: 'ssh-rsa,rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519',
    cipher:
      'chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-cbc,aes192-cbc,aes256-cbc,blowfish-cbc,cast128-cbc,3des-cbc',
    hmac: 'umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1',
  },
};
/** `ssh -G` of OpenSSH 9.2 for a host with "HostKeyAlgorithms +ssh-rsa", its certificates left out. */
const withRsa = [
  'hostkeyalgorithms ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa',
  'kexalgorithms sntrup761x25519-sha512,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256',
  'ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com',
  'macs umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1',
].join('\n');

/** RFC 4253: the first of the client's that the server has too. */
function agreed(dump: string, server: (typeof servers)['el6']): (string | undefined)[] {
  const ours = offered(dump);
  return (['kex', 'serverHostKey', 'cipher', 'hmac'] as const).map((kind) =>
    (ours[kind] as string[]).find((one) => server[kind].split(',').includes(one)),
  );
}

test.each([
  [
    'EL6, ssh-rsa allowed',
    withRsa,
    servers.el6,
    ['diffie-hellman-group-exchange-sha256', 'ssh-rsa', 'aes128-ctr', 'hmac-sha1'],
  ],
  [
    'EL6, no config: its host key alone is refused',
    '',
    servers.el6,
    ['diffie-hellman-group-exchange-sha256', undefined, 'aes128-ctr', 'hmac-sha1'],
  ],
  [
    'EL7, no config',
    '',
    servers.el7,
    ['curve25519-sha256', 'ssh-ed25519', 'aes128-gcm@openssh.com', 'hmac-sha2-256-etm@openssh.com'],
  ],
] as const)('%s', (_, dump, server, wanted) => {
  expect(agreed(dump, server)).toEqual(wanted);
});

test('the host is asked for a key of a type that is known', () => {
  expect((offered('', ['ssh-rsa']).serverHostKey as string[]).slice(0, 3)).toEqual([
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-ed25519',
  ]);
});

test('AES goes before ChaCha20, whatever the config puts first', () => {
  expect(offered('ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com').cipher).toEqual([
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
  ]);
});

test('a config that allows nothing that we can', () => {
  expect(() => offered('macs umac-64@openssh.com')).toThrow(HostError);
  expect(() => offered('macs umac-64@openssh.com')).toThrow(/fred: the ssh config's MACs allows nothing/);
});
