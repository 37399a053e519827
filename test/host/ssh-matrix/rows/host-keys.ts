import { type Group, type Row, refused } from '../row';

const knows = (row: string, known: readonly string[], more: Partial<Row> = {}): Row => ({
  row,
  known,
  ssh: 'in',
  haprov: 'library',
  ...more,
});
const exact = '[127.0.0.1]:{port} {hostkey}';
const changed = '[127.0.0.1]:{port} {text:other.pub}';
const stricter = {
  haprov: 'refused',
  why: 'A changed key is refused, whatever the config says.',
} as const;

export const hostKeys: Group = {
  title: 'Host keys',
  rows: [
    knows('`[host]:port`', [exact]),
    knows('host without the port', ['127.0.0.1 {hostkey}']),
    knows('host without the port has another key', ['127.0.0.1 {text:other.pub}', exact]),
    knows('another port', ['[127.0.0.1]:1 {hostkey}'], refused),
    knows('wildcards', ['[127.0.0.*]:* {hostkey}']),
    knows('a list with negation', ['[127.0.0.*]:*,![127.0.0.2]:* {hostkey}']),
    knows('negated', ['[127.0.0.*]:*,![127.0.0.1]:{port} {hostkey}'], refused),
    knows('hashed', ['{hash:[127.0.0.1]:{port}} {hostkey}']),
    knows('hashed, another name', ['{hash:[127.0.0.2]:{port}} {hostkey}'], refused),
    knows('among comments, blank lines and nonsense', [
      '# of web',
      '',
      '   ',
      'nonsense',
      `${exact} a comment`,
    ]),
    knows('without its newline at the end, lines as on Windows', [
      `127.0.0.9 {text:other.pub}\r\n${exact}\r\n`,
    ]),
    knows('two keys of one type, the second is right', [changed, exact]),
    knows('keys of three types', [
      '[127.0.0.1]:{port} {text:rsa.pub}',
      '[127.0.0.1]:{port} {text:ecdsa.pub}',
      exact,
    ]),
    knows('revoked', [exact, '@revoked * {hostkey}'], refused),
    knows('another key is revoked', [exact, '@revoked * {text:other.pub}']),
    knows('a marker that nobody knows', ['@strange * {hostkey}', exact]),
    knows('RevokedHostKeys with this key', [exact], {
      files: { revoked: '{hostkey}\n' },
      config: ['RevokedHostKeys {own}/revoked'],
      ...refused,
    }),
    knows('RevokedHostKeys with another key', [exact], { config: ['RevokedHostKeys {other.pub}'] }),
    knows('RevokedHostKeys that is a binary list (KRL)', [exact], {
      config: ['RevokedHostKeys {krl}'],
      haprov: 'ssh',
    }),
    knows('RevokedHostKeys that is a binary list (KRL) with this key', [exact], {
      server: ['HostKey {host-revoked}', 'HostKeyAlgorithms ssh-ed25519'],
      known: ['[127.0.0.1]:{port} {text:host-revoked.pub}'],
      config: ['RevokedHostKeys {krl}'],
      ...refused,
    }),
    knows('RevokedHostKeys that is not there', [exact], { config: ['RevokedHostKeys {none}'], ...refused }),
    knows('several UserKnownHostsFile', [], {
      files: { second: exact },
      config: ['UserKnownHostsFile {known} {own}/second'],
    }),
    knows('UserKnownHostsFile with tokens', [], {
      files: { '127.0.0.1-web': exact },
      config: ['UserKnownHostsFile {own}/%h-%n'],
    }),
    knows('UserKnownHostsFile with a blank', [], {
      files: { 'my hosts': exact },
      config: ['UserKnownHostsFile "{own}/my hosts"'],
    }),
    knows('UserKnownHostsFile none, GlobalKnownHostsFile', [], {
      files: { all: exact },
      config: ['UserKnownHostsFile none', 'GlobalKnownHostsFile {own}/all'],
    }),
    knows('UserKnownHostsFile /dev/null', [exact], { config: ['UserKnownHostsFile /dev/null'], ...refused }),
    knows('in the inventory', [], { files: { hosts: exact }, inventory: { knownHostsFile: '{own}/hosts' } }),
    knows('HostKeyAlias', ['the-web {hostkey}'], { config: ['HostKeyAlias the-web'] }),
    knows('HostKeyAlias that is not known', [exact], { config: ['HostKeyAlias the-web'], ...refused }),
    knows('HostKeyAlias with `%h`, which ssh leaves as it is', ['%h-x {hostkey}'], {
      config: ['HostKeyAlias %h-x'],
    }),
    knows('CheckHostIP yes', [exact], { config: ['CheckHostIP yes'] }),
    knows(
      'CheckHostIP yes, a name whose address has another key',
      ['[localhost]:{port} {hostkey}', changed],
      {
        config: ['CheckHostIP yes', 'Host web', 'HostName localhost', 'AddressFamily inet'],
      },
    ),
    knows('not known', [], refused),
    knows('not known, in the inventory accept-new', [], { inventory: { acceptNewHostKeys: true } }),
    knows('not known, StrictHostKeyChecking accept-new', [], {
      config: ['StrictHostKeyChecking accept-new'],
    }),
    knows('not known, StrictHostKeyChecking no', [], { config: ['StrictHostKeyChecking no'] }),
    knows('not known, StrictHostKeyChecking off', [], { config: ['StrictHostKeyChecking off'] }),
    knows('not known, StrictHostKeyChecking ask, and nobody can be asked', [], {
      config: ['StrictHostKeyChecking ask'],
      ...refused,
    }),
    knows('not known, StrictHostKeyChecking yes', [], { config: ['StrictHostKeyChecking yes'], ...refused }),
    knows('not known, accept-new, HashKnownHosts', [], {
      config: ['StrictHostKeyChecking accept-new', 'HashKnownHosts yes'],
    }),
    knows('not known, no, UserKnownHostsFile /dev/null', [], {
      config: ['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null'],
    }),
    knows('changed', [changed], refused),
    knows('changed, StrictHostKeyChecking accept-new', [changed], {
      config: ['StrictHostKeyChecking accept-new'],
      ...refused,
    }),
    knows('changed, StrictHostKeyChecking no', [changed], {
      config: ['StrictHostKeyChecking no'],
      ...stricter,
    }),
    knows('another type is known (RSA), the host has that, too', ['[127.0.0.1]:{port} {text:host-rsa.pub}'], {
      server: ['HostKey {host-rsa}'],
    }),
    knows(
      'another type is known (RSA), which the host has not',
      ['[127.0.0.1]:{port} {text:rsa.pub}'],
      refused,
    ),
    knows('KnownHostsCommand', [], {
      config: ['KnownHostsCommand /bin/echo [127.0.0.1]:{port} {hostkey}'],
      haprov: 'ssh',
    }),
    knows('KnownHostsCommand that knows nothing, and known_hosts', [exact], {
      config: ['KnownHostsCommand /bin/true'],
      haprov: 'ssh',
    }),
    knows('VerifyHostKeyDNS without a record', [exact], { config: ['VerifyHostKeyDNS yes'], haprov: 'ssh' }),
    knows('UpdateHostKeys yes', [exact], { config: ['UpdateHostKeys yes'] }),
    knows('VisualHostKey, FingerprintHash md5', [exact], {
      config: ['VisualHostKey yes', 'FingerprintHash md5'],
    }),
  ],
};
