import {
  type AnyAuthMethod,
  type AuthHandlerMiddleware,
  BaseAgent,
  createAgent,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { keyTypeOf } from './algorithms';
import type { Attempt } from './attempt';
import { type KeyFile, readKeyFile } from './key-files';
import type { LoginClock } from './login-clock';
import { type Person, personOf } from './person';
import { askedPerson, givenPassword } from './prompts';
import type { SshSettings, SshTarget } from './ssh-config';

/** The ways to log in, the likeliest first, and which were tried. */
export interface Tries {
  attempts: Attempt[];
  tried: string[];
  /** Why a key was not offered. */
  notes: string[];
  /** Who can be asked; absent where nobody can. */
  person?: Person | undefined;
}

export interface Credentials extends Tries {
  /** The keys that come with a signature, without a question first whether the host would take them. */
  signers: Map<ParsedKey, Sign>;
}

/** A login, as far as those need to know it who wait for a person. */
interface Login {
  host: string;
  settings: SshSettings;
  clock: LoginClock;
  person: Person | undefined;
  tell: SshTarget['tell'];
  signers: Credentials['signers'];
}

/**
 * Gathers agent keys, key files and the password, in this order: keys that the user named; a given password; the agent's
 * other keys (not with IdentitiesOnly); OpenSSH's default key files; what a person must be asked for.
 * @param clock stands still while a person is asked, by us or by an agent
 */
export async function gatherCredentials(
  target: SshTarget,
  settings: SshSettings,
  clock: LoginClock,
): Promise<Credentials> {
  const notes: string[] = [];
  const person = personOf(target, settings, clock);
  const signers: Credentials['signers'] = new Map();
  const login: Login = { host: target.name, settings, clock, person, tell: target.tell, signers };
  const agent = settings.agentSocket ? createAgent(settings.agentSocket) : undefined;
  const [held, files] = settings.publicKeyLogin
    ? await Promise.all([
        agent ? agentKeys(agent, settings.agentSocket ?? '', notes) : [],
        keyFiles(target, settings, person, notes),
      ]).then(
        ([ofAgent, ofFiles]) =>
          [
            ofAgent.filter((key) => isAccepted(key, settings)),
            ofFiles.filter(({ publicKey }) => isAccepted(publicKey, settings)),
          ] as const,
      )
    : [[], []];
  const isSame = (key: ParsedKey, file: KeyFile) =>
    file.publicKey !== undefined && wire(key) === wire(file.publicKey);
  const fromAgent = (key: ParsedKey, path?: string): KeyAttempt[] =>
    agent ? [agentAttempt(agent, key, login, path)] : [];
  const named = files.flatMap((file) => {
    const key = held.find((candidate) => isSame(candidate, file));
    if (key) return fromAgent(key, file.path);
    if (file.isPublic)
      notes.push(
        `${file.path} is the public half of a key, which the agent does not hold: name the private one${privateBeside(file.path)}`,
      );
    return file.privateKey ? [fileAttempt(file, file.privateKey, login, notes)] : [];
  });
  const others = settings.identitiesOnly
    ? []
    : held.filter((key) => !files.some((file) => isSame(key, file))).flatMap((key) => fromAgent(key));
  const password = target.password === undefined ? [] : givenPassword(target.password, login);
  const all: KeyAttempt[] = settings.identitiesNamed
    ? [...named, ...password, ...others]
    : [...password, ...others, ...named];
  // An agent may want a touch for a signature, so it signs unasked only with the key that the user means, or the only one.
  if (settings.identitiesNamed || all.length === 1) all[0]?.signNow?.();
  const attempts = [
    ...all.filter(({ asks }) => !asks),
    ...all.filter(({ asks }) => asks),
    ...all.flatMap(({ bySha512 }) => bySha512 ?? []),
    ...askedPerson(login),
  ];
  return { attempts, tried: [], notes, person, signers };
}

/** Whether the config's PubkeyAcceptedAlgorithms let the key be offered; one whose type is not known yet may be. */
function isAccepted(key: ParsedKey | undefined, { allowed: { publicKey: accepted } }: SshSettings): boolean {
  return !key || !accepted || accepted.some((algorithm) => keyTypeOf(algorithm) === key.type);
}

function wire(key: ParsedKey): string {
  return key.getPublicSSH().toString('base64');
}

function agentKeys(agent: BaseAgent, socket: string, notes: string[]): Promise<ParsedKey[]> {
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      if (error) notes.push(`the agent at ${socket} did not answer`);
      resolve(((keys ?? []) as ParsedKey[]).filter((key) => typeof key.getPublicSSH === 'function'));
    });
  });
}

async function keyFiles(
  target: SshTarget,
  settings: SshSettings,
  person: Person | undefined,
  notes: string[],
): Promise<KeyFile[]> {
  const files = await Promise.all(
    settings.identityFiles.map((path) => readKeyFile(path, target, person, notes)),
  );
  return files.flatMap((file) => file ?? []);
}

const privateBeside = (path: string) => (path.endsWith('.pub') ? `, ${path.slice(0, -'.pub'.length)}` : '');

/** So long an agent may take before the person is told that it waits for him. */
const QUIET_MS = 2000;

function agentAttempt(agent: BaseAgent, key: ParsedKey, login: Login, path?: string): KeyAttempt {
  const label = path ? `${path} (agent)` : `agent key ${key.comment || key.type}`;
  const sign: Sign = (data, how) => {
    const timer = setTimeout(
      () => login.tell?.(`waiting for ${label}: touch the key, or confirm in the agent`),
      QUIET_MS,
    );
    const signed = new Promise<Buffer>((resolve, reject) => {
      agent.sign(key, data, how, (error, signature) => (signature ? resolve(signature) : reject(error)));
    });
    return login.clock.waitFor(signed).finally(() => clearTimeout(timer));
  };
  const attempt = keyAttempt(new OneKey(key, sign), label, login.settings.user);
  return { ...withSha512(attempt, key, sign, login), signNow: () => login.signers.set(key, sign) };
}

