import { type Group, type Row, refused } from '../row';

const withAgent = (row: string, agent: string, more: Partial<Row> = {}): Row => ({
  row,
  config: [`IdentityAgent ${agent}`, 'IdentityFile {none}'],
  ssh: 'in',
  haprov: 'library',
  ...more,
});

export const agents: Group = {
  title: 'Agents',
  rows: [
    withAgent('IdentityAgent with a path', '{agent}'),
    withAgent('IdentityAgent with tokens (`%d`, `%u`, `%h`)', '{folder}/%h-%u/agent'),
    withAgent('IdentityAgent in quotes', '"{agent}"'),
    withAgent('SSH_AUTH_SOCK', '', { config: ['IdentityFile {none}'], env: { SSH_AUTH_SOCK: '{agent}' } }),
    withAgent('IdentityAgent SSH_AUTH_SOCK', 'SSH_AUTH_SOCK', { env: { SSH_AUTH_SOCK: '{agent}' } }),
    withAgent('IdentityAgent with another variable', '$MY_AGENT', { env: { MY_AGENT: '{agent}' } }),
    withAgent('IdentityAgent none, though SSH_AUTH_SOCK is set', 'none', {
      env: { SSH_AUTH_SOCK: '{agent}' },
      ...refused,
    }),
    withAgent('an agent that is gone, and no key file', '{none}', refused),
    withAgent('an agent that is gone, and a key file', '{none}', {
      config: ['IdentityAgent {none}', 'IdentityFile {id}'],
    }),
    withAgent('an agent that is locked, and a key file', '{agent-locked}', {
      config: ['IdentityAgent {agent-locked}', 'IdentityFile {id}'],
    }),
    withAgent('an empty agent, and a key file', '{agent-empty}', {
      config: ['IdentityAgent {agent-empty}', 'IdentityFile {id}'],
    }),
    withAgent('an agent with the wrong key, and a key file', '{agent-other}', {
      config: ['IdentityAgent {agent-other}', 'IdentityFile {id}'],
    }),
    withAgent('an agent with the wrong key', '{agent-other}', refused),
    withAgent('IdentitiesOnly: a key that was not named', '{agent}', {
      config: ['IdentityAgent {agent}', 'IdentityFile {other}', 'IdentitiesOnly yes'],
      ...refused,
    }),
    withAgent('IdentitiesOnly: a key whose public half is named', '{agent}', {
      config: ['IdentityAgent {agent}', 'IdentityFile {id-agent.pub}', 'IdentitiesOnly yes'],
    }),
    withAgent('IdentitiesOnly: a key whose private file is gone', '{agent}', {
      files: { 'key.pub': '{text:id-agent.pub}\n' },
      config: ['IdentityAgent {agent}', 'IdentityFile {own}/key', 'IdentitiesOnly yes'],
    }),
    withAgent('an encrypted key that the agent holds open', '{agent}', {
      config: ['IdentityAgent {agent}', 'IdentityFile {locked}', 'IdentitiesOnly yes'],
    }),
    withAgent('seven keys, the named one is offered first', '{agent-many}', {
      config: ['IdentityAgent {agent-many}', 'IdentityFile {id}'],
      server: ['MaxAuthTries 2'],
    }),
    withAgent('seven keys, and MaxAuthTries comes before the right one', '{agent-many}', {
      server: ['MaxAuthTries 3'],
      ...refused,
    }),
    withAgent('an RSA key of the agent, at a host that takes SHA-2 only', '{agent-rsa}', {
      server: ['PubkeyAcceptedAlgorithms rsa-sha2-512'],
    }),
    withAgent('ForwardAgent yes', '{agent}', {
      config: ['ForwardAgent yes', 'IdentityAgent {agent}', 'IdentityFile {none}'],
    }),
    withAgent('a certificate that the agent holds', '{agent-cert}', {
      server: ['TrustedUserCAKeys {ca.pub}'],
      haprov: 'ssh',
    }),
    withAgent('a certificate that the agent holds, and one of its keys beside it is enough', '{agent-cert}', {
      config: ['IdentityAgent {agent-cert}', 'IdentityFile {id}'],
      haprov: 'ssh',
    }),
    withAgent('a security key that the agent holds', '{agent-sk}', { haprov: 'ssh' }),
    withAgent(
      'a security key that the agent holds, which the host does not know, and a key file',
      '{agent-sk}',
      {
        config: ['IdentityAgent {agent-sk}', 'IdentityFile {id}'],
        server: ['AuthorizedKeysFile {id.pub}'],
        haprov: 'ssh',
      },
    ),
  ],
};
