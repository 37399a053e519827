import { type Group, host, type Row, refused } from '../row';

/** A host where this runs in place of the login shell's command. */
const forced = (row: string, command: string, more: Partial<Row> = {}): Row => ({
  row,
  server: [`ForceCommand ${command}`],
  ssh: 'in',
  haprov: 'library',
  ...more,
});
const shell = (row: string, program: string, start: Readonly<Record<string, string>> = {}): Row =>
  forced(
    row,
    `HOME={own} XDG_CONFIG_HOME={own} BASH_ENV={own}/.bashrc ${program} -c "$SSH_ORIGINAL_COMMAND"`,
    {
      files: start,
      needs: { program },
    },
  );

export const login: Group = {
  title: 'What the host runs at a login',
  rows: [
    shell('login shell bash, whose .bashrc talks', 'bash', { '.bashrc': 'echo hello; echo trouble >&2\n' }),
    shell('login shell bash, whose .bashrc changes PATH and the locale', 'bash', {
      '.bashrc': 'PATH=/usr/bin:/bin; LANG=tr_TR.UTF-8; export PATH LANG; cd /\n',
    }),
    shell('login shell dash', 'dash'),
    shell('login shell ksh', 'ksh'),
    shell('login shell zsh, whose .zshenv talks', 'zsh', { '.zshenv': 'echo hello\n' }),
    shell('login shell csh, whose .cshrc talks', 'csh', { '.cshrc': 'echo hello\n' }),
    shell('login shell tcsh', 'tcsh'),
    shell('login shell fish, whose config talks', 'fish', {
      'fish/config.fish': 'echo hello; echo trouble >&2\n',
    }),
    forced('login shell nologin', '/usr/sbin/nologin', refused),
    forced('login shell false', '/bin/false', refused),
    forced('a ForceCommand that is a menu', 'echo 1. reboot 2. leave; cat >/dev/null', refused),
    forced('ForceCommand internal-sftp', 'internal-sftp', refused),
    forced('a ForceCommand that runs what was asked for', 'sh -c "$SSH_ORIGINAL_COMMAND"'),
    forced(
      'a ForceCommand that logs, and runs what was asked for',
      'echo "$SSH_ORIGINAL_COMMAND" >&2; eval "$SSH_ORIGINAL_COMMAND"',
    ),
    host('command="…" in authorized_keys, which runs what was asked for', ['AuthorizedKeysFile {own}/keys'], {
      files: { keys: 'command="eval \\"$SSH_ORIGINAL_COMMAND\\"",restrict {text:id.pub}\n' },
    }),
    host('from="…" in authorized_keys', ['AuthorizedKeysFile {own}/keys'], {
      files: { keys: 'from="127.0.0.0/8" {text:id.pub}\n' },
    }),
    host('from="…" of another address', ['AuthorizedKeysFile {own}/keys'], {
      files: { keys: 'from="192.0.2.0/24" {text:id.pub}\n' },
      ...refused,
    }),
    host('expiry-time="…" that is over', ['AuthorizedKeysFile {own}/keys'], {
      files: { keys: 'expiry-time="20200101" {text:id.pub}\n' },
      ...refused,
    }),
    host(
      'environment="…" in authorized_keys',
      ['AuthorizedKeysFile {own}/keys', 'PermitUserEnvironment yes'],
      {
        files: { keys: 'environment="LANG=tr_TR.UTF-8" {text:id.pub}\n' },
      },
    ),
    host('an rc file that talks (PermitUserRC)', ['PermitUserRC yes']),
    host('a banner', ['Banner {own}/banner'], { files: { banner: 'Nobody but us.\nNo, really.\n' } }),
    host('a banner of 60 kB', ['Banner {own}/banner'], {
      files: { banner: `${'Nobody but us.\n'.repeat(4000)}` },
      haprov: 'ssh',
    }),
    host('MaxSessions 1', ['MaxSessions 1']),
    host('MaxSessions 0', ['MaxSessions 0'], refused),
    host('AllowUsers without us', ['AllowUsers nobody-at-all'], refused),
    host('DenyUsers with us', ['DenyUsers {user}'], refused),
    host('PubkeyAuthentication no', ['PubkeyAuthentication no'], refused),
    host('passwords alone', ['AuthenticationMethods password', 'PasswordAuthentication yes'], refused),
    host(
      'a second factor that is a password',
      ['AuthenticationMethods publickey,password', 'PasswordAuthentication yes'],
      refused,
    ),
    host('a key or a password', ['AuthenticationMethods password publickey', 'PasswordAuthentication yes']),
    host('PermitTTY no', ['PermitTTY no']),
    host('LoginGraceTime 5', ['LoginGraceTime 5']),
    host('UseDNS yes', ['UseDNS yes']),
    host('AcceptEnv *', ['AcceptEnv *'], {
      config: ['SetEnv LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 POSIXLY_CORRECT=1'],
    }),
    host('VersionAddendum', ['VersionAddendum of ours']),
    host('DisableForwarding yes', ['DisableForwarding yes']),
    host('ClientAliveInterval 1', ['ClientAliveInterval 1', 'ClientAliveCountMax 3']),
    host('AuthorizedKeysCommand', [
      'AuthorizedKeysFile none',
      'AuthorizedKeysCommand /bin/echo {text:id.pub}',
      'AuthorizedKeysCommandUser {user}',
    ]),
  ],
};
