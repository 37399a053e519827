import { Client } from 'ssh2';
import { HostError } from '../errors';
import { offeredAlgorithms } from './algorithms';
import { whoTakes } from './ask-host-key';
import { authHandler, type Credentials, gatherCredentials } from './authentication';
import { type Channel, channelOf, type Session } from './channel';
import { CommandAhead } from './command-ahead';
import { connectError, silenceText } from './connect-failure';
import type { ConnectState } from './connect-state';
import { because, ChannelRefused, RETRY } from './exec';
import { withFewerTrips } from './fewer-trips';
import {
  hostKeyError,
  judgeHostKey,
  type KnownKey,
  keyText,
  knownHostKeys,
  rememberHostKey,
} from './host-keys';
import { hopTarget } from './jump';
import { endOf, LoginClock, unlessEnded } from './login-clock';
import { NewKeyMet } from './login-turns';
import { needsOpenSsh } from './needs-openssh';
import { OnlyOpenSsh } from './only-openssh';
import { openMaster } from './openssh';
import { type Sent, whatWasSaid } from './script-output';
import { readSshConfig, type SshSettings, type SshTarget } from './ssh-config';
import { isShellSafe, openProxyCommand, openTcp, type Transport } from './transport';

/** A logged-in connection. */
export interface Login {
  client: Client;
  settings: SshSettings;
  hostKey: Buffer | undefined;
  notes: readonly string[];
  /** The command that was sent with the login. */
  ahead: CommandAhead | undefined;
  /** Why the connection was lost, as far as ssh2 said; empty while it stands. */
  lostBecause(): string;
  /** Closes the connection, and every hop and proxy on the way. */
  close(): void;
}

/** How many characters of login banners are kept: a host may send as many as it likes. */
const MOST_BANNER = 8192;

// A ProxyJump that leads back to itself would never end.
const MOST_HOPS = 8;

/**
 * Connects, checks the host key and logs in, as the user's ssh config says.
 * @param command will be the first to run, so it may be sent with the login
 * @param first the script that it will be sent
 * @throws OnlyOpenSsh where ssh2 has none of the host's algorithms, or cannot log in at a jump host; HostError (exit 3)
 */
export async function logIn(target: SshTarget, command?: string, first?: Sent, depth = 0): Promise<Login> {
  const settings = await (target.settings ?? readSshConfig(target));
  const why = depth === 0 ? undefined : await needsOpenSsh(settings, await openMaster(settings));
  if (why !== undefined) throw new OnlyOpenSsh(target.name, why);
  const state: ConnectState = { host: target.name, settings };
  const clock = new LoginClock();
  const opening = openTransport(target, settings, depth);
  try {
    const [known, credentials, transport] = await unlessEnded(
      target,
      Promise.all([
        knownHostKeys(target.name, settings),
        gatherCredentials(target, settings, clock),
        opening,
      ]),
    );
    state.credentials = credentials;
    return await unlessEnded(
      target,
      handshake(target, settings, transport, known, credentials, state, clock, command, first),
    );
  } catch (error) {
    clock.stop();
    await state.credentials?.person?.heard(false);
    const transport = await opening.catch(() => undefined);
    transport?.close();
    state.complaint = await transport?.complaint();
    const failure = connectError(error, state);
    const lack = lackOf((error as Error).message);
    throw lack === undefined || failure instanceof OnlyOpenSsh
      ? failure
      : new OnlyOpenSsh(target.name, `the SSH library ${lack}`, failure);
  }
}

/** What ssh2 lacks, by its own words. */
function lackOf(words: string): string | undefined {
  // OpenSSH sends a long banner in one packet that is longer than ssh2 takes.
  if (words.startsWith('Bad packet length')) return 'takes no packet as long as the host sent';
  return /no matching.*/.exec(words)?.[0].replace(/^/, 'has ');
}

