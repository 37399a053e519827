import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel, Ending, Session } from './channel';
import { openSshError } from './connect-failure';
import { whatWasSaid } from './heard';
import { type SshSettings, type SshTarget, sshArguments } from './ssh-config';

/** A path of a socket may have 104 bytes on some systems, and OpenSSH adds 17 while it makes one. */
const MOST_PATH = 104 - 17;

/** Printed by the user's own machine when OpenSSH has logged in. */
const LOGGED_IN = 'haprov: logged in';

/**
 * Logs in by the user's own `ssh`: one process, a ControlMaster of haprov's own in a folder that only the user can open.
 * Every command goes over it. Where the user has one that is open already, commands go over that.
 * @param why the library does not log in
 * @throws HostError (exit 3) with what ssh said
 */
export async function openSshSession(
  target: SshTarget,
  settings: SshSettings,
  why: string,
): Promise<Session> {
  const { user, controlPath } = settings;
  const folder = mkdtempSync(join(shortFolder(), 'haprov-'));
  const cleaned = () => rmSync(folder, { recursive: true, force: true });
  if (controlPath !== undefined && (await isOpen(controlPath)))
    return {
      ...sessionOver(user, controlPath, folder, cleaned),
      byOpenSsh: why,
    };
  const [socket, log] = [join(folder, 'master'), join(folder, 'log')];
  const master = spawn('ssh', masterArguments(target, settings, socket, log), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const close = (): void => {
    // It may write a last word when it ends.
    master.once('close', cleaned).kill();
    cleaned();
  };
  try {
    await loggedIn(master, settings.connectTimeoutMs);
  } catch (error) {
    const said = readLog(log) || (error as Error).message;
    close();
    throw openSshError(said, { host: target.name, settings });
  }
  return { ...sessionOver(user, socket, folder, close), byOpenSsh: why };
}

/** A master does nothing but to hold the login: whatever else the user's config has for this host is not for us. */
const masterArguments = (target: SshTarget, settings: SshSettings, socket: string, log: string): string[] => [
  ...['-N', '-M', '-S', socket, '-E', log],
  ...option('ControlPersist', 'no'),
  ...option('BatchMode', 'yes'),
  ...option('ClearAllForwardings', 'yes'),
  ...option('ForwardAgent', 'no'),
  ...option('ForwardX11', 'no'),
  ...option('RemoteCommand', 'none'),
  ...option('RequestTTY', 'no'),
  ...option('ForkAfterAuthentication', 'no'),
  ...option('PermitLocalCommand', 'yes'),
  ...option('LocalCommand', `echo ${LOGGED_IN}`),
  ...option('StrictHostKeyChecking', target.acceptNewHostKeys ? 'accept-new' : 'yes'),
  ...option('ConnectTimeout', String(Math.ceil(settings.connectTimeoutMs / 1000))),
  ...option('ServerAliveInterval', String(Math.ceil(settings.keepaliveMs / 1000))),
  ...option('ServerAliveCountMax', String(settings.keepaliveCount)),
  ...(target.knownHostsFile ? option('UserKnownHostsFile', target.knownHostsFile) : []),
  ...sshArguments(target).slice(1),
];

const option = (name: string, value: string): string[] => ['-o', `${name}=${value}`];

/**
 * Commands over a master's socket.
 * @param folder where ssh may write what it has to say
 * @param close ends what was started for it
 */
function sessionOver(user: string, socket: string, folder: string, close: () => void): Session {
  let lost = '';
  let number = 0;
  return {
    user,
    lostBecause: () => lost,
    close,
    open: async (command) => {
      const log = join(folder, `log-${number++}`);
      const child = spawn('ssh', [...over(socket), '-T', '-E', log, NOWHERE, command], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      return channelOver(child, async (code) => {
        if (code !== FAILED) return { code };
        const said = readLog(log);
        if (/session request failed|open refused/i.test(said)) return { code, isRefused: true };
        if (await isOpen(socket)) return { code };
        lost ||= said.replace(/^.*Could not resolve.*$/m, '').trim() || 'the master connection was closed';
        return undefined;
      });
    },
  };
}

/** What `ssh` ends with where it failed itself; a command may end so too, or by a signal. */
const FAILED = 255;

/** Where the master is gone, ssh would connect by itself: it finds no such host. */
const NOWHERE = 'haprov.invalid';

const over = (socket: string): string[] => ['-F', 'none', '-S', socket];

/** Whether a master holds a connection. */
export async function isOpen(socket: string): Promise<boolean> {
  const check = spawn('ssh', [...over(socket), '-O', 'check', NOWHERE], { stdio: 'ignore' });
  return (await exitOf(check)) === 0;
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });

/** A command's process as a channel; `end` says what its exit code means. */
function channelOver(
  child: ChildProcess,
  end: (code: number | null) => Promise<Ending | undefined>,
): Channel {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('a process without pipes');
  // The command may end without having read all of it.
  stdin.on('error', () => undefined);
  return {
    stdin,
    stdout,
    stderr,
    onEnd: (listener) => void exitOf(child).then(end).then(listener),
    close: () => void child.kill(),
  };
}

/** @throws Error where it ends, or is late */
function loggedIn(master: ChildProcess, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`no login within ${withinMs / 1000} s`)), withinMs);
    master.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes(LOGGED_IN)) settle(resolve);
    });
    master.once('error', (error) => settle(() => reject(error)));
    master.once('close', (code) => settle(() => reject(new Error(`it ended with ${code ?? 'a signal'}`))));
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      how();
    };
  });
}

/** ssh's own words: warnings of a login that went well among them. */
const readLog = (log: string): string => {
  try {
    return whatWasSaid(readFileSync(log, 'utf8'));
  } catch {
    return '';
  }
};

/** Where sockets may stand: their paths must be short. */
const shortFolder = (): string =>
  [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].find(
    (one) => one !== undefined && existsSync(one) && join(one, 'haprov-XXXXXX/master').length <= MOST_PATH,
  ) ?? tmpdir();
