import { HostError } from '../../src/errors';
import { offeredAlgorithms } from '../../src/host/algorithms';
import { parseSshDump, settingsFrom } from '../../src/host/ssh-config';

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