async function openTransport(target: SshTarget, settings: SshSettings, depth: number): Promise<Transport> {
  if (settings.proxyJump) return openJump(target, settings, settings.proxyJump, depth);
  if (!settings.proxyCommand) return openTcp(settings, endOf(target));
  if (!isShellSafe(settings.hostname) || !isShellSafe(settings.user)) {
    throw new HostError(
      target.name,
      'its host or user name cannot go into a ProxyCommand',
      'Check the inventory.',
    );
  }
  return openProxyCommand(settings.proxyCommand, settings.env);
}

/** Logs in at the last hop, through the hops before it, and forwards a TCP connection from there. */
async function openJump(
  target: SshTarget,
  settings: SshSettings,
  jump: string,
  depth: number,
): Promise<Transport> {
  if (depth >= MOST_HOPS)
    throw new HostError(target.name, 'its ProxyJump goes in circles', 'Check the ssh config.');
  const hops = jump.split(',');
  const last = hops.pop() ?? '';
  const hop = await logIn(
    { ...hopTarget(last, target), proxyJump: hops.join(',') || undefined },
    undefined,
    undefined,
    depth + 1,
  );
  const stream = await new Promise<Transport['stream']>((resolve, reject) => {
    hop.client.forwardOut('127.0.0.1', 0, settings.hostname, settings.port, (error, channel) => {
      if (error) {
        hop.close();
        reject(
          new HostError(
            target.name,
            `the jump host ${last} cannot reach ${settings.hostname}:${settings.port}: ${error.message}`,
            'Check the address as the jump host sees it, and that its sshd has AllowTcpForwarding.',
          ),
        );
      } else resolve(channel);
    });
  });
  return { stream, close: hop.close, complaint: async () => hop.lostBecause() };
}

