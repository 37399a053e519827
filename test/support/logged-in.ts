import { HostError } from '../../src/errors';
import { type Connection, connect, type SshTarget } from '../../src/host/connection';
import { type SshFiles, sshFiles } from './ssh-files';
import {
  type CommandHandler,
  newKey,
  publicLine,
  runsLocally,
  type SshServer,
  startSshServer,
} from './ssh-server';

/** A server of its own for each test of whoever imports this, and a connection that has logged in there. */

/** How a connection has its shell started where no sudo is asked for. */
export const AS_ROOT = 'env LC_ALL=C sh -s';

/** Of the test that runs now. */
export let files: SshFiles;
export let server: SshServer;
export let connection: Connection;

beforeEach(() => {
  files = sshFiles();
});

afterEach(async () => {
  connection?.close();
  files.remove();
  await server.close();
});

/** Logs in at a server that knows one command, or any that a sudo dialogue may make. */
export async function logIn(
  handler: CommandHandler,
  more: Partial<SshTarget> = {},
  command: string | Record<string, CommandHandler> = AS_ROOT,
  mostSessions?: number,
): Promise<void> {
  const user = { publicKey: files.publicKey };
  const key = newKey().private;
  const told = typeof command === 'string' ? { [command]: handler } : command;
  const commands = more.sudoPassword === undefined && !more.ask ? told : anyCommand(handler);
  server = await startSshServer({
    hostKeys: [key],
    users: { root: user, careful: user },
    commands,
    mostSessions,
  });
  files.write('known_hosts', `[127.0.0.1]:${server.port} ${publicLine(key)}\n`);
  connection = await connect(files.target(server.port, more));
}

// The command of a sudo dialogue holds random marks.
function anyCommand(handler: CommandHandler): Record<string, CommandHandler> {
  return new Proxy({}, { get: () => handler });
}

/** Runs on this machine what was sent last. */
export const local: CommandHandler = (channel, link) =>
  runsLocally(server.commands.at(-1) ?? '')(channel, link);

/** What it failed with. */
export async function failure(promise: Promise<unknown>): Promise<HostError> {
  const error: unknown = await promise.then(
    () => new Error('it went well'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HostError);
  return error as HostError;
}
