import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createConnection as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../errors';
import { started } from '../programs';
import { openAskpass } from './askpass';
import type { Channel, CommandEnd, Session } from './channel';
import { connectError, openSshError, saysHostKey, silenceText } from './connect-failure';
import { Late, LoginClock, unlessEnded } from './login-clock';
import { NewKeyMet } from './login-turns';
import { certificateFile, isAgentCertificate } from './needs-openssh';
import type { NewHostKey } from './new-host-key';
import { canAnswer, isRefusedAs, namesHosts, openSshPrompts } from './openssh-prompts';
import { personOf } from './person';
import { whatWasSaid } from './script-output';
import { type SshSettings, type SshTarget, sshArguments } from './ssh-config';

/** A socket's path may have 104 bytes on some systems, and OpenSSH appends 17 while it creates one. */
const MOST_PATH = 104 - 17;

/** ssh's LocalCommand prints this on the laptop when it has logged in. */
const LOGGED_IN = 'haprov: logged in';

/**
 * Logs in by the user's own `ssh`: one process, a ControlMaster whose socket is in a folder that only the user can open.
 * Every command goes over it, or over a master of the user that is open already.
 * @param why why ssh2 does not log in
 * @param master the socket of the user's open master, by {@link openMaster}
 * @throws HostError (exit 3) with what ssh printed
 */
export async function openSshSession(
  target: SshTarget,
  settings: SshSettings,
  why: string,
  master?: string,
): Promise<Session> {
  const { user, env } = settings;
  const folder = mkdtempSync(join(shortFolder(env), 'haprov-'));
  const cleaned = () => rmSync(folder, { recursive: true, force: true });
  if (master !== undefined) {
    const forget = onExit(cleaned);
    const close = (): void => {
      forget();
      cleaned();
    };
    return { ...sessionOver({ host: target.name, user, env }, master, folder, close), notes: notesOf(why) };
  }
  const [socket, log] = [join(folder, 'master'), join(folder, 'log')];
  const clock = new LoginClock();
  const person = personOf(target, settings, clock);
  let met: NewHostKey | undefined;
  const askpass = canAnswer(target, person)
    ? await openAskpass(
        folder,
        openSshPrompts(target, settings, person, {
          namesHosts: () => namesHosts(env),
          isMaster: (id) => id === own.pid,
          isTaken: async (key) => {
            const said = (await import('./ask-host-key')).answerTo(target, key);
            if (said === undefined && target.askHostKey) met = key;
            return said === true;
          },
        }),
      ).catch((error: unknown) => {
        cleaned();
        throw error;
      })
    : undefined;
  // LocalCommand is run by the shell. Before OpenSSH 8.4 it is DISPLAY that makes ssh ask a program.
  const seen = { DISPLAY: ':0', ...env, ...askpass?.env, SHELL: '/bin/sh' };
  // What the ssh of a jump host, or a ProxyCommand, says goes to stderr.
  const words = openSync(log, 'a', 0o600);
  const own: ChildProcess = await started(
    'ssh',
    masterArguments(target, settings, { socket, log, asks: askpass && (person ? 'person' : 'once') }),
    {
      stdio: ['ignore', 'pipe', words],
      env: seen,
      ...ALONE,
    },
  )
    .finally(() => closeSync(words))
    .catch(async (error: Error) => {
      await person?.heard(false);
      askpass?.close();
      cleaned();
      throw openSshError(error.message, { host: target.name, settings, canAsk: person !== undefined });
    });
  endWithUs(own, folder);
  const atExit = (): void => {
    own.kill();
    askpass?.close();
    cleaned();
  };
  const forget = onExit(atExit);
  const close = (): void => {
    forget();
    askpass?.close();
    // Removes the folder again after the master's end, which may write to its log.
    own.once('close', cleaned).kill();
    cleaned();
  };
  try {
    await unlessEnded(target, loggedIn(own, clock));
    await person?.heard(true);
  } catch (error) {
    const said = readLog(log);
    await person?.heard(false, isRefusedAs(said, settings));
    const refusal =
      !met && saysHostKey(said)
        ? await (await import('./presented-key')).refusedHostKey(target, settings, folder, seen)
        : undefined;
    close();
    if (refusal) throw refusal;
    if (error instanceof Late) throw connectError(error, { host: target.name, settings, banner: said });
    const certificate = (await certificateFile(settings)) ?? (isAgentCertificate(why) ? '-' : undefined);
    const failure = openSshError(said || (error as Error).message, {
      host: target.name,
      settings,
      canAsk: person !== undefined,
      ...(certificate === undefined ? {} : { certificate }),
    });
    throw met ? new NewKeyMet(met, failure) : failure;
  }
  const lostBecause = () => {
    return /Timeout, server .* not responding/.test(readLog(log)) ? silenceText(settings) : '';
  };
  return {
    ...sessionOver({ host: target.name, user, env }, socket, folder, close, lostBecause),
    notes: notesOf(why),
  };
}