function handshake(
  target: SshTarget,
  settings: SshSettings,
  transport: Transport,
  known: readonly KnownKey[],
  credentials: Credentials,
  state: ConnectState,
  clock: LoginClock,
  command: string | undefined,
  first: Sent | undefined,
): Promise<Login> {
  const { stream } = transport;
  return new Promise((resolve, reject) => {
    // ssh2 does not notice a stream that has ended already.
    if (stream.destroyed || stream.readableEnded)
      throw stream.errored ?? new Error('Connection lost before handshake');
    const client = new Client();
    const ahead = command === undefined ? undefined : new CommandAhead(client, command, first);
    target.gate?.mayPass.then((sent) => ahead?.willRun(sent)).catch(() => undefined);
    let refused: HostError | undefined;
    let remembered: Promise<void> = Promise.resolve();
    let hostKey: Buffer | undefined;
    let newKey: Buffer | undefined;
    const notes: string[] = [];
    let ready = false;
    let lost = '';

    client.on('error', (error) => {
      lost ||= error.message === 'Keepalive timeout' ? silenceText(settings) : error.message;
      if (ready) return;
      const level = (error as { level?: string }).level;
      // After a key that cannot sign, ssh2 tries the next by itself.
      if (level === 'agent' || /^Error sign/.test(error.message)) credentials.notes.push(error.message);
      else reject(refused ?? error);
    });
    client.on('banner', (text) => {
      state.banner = `${state.banner ?? ''}${text}\n`.slice(-MOST_BANNER);
    });
    client.on('change password', (prompt) => {
      const { user } = settings;
      reject(
        new HostError(
          target.name,
          `the password of ${user} has expired, and the host wants a new one${because(whatWasSaid(prompt))}`,
          `Log in once by ssh and change it, or have root do so (chage -l ${user}).`,
        ),
      );
    });
    client.on('close', () => {
      lost ||= 'the connection was closed';
      reject(refused ?? new Error('Connection lost before handshake'));
    });
    // Only after the handshake has the host proved that the key is its own.
    client.on('handshake', () => {
      if (newKey) remembered = rememberHostKey(settings, newKey);
      remembered.catch(() => undefined);
      newKey = undefined;
    });
    client.on('ready', () => {
      clock.stop();
      void credentials.person?.heard(true);
      ready = true;
      lost = '';
      const close = (): void => {
        client.end();
        transport.close();
      };
      remembered.then(
        () => resolve({ client, settings, hostKey, notes, ahead, lostBecause: () => lost, close }),
        (error: Error) =>
          reject(
            new HostError(
              target.name,
              `its new host key cannot be written to ${settings.newHostKeysFile}: ${error.message}`,
            ),
          ),
      );
    });

    const auth = authHandler(
      credentials,
      settings.user,
      (methods, isHalfIn) => {
        state.serverMethods = methods;
        state.isHalfIn = isHalfIn;
      },
      target.gate?.mayPass,
    );
    const knownTypes = known.filter((key) => key.marker === undefined).map((key) => key.type);
    client.connect({
      sock: stream,
      username: settings.user,
      algorithms: offeredAlgorithms(target.name, settings, knownTypes),
      // `clock` limits the time.
      readyTimeout: 0,
      keepaliveInterval: settings.keepaliveMs,
      keepaliveCountMax: settings.keepaliveCount,
      hostVerifier: (key: Buffer, verify: (isRight: boolean) => void): void => {
        hostKey = key;
        const verdict = judgeHostKey(key, known);
        const who = verdict.kind === 'unknown' ? whoTakes(target, settings, key) : undefined;
        if (typeof who === 'string') {
          newKey = key;
          notes.push(`its host key was not known, and was accepted, as ${who}: ${keyText(key)}`);
        } else if (verdict.kind !== 'known') {
          const refusal = hostKeyError(target.name, settings, key, verdict);
          refused = who ? new NewKeyMet(who, refusal) : refusal;
        }
        verify(refused === undefined);
      },
      authHandler: auth.choose,
    });
    const onFailure: typeof auth.hear = (...failure) => {
      ahead?.refused();
      auth.hear(...failure);
    };
    withFewerTrips(client, credentials.signers, onFailure, () => ahead?.send());
    clock.begin(settings.connectTimeoutMs, reject);
    const listen = (chunk: Buffer): void => {
      const said = (state.firstWords ?? '') + chunk.toString('latin1').slice(0, MOST_BANNER);
      state.firstWords = said.replace(/^SSH-.*/ms, '');
      if (state.firstWords === said && said.length < MOST_BANNER) return;
      stream.off('data', listen);
      state.heardAt = performance.now();
      clock.heard();
    };
    stream.on('data', listen);
  });
}

/** `reason` is the host's, where it refused the channel. */
type OpenFailure = Error & { reason?: unknown };

/** A login of ssh2 as a session. */
export function sessionOf(
  host: string,
  { client, settings, hostKey, notes, ahead, lostBecause, close }: Login,
): Session {
  // OpenSSH ends the connection where a command follows a channel that it has refused.
  let refusedFirst: HostError | undefined;
  const refusal = (error: OpenFailure, Refusal = error.reason === undefined ? HostError : ChannelRefused) => {
    const why = (error.reason === undefined && lostBecause()) || error.message;
    return new Refusal(host, `the host did not run a command: ${why}`, RETRY);
  };
  const open = async (command: string, script?: string) => {
    const first = await ahead?.take(command, script).catch((error: OpenFailure) => {
      refusedFirst = refusal(error, HostError);
      throw refusal(error);
    });
    const channel = first ?? (await openNext(command));
    refusedFirst = undefined;
    return channel;
  };
  const openNext = (command: string) =>
    new Promise<Channel>((resolve, reject) => {
      try {
        client.exec(command, (error: OpenFailure | undefined, channel) => {
          if (!error) return resolve(channelOf(channel));
          reject((error.reason === undefined && refusedFirst) || refusal(error));
        });
      } catch (error) {
        const lost = `the connection is lost${because(lostBecause() || String(error))}`;
        reject(refusedFirst ?? new HostError(host, lost, RETRY));
      }
    });
  return { user: settings.user, hostKey, notes, open, lostBecause, close };
}
