import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import type { SshFiles } from '../../support/ssh-files';

/** The program without which there is none. */
export const TOKEN = 'softhsm2-util';

const LIBRARIES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so'];

/** The PKCS#11 library, by the path that an agent's list of allowed ones must have. */
export const tokenLibrary = (): string => {
  const found = LIBRARIES.find((file) => existsSync(file));
  return found ? realpathSync(found) : 'libsofthsm2.so';
};

/** Makes a PKCS#11 token of software, for this process and all that it starts. @param key a file in PKCS #8 */
export function makeToken({ path, write }: SshFiles, key: string, pin: string): void {
  mkdirSync(path('tokens'));
  process.env.SOFTHSM2_CONF = write('softhsm.conf', `directories.tokendir = ${path('tokens')}\n`);
  const run = (...words: string[]) => execFileSync(TOKEN, words, { env: process.env, stdio: 'pipe' });
  run('--init-token', '--free', '--label', 'card', '--pin', pin, '--so-pin', pin);
  run('--import', path(key), '--token', 'card', '--label', key, '--id', '01', '--pin', pin);
}
