import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import { HostError } from '../errors';
import { OnlyOpenSsh } from './only-openssh';
import type { SshSettings } from './ssh-config';

// What ssh2 supports, the fastest first. The legacy lists are offered only where the user's ssh config allows them.
const KEX: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  // Last, because Node tests the server's prime, which takes seconds.
  'diffie-hellman-group-exchange-sha256',
];
const KEX_LEGACY: readonly KexAlgorithm[] = [
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group1-sha1',
];
const HOST_KEY: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
const HOST_KEY_LEGACY: readonly ServerHostKeyAlgorithm[] = ['ssh-rsa', 'ssh-dss'];
// chacha20 is last, because the shipped program has no native code for it.
const CIPHER: readonly CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
];
const CIPHER_LEGACY: readonly CipherAlgorithm[] = ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'];
const MAC: readonly MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha1-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
  'hmac-sha1',
];
const MAC_LEGACY: readonly MacAlgorithm[] = ['hmac-md5'];

/**
 * The algorithms to offer: those that the ssh config allows and ssh2 supports, the fastest first. Host key types in
 * `knownTypes` come before the others, so that the host presents a key that known_hosts has.
 * @throws OnlyOpenSsh when the config allows nothing that ssh2 supports.
 */
export function offeredAlgorithms(
  host: string,
  settings: SshSettings,
  knownTypes: readonly string[],
): Algorithms {
  const { allowed } = settings;
  const hostKeys = allow(host, 'HostKeyAlgorithms', HOST_KEY, HOST_KEY_LEGACY, allowed.hostKey);
  const isKnown = (algorithm: string): boolean => knownTypes.includes(keyTypeOf(algorithm));
  return {
    kex: allow(host, 'KexAlgorithms', KEX, KEX_LEGACY, allowed.kex),
    cipher: allow(host, 'Ciphers', CIPHER, CIPHER_LEGACY, allowed.cipher),
    hmac: allow(host, 'MACs', MAC, MAC_LEGACY, allowed.mac),
    serverHostKey: [...hostKeys.filter(isKnown), ...hostKeys.filter((algorithm) => !isKnown(algorithm))],
  };
}

function allow<T extends string>(
  host: string,
  option: string,
  usual: readonly T[],
  legacy: readonly T[],
  allowed: readonly string[] | undefined,
): T[] {
  if (!allowed) return [...usual];
  const offered = [...usual, ...legacy].filter((algorithm) => allowed.includes(algorithm));
  if (offered.length > 0) return offered;
  const says = `the ssh config's ${option} allows nothing that haprov can (${allowed.join(',')})`;
  const error = new HostError(host, says, `Allow one of ${usual.join(', ')} for this host.`);
  throw new OnlyOpenSsh(host, `the SSH library has none of the ssh config's ${option}`, error);
}

/** The type of the key that signs by this algorithm. */
export function keyTypeOf(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}