/** Ends the master, and removes its folder, also where haprov is killed at once: then a pipe from it ends. */
function endWithUs(master: ChildProcess, folder: string): void {
  if (master.pid === undefined) return;
  const script = 'cat >/dev/null; kill "$0"; rm -rf -- "$1"';
  const watching = started('/bin/sh', ['-c', script, String(master.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    ...ALONE,
  });
  const watched = (watcher: ChildProcess) => {
    watcher.stdin?.on('error', () => undefined);
    // Its number may be another process's later.
    master.once('exit', () => watcher.kill('SIGKILL'));
  };
  watching.then(watched, () => undefined);
}

const exits = new Set<() => void>();

/** Calls `end` when the process exits, unless the function that it returns was called before. One listener for hundreds of hosts. */
function onExit(end: () => void): () => void {
  if (exits.size === 0) process.on('exit', endAll);
  exits.add(end);
  return () => {
    exits.delete(end);
    if (exits.size === 0) process.off('exit', endAll);
  };
}

const endAll = (): void => {
  for (const end of exits) end();
};

/** Without a terminal: Ctrl-C is haprov's, which finishes the step under way, and so are all questions. */
const ALONE = { detached: true } as const;

const notesOf = (why: string) => [`ssh logged in, and not the SSH library: ${why}`];

/** The master only holds the login, so forwardings, commands and terminals of the user's config are switched off. */
const masterArguments = (
  target: SshTarget,
  settings: SshSettings,
  { socket, log, asks }: { socket: string; log: string; asks: 'person' | 'once' | undefined },
): string[] => [
  ...['-N', '-M', '-S', socket, '-E', log],
  ...option('ControlPersist', 'no'),
  ...option('BatchMode', asks ? 'no' : 'yes'),
  ...(asks === 'once' ? option('NumberOfPasswordPrompts', '1') : []),
  ...option('ClearAllForwardings', 'yes'),
  ...option('ForwardAgent', 'no'),
  ...option('ForwardX11', 'no'),
  ...option('RemoteCommand', 'none'),
  ...option('RequestTTY', 'no'),
  ...option('ForkAfterAuthentication', 'no'),
  ...option('PermitLocalCommand', 'yes'),
  ...option('LocalCommand', `echo ${LOGGED_IN}`),
  ...option(
    'StrictHostKeyChecking',
    target.acceptNewHostKeys || settings.acceptsNewHostKeys
      ? 'accept-new'
      : target.askHostKey && !settings.refusesNewHostKeys
        ? 'ask'
        : 'yes',
  ),
  ...option('ConnectTimeout', String(Math.ceil(settings.connectTimeoutMs / 1000))),
  ...option('ServerAliveInterval', String(Math.ceil(settings.keepaliveMs / 1000))),
  ...option('ServerAliveCountMax', String(settings.keepaliveCount)),
  ...(target.knownHostsFile ? option('UserKnownHostsFile', target.knownHostsFile) : []),
  ...sshArguments(target).slice(1),
];

const option = (name: string, value: string): string[] => ['-o', `${name}=${value}`];

/**
 * A session whose commands go over a master's socket.
 * @param folder the folder for ssh's logs
 * @param close closes what was started for the session
 * @param whyLost what the master said when the connection was lost, as far as it is ours
 */
function sessionOver(
  { host, user, env }: { host: string; user: string; env: NodeJS.ProcessEnv },
  socket: string,
  folder: string,
  close: () => void,
  whyLost: () => string = () => '',
): Omit<Session, 'notes'> {
  let lost = '';
  let number = 0;
  return {
    user,
    lostBecause: () => lost,
    close,
    open: async (command) => {
      const log = join(folder, `log-${number++}`);
      const words = [...over(socket), '-T', '-E', log, NOWHERE, command];
      const child = await started('ssh', words, { stdio: 'pipe', env, ...ALONE }).catch((error: Error) => {
        throw new HostError(
          host,
          `no ssh could be started for a command: ${error.message}`,
          'Allow more open files (ulimit -n), or ask fewer hosts at once.',
        );
      });
      return channelOver(child, async (code) => {
        if (code !== FAILED) return { code };
        const said = readLog(log);
        if (/session request failed|open refused/i.test(said)) return { code, isRefused: true };
        if (await isOpen(socket)) return { code };
        lost ||=
          whyLost() ||
          said
            .replace(/^.*(?:Could not resolve|UNKNOWN port|kex_exchange|banner exchange).*$/gm, '')
            .trim() ||
          'the master connection was closed';
        return undefined;
      });
    },
  };
}

/** ssh's exit code where ssh itself failed, or a signal ended the command; the command itself may use it, too. */
const FAILED = 255;

/** The host name for ssh: without the master it would connect by itself, and must not reach a host. */
const NOWHERE = 'haprov.invalid';

const over = (socket: string): string[] => [
  ...['-F', 'none', '-S', socket],
  ...option('BatchMode', 'yes'),
  ...option('ProxyCommand', 'false'),
];

/** Whether a master listens at this socket; asked without a process of `ssh -O check`, which takes as long as a command. */
const isOpen = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTo(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** The socket of a master of the user's own, where one is connected. */
export const openMaster = async ({ controlPath }: SshSettings): Promise<string | undefined> =>
  controlPath !== undefined && (await isOpen(controlPath)) ? controlPath : undefined;

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });

