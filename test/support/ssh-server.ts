import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { type Connection, type Prompt, Server, type ServerChannel, utils } from 'ssh2';

/** What the server does when it is told to run a command. It must end the channel. */
export type CommandHandler = (channel: ServerChannel, connection: Connection) => void;

export interface User {
  publicKey?: string;
  password?: string;
  /** The server takes the password, and wants a new one. */
  hasExpired?: true;
  keyboardInteractive?: string;
  /** What the server asks (keyboard-interactive), round after round, and the answers that it takes. */
  rounds?: {
    title?: string;
    instructions?: string;
    prompts: Prompt[];
    takes: (answers: string[]) => boolean;
  }[];
  /** All of them, in this order, as OpenSSH's AuthenticationMethods; any one where there are none. */
  factors?: ('publickey' | 'password' | 'keyboard-interactive')[];
}

export interface SshServerOptions {
  /** Private keys, OpenSSH format. Default: a new ed25519 key. */
  hostKeys?: string[];
  /** What each user may log in with; a public key is in OpenSSH's format. */
  users?: Record<string, User>;
  /** Every command that the server may be asked for, and what it does then. */
  commands?: Record<string, CommandHandler>;
  /** How many channels each connection may have open, as OpenSSH's MaxSessions. */
  mostSessions?: number;
  /** Where it listens; 127.0.0.1 by default. */
  address?: string;
  /** How long an accepted login takes, as where sshd asks a directory server. */
  acceptsAfterMs?: number;
  /** What it calls its program. */
  ident?: string;
  /** Lets clients go on to other ports, as a jump host does. */
  forwards?: boolean;
}

/** An SSH server on a loopback port that does exactly what it was told, and remembers what it was asked. */
export interface SshServer {
  port: number;
  hostKeys: string[];
  /** In the order of arrival. */
  commands: string[];
  /** `user method` of every attempt to log in. */
  logins: string[];
  /** What clients answered to the server's questions. */
  answers: string[][];
  /** The most channels that were open at once. */
  mostChannels: number;
  /** So long a session counts for `mostSessions` when its channel is closed. */
  lingerMs: number;
  /** Where clients wanted to go on to: `host:port`. */
  forwarded: string[];
  /** Ends the server. Throws when it was asked for a command that it was not told of. */
  /** Ends the connections that there are. */
  hangUp(): void;
  close(): Promise<void>;
}

export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const hostKeys = options.hostKeys ?? [newKey().private];
  const unexpected: string[] = [];
  const connections = new Set<Connection>();
  let open = 0;
  const server = new Server({ hostKeys, ident: options.ident ?? 'scripted' }, (connection) => {
    connections.add(connection);
    const done: string[] = [];
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => {
      const user = options.users?.[context.username];
      const all: ('publickey' | 'password' | 'keyboard-interactive')[] = [];
      if (user?.publicKey) all.push('publickey');
      if (user?.password) all.push('password');
      if (user?.keyboardInteractive || user?.rounds) all.push('keyboard-interactive');
      const wanted = user?.factors?.slice(done.length);
      const methods = wanted?.slice(0, 1) ?? all;
      running.logins.push(`${context.username} ${context.method}`);
      const refuse = (): void => context.reject(methods);
      const take = (): void => {
        if (!wanted || wanted.length === 1) setTimeout(() => context.accept(), options.acceptsAfterMs ?? 0);
        else {
          done.push(context.method);
          context.reject(wanted.slice(1, 2), true);
        }
      };
      if (!methods.some((method) => method === context.method)) refuse();
      else if (context.method === 'password' && user?.password === context.password) {
        if (user?.hasExpired) context.requestChange('Choose another', () => refuse());
        else take();
      } else if (context.method === 'keyboard-interactive' && user) {
        const { keyboardInteractive } = user;
        const rounds = user.rounds ?? [
          {
            prompts: [{ prompt: 'Password: ', echo: false }],
            takes: ([answer]: string[]) => answer === keyboardInteractive,
          },
        ];
        const ask = (index: number): void => {
          const round = rounds[index];
          if (!round) take();
          else
            context.prompt(round.prompts, round.title ?? '', round.instructions ?? '', (answers) => {
              running.answers.push(answers);
              if (round.takes(answers)) ask(index + 1);
              else refuse();
            });
        };
        ask(0);
      } else if (context.method === 'publickey' && isKey(context, user?.publicKey)) {
        if (context.signature) take();
        else context.accept();
      } else refuse();
    });
    connection.on('ready', () => {
      let sessions = 0;
      connection.on('session', (accept, refuse) => {
        if (sessions >= (options.mostSessions ?? Number.POSITIVE_INFINITY)) {
          refuse();
          return;
        }
        sessions += 1;
        const session = accept();
        session.on('exec', (acceptExec, reject, { command }) => {
          running.commands.push(command);
          const handler = options.commands?.[command];
          if (!handler) {
            unexpected.push(command);
            reject();
            return;
          }
          open += 1;
          running.mostChannels = Math.max(running.mostChannels, open);
          const channel = acceptExec();
          channel.on('error', () => undefined);
          channel.on('close', () => {
            open -= 1;
            setTimeout(() => {
              sessions -= 1;
            }, running.lingerMs);
          });
          handler(channel, connection);
        });
      });
      connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
        running.forwarded.push(`${destIP}:${destPort}`);
        if (!options.forwards) {
          reject();
          return;
        }
        const socket = connectTcp(destPort, destIP, () => {
          const channel = accept();
          channel.pipe(socket).pipe(channel);
          channel.on('close', () => socket.destroy());
          channel.on('error', () => socket.destroy());
        });
        socket.on('error', () => reject());
      });
    });
  });
  const running: SshServer = {
    port: 0,
    hostKeys,
    commands: [],
    lingerMs: 0,
    logins: [],
    answers: [],
    mostChannels: 0,
    forwarded: [],
    hangUp: () => {
      for (const connection of connections) connection.end();
    },
    close: async () => {
      running.hangUp();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (unexpected.length > 0)
        throw new Error(`asked for commands it was not told of: ${unexpected.join(' | ')}`);
    },
  };
  await new Promise<void>((resolve) => server.listen(0, options.address ?? '127.0.0.1', resolve));
  running.port = (server.address() as AddressInfo).port;
  return running;
}

