import { type Group, type Row, refused } from '../row';

const by = (row: string, key: string, more: Partial<Row> = {}): Row => ({
  row,
  config: [`IdentityFile ${key}`, 'IdentitiesOnly yes'],
  ssh: 'in',
  haprov: 'library',
  ...more,
});

export const keys: Group = {
  title: 'Key files',
  rows: [
    by('ed25519', '{id}'),
    by('RSA, OpenSSH format', '{rsa}'),
    by('RSA, PEM', '{rsa-pem}'),
    by('RSA, PKCS #8', '{rsa-pkcs8}'),
    by('RSA of 4096 bits', '{rsa-4096}'),
    by('ECDSA of 256 bits, OpenSSH format', '{ecdsa}'),
    by('ECDSA of 384 bits', '{ecdsa-384}'),
    by('ECDSA of 521 bits', '{ecdsa-521}'),
    by('ECDSA, PEM', '{ecdsa-pem}'),
    by('ECDSA, PKCS #8', '{ecdsa-pkcs8}'),
    ...[
      'locked',
      'locked-gcm',
      'locked-rsa',
      'locked-rsa-pem',
      'locked-rsa-pkcs8',
      'locked-ecdsa-pem',
      'locked-ecdsa-pkcs8',
    ].map((key) =>
      by(
        `encrypted (${key.replace('locked', 'ed25519').replace('ed25519-rsa', 'rsa').replace('ed25519-ecdsa', 'ecdsa')}), with its passphrase`,
        `{${key}}`,
        { inventory: { passphrase: 'of the key' } },
      ),
    ),
    by('encrypted, with the wrong passphrase', '{locked}', {
      inventory: { passphrase: 'of another' },
      ...refused,
    }),
    by('encrypted, and nobody can be asked', '{locked}', refused),
    by('a key that the host does not know', '{other}', refused),
    by('only the public half is there', '{id-agent.pub}', refused),
    by('a file that is no key', '{id.pub}', refused),
    by('a file that is not there', '{none}', refused),
    by('two: the first is not accepted', '{other}', {
      config: ['IdentityFile {other}', 'IdentityFile {id}', 'IdentitiesOnly yes'],
    }),
    by('three: one is gone, one encrypted', '{none}', {
      config: ['IdentityFile {none}', 'IdentityFile {locked}', 'IdentityFile {id}'],
    }),
    by('a path with `~`-free tokens (`%u`, `%h`, `%r`, `%p`, `%n`)', '{own}/%r-%h-%n-%u', {
      files: { '{user}-127.0.0.1-web-{user}': '{text:id}\n' },
    }),
    by('a path with an environment variable', '${HAPROV_MATRIX_KEYS}/key', {
      files: { key: '{text:id}\n' },
      env: { HAPROV_MATRIX_KEYS: '{own}' },
    }),
    by('a path in quotes, with a blank', '"{own}/my key"', { files: { 'my key': '{text:id}\n' } }),
    by('a key file without its newline at the end', '{own}/key', { files: { key: '{text:rsa-pem}' } }),
    by('a key file with lines as on Windows', '{own}/key', {
      files: { key: '{crlf:id}' },
      ssh: 'refused',
      why: 'haprov reads the key all the same.',
    }),
    by('the `.pub` beside belongs to another key', '{own}/key', {
      files: { key: '{text:id}\n', 'key.pub': '{text:other.pub}\n' },
      ssh: 'refused',
      why: 'haprov reads which key it is from the private half.',
    }),
    by('IdentityFile none, and no agent', 'none', refused),
    by('in the inventory', '{other}', { inventory: { identityFiles: ['{id}'] } }),
    by('PubkeyAuthentication no', '{id}', { config: ['PubkeyAuthentication no'], ...refused }),
    by('AddKeysToAgent yes, and no agent', '{id}', { config: ['AddKeysToAgent yes'] }),
    by('a second factor that is a second key', '{id}', {
      config: ['IdentityFile {id}', 'IdentityFile {rsa}', 'IdentitiesOnly yes'],
      server: ['AuthenticationMethods publickey,publickey'],
    }),
    by('a second factor that is a second key, which is not there', '{id}', {
      server: ['AuthenticationMethods publickey,publickey'],
      ...refused,
    }),
    by('more keys than MaxAuthTries, the right one first', '{id}', {
      config: ['IdentityFile {id}', 'IdentityFile {other}', 'IdentityFile {rsa}'],
      server: ['MaxAuthTries 1'],
    }),
    by('more keys than MaxAuthTries, the right one last', '{other}', {
      config: ['IdentityFile {other}', 'IdentityFile {other-2}', 'IdentityFile {id}'],
      server: ['MaxAuthTries 2'],
      ...refused,
    }),
    by('a security key of a software provider', '{sk}', {
      config: ['IdentityFile {sk}', 'IdentitiesOnly yes', 'SecurityKeyProvider {sk-provider.so}'],
      needs: { program: 'cc' },
      haprov: 'ssh',
    }),
  ],
};
