import { type Group, type Row, refused } from '../row';

const signed = (row: string, key: string, more: Partial<Row> = {}): Row => ({
  row,
  config: [`IdentityFile ${key}`, 'IdentitiesOnly yes'],
  server: ['TrustedUserCAKeys {ca.pub}'],
  ssh: 'in',
  haprov: 'ssh',
  ...more,
});

/** A host that shows a certificate, by the name that follows. */
const host = (row: string, certificate: string, more: Partial<Row> = {}): Row => ({
  row,
  server: ['HostKey {host-key}', `HostCertificate ${certificate}`],
  known: ['@cert-authority * {text:ca.pub}'],
  ssh: 'in',
  haprov: 'ssh',
  ...more,
});

export const certificates: Group = {
  title: 'Certificates',
  rows: [
    signed('beside its key', '{cert}'),
    signed('beside its RSA key', '{cert-rsa}'),
    signed('beside its ECDSA key', '{cert-ecdsa}'),
    signed('CertificateFile', '{own}/key', {
      files: { key: '{text:cert}\n' },
      config: ['IdentityFile {own}/key', 'CertificateFile {cert-cert.pub}'],
    }),
    signed('CertificateFile, and the key in the agent', '', {
      config: ['IdentityFile {cert.pub}', 'CertificateFile {cert-cert.pub}', 'IdentityAgent {agent-cert}'],
    }),
    signed('CertificateFile that is not there, and a key', '{id}', {
      config: ['IdentityFile {id}', 'CertificateFile {none}'],
    }),
    signed('key named in the inventory', '{other}', { inventory: { identityFiles: ['{cert}'] } }),
    signed('of several principals', '{cert-many}'),
    signed('of another principal', '{cert-elsewhere}', refused),
    signed('of another principal, which AuthorizedPrincipalsFile allows', '{cert-elsewhere}', {
      files: { principals: 'elsewhere\n' },
      server: ['TrustedUserCAKeys {ca.pub}', 'AuthorizedPrincipalsFile {own}/principals'],
    }),
    signed('whose time is over', '{cert-ended}', refused),
    signed('whose time is over, of a key that the host knows by itself', '{cert-ended-known}'),
    signed('that is not valid yet', '{cert-early}', refused),
    signed('of an authority that the host does not trust', '{cert-untrusted}', refused),
    signed('with force-command, which runs what was asked for', '{cert-forced}'),
    signed('with force-command, which runs something else', '{cert-forced-other}', refused),
    signed('for this address only', '{cert-here}'),
    signed('for another address only', '{cert-away}', refused),
    signed('with an extension only (permit-pty)', '{cert-bare}'),
    signed('that the host has revoked', '{cert}', {
      server: ['TrustedUserCAKeys {ca.pub}', 'RevokedKeys {cert.pub}'],
      ...refused,
    }),
    signed('of an authority in authorized_keys (cert-authority)', '{cert}', {
      files: { keys: 'cert-authority {text:ca.pub}\n' },
      server: ['AuthorizedKeysFile {own}/keys'],
    }),
    signed('of an authority whose algorithms the host restricts', '{cert}', {
      server: ['TrustedUserCAKeys {ca.pub}', 'CASignatureAlgorithms ssh-ed25519'],
    }),
    signed('and a second factor that is a key', '{cert}', {
      config: ['IdentityFile {cert}', 'IdentityFile {id}', 'IdentitiesOnly yes'],
      server: ['TrustedUserCAKeys {ca.pub}', 'AuthenticationMethods publickey,publickey'],
    }),
    host('of the host, for its address', '{host-key-cert.pub}'),
    host('of the host, for any name', '{host-any-cert.pub}', {
      server: ['HostKey {host-any}', 'HostCertificate {host-any-cert.pub}'],
    }),
    host('of the host, for another name', '{host-away-cert.pub}', {
      server: ['HostKey {host-away}', 'HostCertificate {host-away-cert.pub}'],
      ...refused,
    }),
    host('of the host, for its HostKeyAlias', '{host-away-cert.pub}', {
      server: ['HostKey {host-away}', 'HostCertificate {host-away-cert.pub}'],
      config: ['HostKeyAlias elsewhere'],
    }),
    host('of the host, whose time is over', '{host-ended-cert.pub}', {
      server: ['HostKey {host-ended}', 'HostCertificate {host-ended-cert.pub}'],
      ...refused,
    }),
    host('of the host, by an authority for other hosts', '{host-key-cert.pub}', {
      known: ['@cert-authority *.org {text:ca.pub}'],
      ...refused,
    }),
    host('of the host, by another authority', '{host-key-cert.pub}', {
      known: ['@cert-authority * {text:ca-2.pub}'],
      ...refused,
    }),
    host('of the host, by an authority for `[host]:port`', '{host-key-cert.pub}', {
      known: ['@cert-authority [127.0.0.1]:{port} {text:ca.pub}'],
    }),
    host('of the host, by an authority that is revoked', '{host-key-cert.pub}', {
      known: ['@revoked * {text:ca.pub}', '@cert-authority * {text:ca.pub}'],
      ...refused,
    }),
    host('an authority for the host, which shows a known key', '', {
      server: [],
      known: ['@cert-authority * {text:ca.pub}', '[127.0.0.1]:{port} {hostkey}'],
    }),
  ],
};