/** An ssh process as a channel; `end` turns its exit code into the command's end. */
function channelOver(
  child: ChildProcessWithoutNullStreams,
  end: (code: number | null) => Promise<CommandEnd | undefined>,
): Channel {
  const { stdin, stdout, stderr } = child;
  // Without a listener an error ends haprov.
  child.on('error', () => undefined);
  // The command may end before it has read all of stdin.
  stdin.on('error', () => undefined);
  return {
    stdin,
    stdout,
    stderr,
    onEnd: (listener) => void exitOf(child).then(end).then(listener),
    close: () => void child.kill(),
  };
}

/** Waits for the login; ssh itself knows ConnectTimeout. @throws Error where ssh ends first, or takes too long */
function loggedIn(master: ChildProcess, clock: LoginClock): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    clock.begin(0, (late) => settle(() => reject(late)));
    clock.heard();
    master.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes(LOGGED_IN)) settle(resolve);
    });
    master.once('error', (error) => settle(() => reject(error)));
    master.once('close', (code) => settle(() => reject(new Error(`it ended with ${code ?? 'a signal'}`))));
    const settle = (how: () => void): void => {
      clock.stop();
      how();
    };
  });
}

/** What ssh printed, which may be warnings of a successful login. */
const readLog = (log: string): string => {
  try {
    return whatWasSaid(readFileSync(log, 'utf8'));
  } catch {
    return '';
  }
};

/** A folder for sockets, whose paths must be short. */
const shortFolder = (env: NodeJS.ProcessEnv): string =>
  [env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].find(
    (one) => one !== undefined && existsSync(one) && join(one, 'haprov-XXXXXX/master').length <= MOST_PATH,
  ) ?? tmpdir();
