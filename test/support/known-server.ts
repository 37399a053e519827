import { writeFileSync } from 'node:fs';
import type { SshFiles } from './ssh-files';
import { answers, publicLine, type SshServer, type SshServerOptions, startSshServer } from './ssh-server';

/** A server on loopback that runs every script of a root login, and whose host key the known_hosts file of `files` has. */
export async function startKnownServer(files: SshFiles, options: SshServerOptions): Promise<SshServer> {
  const server = await startSshServer({
    ...options,
    commands: { 'env LC_ALL=C sh -s': answers({ stdout: 'ran' }) },
  });
  const known = `[127.0.0.1]:${server.port} ${publicLine(server.hostKeys[0] ?? '')}\n`;
  writeFileSync(files.knownHosts, known, { flag: 'a' });
  return server;
}
