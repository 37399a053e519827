import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SshFiles } from '../../support/ssh-files';
import { freePort } from '../../support/sshd';

/** The environment with the programs that only root is to need. */
export const withSbin = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${process.env.PATH}:/usr/sbin` });

/** The program without which there is none. */
export const KERBEROS = 'krb5kdc';

const REALM = 'MATRIX.TEST';
const HOST = 'host/127.0.0.1';

/**
 * Starts a Kerberos server on a loopback port, for this process and all that it starts. Leaves tickets at `{ticket}` for
 * `user` and at `{ticket-other}` for somebody else.
 * @param started gets the server
 */
export async function startKerberos(
  { path, write }: SshFiles,
  user: string,
  started: ChildProcess[],
): Promise<void> {
  const listen = `127.0.0.1:${await freePort()}`;
  process.env.KRB5_KDC_PROFILE = write(
    'kdc.conf',
    `[kdcdefaults]
 kdc_listen = ${listen}
 kdc_tcp_listen = ${listen}
[realms]
 ${REALM} = {
  database_name = ${path('kdc')}
  key_stash_file = ${path('kdc-stash')}
  acl_file = ${path('kdc-acl')}
 }
[logging]
 kdc = FILE:${path('kdc-log')}
`,
  );
  process.env.KRB5_CONFIG = write(
    'krb5.conf',
    `[libdefaults]
 default_realm = ${REALM}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 default_keytab_name = FILE:${path('host-keytab')}
[realms]
 ${REALM} = {
  kdc = ${listen}
 }
`,
  );
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, { env: withSbin(), stdio: 'pipe' });
  run('kdb5_util', 'create', '-s', '-r', REALM, '-P', 'of the realm');
  for (const name of [user, 'other', HOST]) run('kadmin.local', '-q', `addprinc -randkey ${name}`);
  run('kadmin.local', '-q', `ktadd -norandkey -k ${path('host-keytab')} ${HOST}`);
  run('kadmin.local', '-q', `ktadd -norandkey -k ${path('user-keytab')} ${user} other`);
  const server = spawn(KERBEROS, ['-n'], { env: withSbin(), stdio: 'ignore' });
  started.push(server);
  const ticket = (file: string, name: string): string[] => [
    '-k',
    '-t',
    path('user-keytab'),
    '-c',
    `FILE:${path(file)}`,
    name,
  ];
  for (
    let tries = 0;
    spawnSync('kinit', ticket('ticket', user), { env: process.env }).status !== 0;
    tries += 1
  ) {
    if (tries === 200 || server.exitCode !== null) throw new Error('the Kerberos server gives no ticket');
    await sleep(50);
  }
  run('kinit', ...ticket('ticket-other', 'other'));
}