const keyAttempt = (agent: OneKey, label: string, username: string): Attempt => ({
  method: 'publickey',
  label,
  prepare: () => ({ type: 'agent', username, agent }),
});

/** An encrypted key is opened when the host has said that it takes it; one that shows no public half, before that. */
function fileAttempt(
  file: KeyFile,
  privateKey: () => Promise<ParsedKey>,
  login: Login,
  notes: string[],
): KeyAttempt {
  const { path, publicKey, isLocked } = file;
  const username = login.settings.user;
  const sign: Sign = async (data, { hash }) => (await privateKey()).sign(data, hash);
  if (isLocked && publicKey) {
    const attempt = { ...keyAttempt(new OneKey(publicKey, sign), path, username), asks: true as const };
    return withSha512(attempt, publicKey, sign, login);
  }
  const attempt: Attempt = {
    method: 'publickey',
    label: path,
    asks: isLocked,
    prepare: () =>
      privateKey().then(
        (key): AnyAuthMethod => {
          login.signers.set(key, sign);
          return { type: 'publickey', username, key };
        },
        (error: Error) => {
          notes.push(error.message);
          return undefined;
        },
      ),
  };
  return withSha512(attempt, publicKey, sign, login);
}

/** An attempt with a key, and the one that comes late: hardly a host takes an RSA key by SHA-512 alone. */
interface KeyAttempt extends Attempt {
  bySha512?: Attempt;
  signNow?: () => void;
}

const SHA_512 = 'rsa-sha2-512';

/** ssh2 signs with RSA keys by SHA-256 alone where the host knows that. */
function withSha512(
  attempt: Attempt,
  key: ParsedKey | undefined,
  sign: Sign,
  { settings: { allowed, user } }: Login,
): KeyAttempt {
  if (key?.type !== 'ssh-rsa' || !allowed.publicKey?.includes(SHA_512)) return attempt;
  const bySha512 = { ...attempt, ...keyAttempt(new OneKey(key, sign, SHA_512), attempt.label, user) };
  return allowed.publicKey.includes('rsa-sha2-256') ? { ...attempt, bySha512 } : bySha512;
}

/** Rejects, or gives an error, where the key does not sign. */
export type Sign = (data: Buffer, how: SigningRequestOptions) => Promise<Buffer | Error>;

/** A single key as an agent, so that we decide the order of keys, know which was refused, and can wait for a person. */
class OneKey extends BaseAgent<ParsedKey> {
  constructor(
    private readonly key: ParsedKey,
    private readonly signature: Sign,
    /** The algorithm of a key that ssh2 is not to choose that of. */
    private readonly algorithm?: typeof SHA_512,
  ) {
    super();
  }

  getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    const { key, algorithm } = this;
    // ssh2 names the key's type where it knows nothing of algorithms.
    done(null, [algorithm ? Object.create(key, { type: { value: algorithm } }) : key]);
  }

  sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const [how, then] = typeof options === 'function' ? [{}, options] : [options, done];
    this.signature(data, this.algorithm ? { hash: 'sha512' } : how)
      .catch((error: Error) => error)
      .then((signed) => {
        if (signed instanceof Error) return then?.(signed);
        then?.(null, signed);
      });
  }
}

/**
 * ssh2's callback that tries one attempt after the other, without methods that the server does not accept. It sends `none`,
 * which costs a round trip, only where it must know what the server accepts: before a person is asked.
 * @param onServerMethods gets the methods that the server accepts, and whether it took a factor already.
 * @param mayBegin where the server is to hear nothing of who logs in before it is fulfilled
 */
export function authHandler(
  credentials: Credentials,
  username: string,
  onServerMethods: (methods: string[], isHalfIn: boolean) => void,
  mayBegin?: Promise<unknown>,
): {
  choose: AuthHandlerMiddleware;
  /** Takes each refusal as the server said it: to `choose` ssh2 does not tell those of an agent's keys. */
  hear(methods: string[], isPartial: boolean): void;
} {
  const waiting = [...credentials.attempts];
  let known: readonly string[] | undefined;
  let heard: { isPartial: boolean } | undefined;
  let isHalfIn = false;
  const next = async (): Promise<AnyAuthMethod | undefined> => {
    await mayBegin;
    const last = heard;
    heard = undefined;
    if (last) await credentials.person?.heard(last.isPartial);
    const probe = known ? undefined : ({ type: 'none', username } as const);
    for (const attempt of [...waiting]) {
      if (known && !known.includes(attempt.method)) continue;
      if (attempt.asks && probe) return probe;
      const method = await attempt.prepare();
      const isRepeated = attempt.asks && attempt.method !== 'publickey';
      if (!method || !isRepeated) waiting.splice(waiting.indexOf(attempt), 1);
      if (!method) continue;
      if (!credentials.tried.includes(attempt.label)) credentials.tried.push(attempt.label);
      return method;
    }
    return undefined;
  };
  return {
    hear(methods, isPartial) {
      known = methods;
      heard = { isPartial };
      isHalfIn ||= isPartial;
      onServerMethods(methods, isHalfIn);
    },
    choose: (_accepted, _partial, done) => {
      // ssh2 takes false for "no more"; its types do not say so.
      const none = false as unknown as AnyAuthMethod;
      next()
        .then((method) => done(method ?? none))
        .catch((error: Error) => {
          credentials.notes.push(error.message);
          done(none);
        });
    },
  };
}