function isKey(
  context: { key: { data: Buffer; algo: string }; blob?: Buffer; signature?: Buffer; hashAlgo?: string },
  publicKey: string | undefined,
): boolean {
  const key = publicKey ? utils.parseKey(publicKey) : new Error('none');
  if (key instanceof Error || !key.getPublicSSH().equals(context.key.data)) return false;
  if (!context.signature || !context.blob) return true;
  return key.verify(context.blob, context.signature, context.hashAlgo) === true;
}

/** An ed25519 key pair in OpenSSH's formats. */
export function newKey(): { private: string; public: string } {
  const pair = utils.generateKeyPairSync('ed25519');
  // One in some two hundred of ssh2's new keys is malformed; OpenSSH cannot read it either.
  return utils.parseKey(pair.private) instanceof Error ? newKey() : pair;
}

/** The public half of a private key, as in known_hosts: `ssh-ed25519 AAAA…`. */
export function publicLine(privateKey: string): string {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return `${key.type} ${key.getPublicSSH().toString('base64')}`;
}

/** The text that a script's first line says on stdout and on stderr before anything else. */
export function markOf(script: string): string {
  const [, half = '', other = ''] = /^printf %s%s (\S+) (\S+); printf %s%s \1 \2 >&2\n/.exec(script) ?? [];
  return half + other;
}

/** Reads a script's first line, and says its mark as the shell does that runs it. */
export async function begins(channel: ServerChannel): Promise<void> {
  let script = '';
  while (!script.includes('\n')) {
    const chunk = channel.read() as Buffer | null;
    if (chunk) script += chunk.toString();
    else await once(channel, 'readable');
  }
  channel.stderr.write(markOf(script));
  channel.write(markOf(script));
}

/** Reads all of stdin, then answers as a shell that ran it. */
export function answers(reply: {
  stdout?: string | Buffer;
  stderr?: string;
  code?: number;
  /** No shell was started. */
  ranNothing?: boolean;
  onStdin?: (input: string) => void;
}): CommandHandler {
  return (channel) => {
    const input: Buffer[] = [];
    channel.on('data', (chunk: Buffer) => input.push(chunk));
    channel.on('end', () => {
      const script = Buffer.concat(input).toString();
      reply.onStdin?.(script);
      const mark = reply.ranNothing ? '' : markOf(script);
      channel.stderr.write(mark + (reply.stderr ?? ''));
      channel.write(Buffer.concat([Buffer.from(mark), Buffer.from(reply.stdout ?? '')]), () => {
        channel.exit(reply.code ?? 0);
        channel.end();
      });
    });
  };
}

/** Runs the command for real, by this machine's sh, with nothing but the given PATH in its environment. */
export function runsLocally(commandLine: string, path = process.env.PATH): CommandHandler {
  return (channel) => {
    const child = spawn('/bin/sh', ['-c', commandLine], { env: { PATH: path }, stdio: 'pipe' });
    child.stdin.on('error', () => undefined);
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    channel.stderr.on('error', () => undefined);
    channel.on('close', () => {
      child.kill();
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.on('close', (code) => {
      channel.exit(code ?? 255);
      channel.end();
    });
  };
}
