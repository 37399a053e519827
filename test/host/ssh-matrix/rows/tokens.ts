import { PASSPHRASE } from '../fixtures';
import { KERBEROS } from '../kerberos';
import { type Group, type Row, refused } from '../row';
import { TOKEN } from '../token';

/** A login by ticket; the host takes the user's tickets and keys. */
const ticket = (row: string, more: Partial<Row> = {}, file = 'ticket'): Row => ({
  row,
  config: ['GSSAPIAuthentication yes', 'IdentityFile {none}', 'IdentityAgent none'],
  server: ['GSSAPIAuthentication yes', 'GSSAPIStrictAcceptorCheck no'],
  env: { KRB5CCNAME: `FILE:{${file}}` },
  needs: { program: KERBEROS },
  ssh: 'in',
  haprov: 'ssh',
  ...more,
});
const keyExchange = {
  config: ['GSSAPIKeyExchange yes', 'IdentityAgent none'],
  server: ['GSSAPIKeyExchange yes', 'GSSAPIStrictAcceptorCheck no'],
};

/** A login by the key of a token. */
const token = (row: string, more: Partial<Row> = {}): Row => ({
  row,
  config: ['PKCS11Provider {token-library}', 'IdentityFile {none}'],
  needs: { program: TOKEN },
  ssh: 'in',
  haprov: 'ssh',
  ...more,
});
const answers = (pin: string) => ({ inventory: { ask: async () => pin } });

export const tokens: Group = {
  title: 'Kerberos and PKCS #11',
  rows: [
    ticket('a ticket'),
    ticket('a ticket, and a key that the host does not know', {
      config: ['GSSAPIAuthentication yes', 'IdentityFile {other}', 'IdentityAgent none'],
    }),
    ticket('a ticket for the host, which takes nothing else', {
      server: ['GSSAPIAuthentication yes', 'GSSAPIStrictAcceptorCheck no', 'PubkeyAuthentication no'],
    }),
    ticket('a ticket, and a key is the second factor', {
      config: ['GSSAPIAuthentication yes', 'IdentityFile {id}', 'IdentityAgent none'],
      server: [
        'GSSAPIAuthentication yes',
        'GSSAPIStrictAcceptorCheck no',
        'AuthenticationMethods gssapi-with-mic,publickey',
      ],
    }),
    ticket('a ticket that may go on (GSSAPIDelegateCredentials)', {
      config: [
        'GSSAPIAuthentication yes',
        'GSSAPIDelegateCredentials yes',
        'IdentityFile {none}',
        'IdentityAgent none',
      ],
    }),
    ticket('a ticket, and the config does not allow it', {
      config: ['GSSAPIAuthentication no', 'IdentityFile {none}', 'IdentityAgent none'],
      ...refused,
    }),
    ticket('a ticket, and the host takes none', { server: [], ...refused }),
    ticket('a ticket, the host takes none, and a key', {
      config: ['GSSAPIAuthentication yes', 'IdentityFile {id}', 'IdentityAgent none'],
      server: [],
    }),
    ticket('a ticket of somebody else', refused, 'ticket-other'),
    ticket('no ticket', refused, 'no-ticket'),
    ticket(
      'no ticket, and a key',
      {
        config: ['GSSAPIAuthentication yes', 'IdentityFile {id}', 'IdentityAgent none'],
        haprov: 'library',
      },
      'no-ticket',
    ),
    ticket('a ticket for the jump host', {
      config: [
        ...['Host hop', 'HostName 127.0.0.1', 'Port {hop}', 'User {user}', 'GSSAPIAuthentication yes'],
        ...['IdentityFile {none}', 'IdentitiesOnly yes', 'Host web', 'ProxyJump hop', 'IdentityFile {id}'],
      ],
      server: [],
      hopServer: ['GSSAPIAuthentication yes', 'GSSAPIStrictAcceptorCheck no', 'PubkeyAuthentication no'],
    }),
    ticket('GSSAPIKeyExchange, and a key', keyExchange),
    ticket('GSSAPIKeyExchange, and the host key is not known', { ...keyExchange, known: [] }),
    token('a token, whose PIN is asked for', answers(PASSPHRASE)),
    token('a token, with the wrong PIN', { ...answers('of another'), ...refused }),
    token('a token, and nobody can be asked', refused),
    token('a token, and a key file', { config: ['PKCS11Provider {token-library}', 'IdentityFile {id}'] }),
    token('a token that is not there, and a key file', {
      config: ['PKCS11Provider {none}', 'IdentityFile {id}'],
    }),
    token('PKCS11Provider none', { config: ['PKCS11Provider none', 'IdentityFile {id}'], haprov: 'library' }),
    token('a token that the agent holds', {
      config: ['IdentityAgent {agent-token}', 'IdentityFile {none}'],
      haprov: 'library',
    }),
    token('a token that the agent holds, at a host that takes SHA-512 alone', {
      config: ['IdentityAgent {agent-token}', 'IdentityFile {none}'],
      server: ['PubkeyAcceptedAlgorithms rsa-sha2-512'],
      haprov: 'library',
    }),
  ],
};
