import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshTarget } from '../../src/host/ssh-config';
import { newKey } from './ssh-server';

/** A user's ~/.ssh in a temporary folder, so that no test looks at the developer's. */
export interface SshFiles {
  folder: string;
  knownHosts: string;
  /** Public half of the user's key. */
  publicKey: string;
  path(name: string): string;
  write(name: string, content: string): string;
  /** A target at a loopback port that reads only these files. */
  target(port: number, more?: Partial<SshTarget>): SshTarget;
  /** Replaces the ssh config: these lines, then the user's own files for every host. */
  configure(...lines: string[]): void;
  remove(): void;
}

export function sshFiles(): SshFiles {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-ssh-'));
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string): string => {
    writeFileSync(path(name), content, { mode: 0o600 });
    return path(name);
  };
  const key = newKey();
  write('id', key.private);
  const files: SshFiles = {
    folder,
    knownHosts: path('known_hosts'),
    publicKey: key.public,
    path,
    write,
    target: (port, more) => ({
      name: 'fred',
      address: '127.0.0.1',
      user: 'root',
      port,
      sudo: 'auto',
      sshConfigFile: path('config'),
      ...more,
    }),
    configure: (...lines) => {
      write(
        'config',
        [
          ...lines,
          'Host *',
          `IdentityFile ${path('id')}`,
          'IdentityAgent none',
          `UserKnownHostsFile ${path('known_hosts')}`,
          'GlobalKnownHostsFile /dev/null',
          '',
        ].join('\n'),
      );
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  files.configure();
  return files;
}
