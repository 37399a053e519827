import { createPrivateKey } from 'node:crypto';
import {
  type AnyAuthMethod,
  type AuthenticationType,
  type AuthHandlerMiddleware,
  BaseAgent,
  createAgent,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
  utils,
} from 'ssh2';
import type { LoginClock } from './login-clock';
import { readUserFile } from './read-file';
import { isDefaultIdentity, type SshSettings, type SshTarget } from './ssh-config';

/** One way to log in, tried at most once. */
interface Attempt {
  method: 'publickey' | 'password' | 'keyboard-interactive';
  /** Names it in the message when all attempts failed. */
  label: string;
  /** Is called when its turn comes, because decrypting a key takes a while. Undefined where it cannot be used after all. */
  prepare(): AnyAuthMethod | undefined;
}

/** The ways to log in, the likeliest first, and which were tried. */
export interface Credentials {
  attempts: Attempt[];
  tried: string[];
  /** Why a key was not offered. */
  notes: string[];
}

interface KeyFile {
  path: string;
  /** Base64, SSH wire format; undefined when an encrypted key has no `.pub` beside it. */
  publicKey?: string;
  /** The file holds a public key only. */
  isPublic?: true;
  /** Undefined where only the agent can sign with the key. */
  privateKey?: () => ParsedKey | Error;
}

/**
 * Gathers agent keys, key files and the password, in this order: keys that the user named; a given password; the agent's
 * other keys (not with IdentitiesOnly); OpenSSH's default key files.
 * @param clock stands still while an agent signs, which may ask a person
 */
export async function gatherCredentials(
  target: SshTarget,
  settings: SshSettings,
  clock: LoginClock,
): Promise<Credentials> {
  const notes: string[] = [];
  const agent = settings.agentSocket ? createAgent(settings.agentSocket) : undefined;
  const [held, files] = settings.publicKeyLogin
    ? await Promise.all([
        agent ? agentKeys(agent, settings.agentSocket ?? '', notes) : [],
        keyFiles(target, settings, notes),
      ])
    : [[], []];
  const fromAgent = (key: ParsedKey, path?: string): Attempt[] =>
    agent ? [agentAttempt(new OneKeyOfAgent(agent, key, clock), key, settings.user, path)] : [];
  const named = files.flatMap((file) => {
    const key = held.find((candidate) => wire(candidate) === file.publicKey);
    if (key) return fromAgent(key, file.path);
    if (file.isPublic)
      notes.push(
        `${file.path} is the public half of a key, which the agent does not hold: name the private one${privateBeside(file.path)}`,
      );
    return file.privateKey ? [fileAttempt(file, file.privateKey, settings.user, notes)] : [];
  });
  const others = settings.identitiesOnly
    ? []
    : held
        .filter((key) => !files.some((file) => file.publicKey === wire(key)))
        .flatMap((key) => fromAgent(key));
  const password = target.password === undefined ? [] : passwordAttempts(target.password, settings);
  const attempts = settings.identitiesNamed
    ? [...named, ...password, ...others]
    : [...password, ...others, ...named];
  return { attempts, tried: [], notes };
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

async function keyFiles(target: SshTarget, settings: SshSettings, notes: string[]): Promise<KeyFile[]> {
  const files = await Promise.all(settings.identityFiles.map((path) => readKeyFile(path, target, notes)));
  return files.flatMap((file) => file ?? []);
}

async function readKeyFile(path: string, target: SshTarget, notes: string[]): Promise<KeyFile | undefined> {
  const { passphrase } = target;
  const [text, pub] = await Promise.all([
    readUserFile(path).catch((error: NodeJS.ErrnoException) => error),
    readUserFile(`${path}.pub`).catch(() => ''),
  ]);
  const beside = publicPart(pub);
  if (typeof text !== 'string') {
    if (beside) return { path, publicKey: beside };
    if (!isDefaultIdentity(path) || target.identityFiles?.includes(path) || text.code !== 'ENOENT')
      notes.push(`${path} ${unreadable[text.code ?? ''] ?? `cannot be read (${text.code})`}`);
    return undefined;
  }
  const plain = parsePrivateKey(text);
  if (!(plain instanceof Error)) {
    if (plain.isPrivateKey()) return { path, publicKey: wire(plain), privateKey: () => plain };
    return { path, publicKey: wire(plain), isPublic: true };
  }
  if (!/encrypted/i.test(plain.message)) {
    notes.push(`${path} is no key that can be used (${plain.message})`);
    return beside ? { path, publicKey: beside } : undefined;
  }
  if (passphrase !== undefined) {
    return { path, publicKey: beside, privateKey: () => parsePrivateKey(text, passphrase) };
  }
  notes.push(`${path} is encrypted: load it with ssh-add, or give its passphrase`);
  return { path, publicKey: beside };
}

const unreadable: Record<string, string> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read by you',
  EISDIR: 'is a folder',
  ENOTFILE: 'is no file',
};

const privateBeside = (path: string) => (path.endsWith('.pub') ? `, ${path.slice(0, -'.pub'.length)}` : '');

function publicPart(text: string): string | undefined {
  const key = text ? utils.parseKey(text) : undefined;
  return key === undefined || key instanceof Error ? undefined : wire(key);
}

/** ssh2 reads OpenSSH's and PEM formats; Node reads PKCS #8 (`BEGIN PRIVATE KEY`). */
function parsePrivateKey(text: string, passphrase?: string): ParsedKey | Error {
  const pkcs8 = /^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/m.exec(text);
  if (!pkcs8) return utils.parseKey(text, passphrase);
  if (pkcs8[1] && passphrase === undefined) return new Error('encrypted');
  try {
    const key = createPrivateKey({ key: text, passphrase });
    const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
    return utils.parseKey(key.export({ type, format: 'pem' }));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function agentAttempt(agent: OneKeyOfAgent, key: ParsedKey, username: string, path?: string): Attempt {
  return {
    method: 'publickey',
    label: path ? `${path} (agent)` : `agent key ${key.comment || key.type}`,
    prepare: () => ({ type: 'agent', username, agent }),
  };
}

function fileAttempt(
  file: KeyFile,
  privateKey: () => ParsedKey | Error,
  username: string,
  notes: string[],
): Attempt {
  return {
    method: 'publickey',
    label: file.path,
    prepare: () => {
      const key = privateKey();
      if (!(key instanceof Error)) return { type: 'publickey', username, key };
      notes.push(`${file.path}: ${key.message}`);
      return undefined;
    },
  };
}

function passwordAttempts(password: string, settings: SshSettings): Attempt[] {
  const username = settings.user;
  if (!settings.passwordLogin) return [];
  return [
    { method: 'password', label: 'password', prepare: () => ({ type: 'password', username, password }) },
    {
      method: 'keyboard-interactive',
      label: 'password (keyboard-interactive)',
      prepare: () => {
        let asked = false;
        return {
          type: 'keyboard-interactive',
          username,
          prompt: (_name, _instructions, _language, prompts, finish) => {
            // A second prompt means that the password was wrong: empty answers do not count as tries that lock the account.
            finish(prompts.map((prompt) => (prompt.echo || asked ? '' : password)));
            asked = true;
          },
        };
      },
    },
  ];
}

/** An agent with a single key, so that we decide the order of keys and know which was refused. */
class OneKeyOfAgent extends BaseAgent<ParsedKey> {
  constructor(
    private readonly agent: BaseAgent,
    private readonly key: ParsedKey,
    private readonly clock: LoginClock,
  ) {
    super();
  }

  getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    done(null, [this.key]);
  }

  sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const [how, then] = typeof options === 'function' ? [{}, options] : [options, done];
    const signed = new Promise<Parameters<SignCallback>>((resolve) => {
      this.agent.sign(key, data, how, (...answer) => resolve(answer));
    });
    void this.clock.waitFor(signed).then((answer) => then?.(...answer));
  }
}

/**
 * ssh2's callback that tries one attempt after the other, without methods that the server does not accept. It never sends
 * `none`, which costs a round trip: the first attempt also tells what the server accepts.
 * @param onServerMethods gets the methods that the server accepts, and whether it took a factor already.
 */
export function authHandler(
  credentials: Credentials,
  onServerMethods: (methods: string[], isHalfIn: boolean) => void,
): AuthHandlerMiddleware {
  const waiting = [...credentials.attempts];
  let last: Attempt | undefined;
  const choose = (accepted: readonly string[] | null, partial: boolean): AnyAuthMethod | undefined => {
    // A server that refused the password would refuse it by keyboard-interactive too, and lock the account sooner.
    const pointless =
      last?.method === 'password' && !partial && accepted?.includes('password')
        ? 'keyboard-interactive'
        : undefined;
    for (const [index, attempt] of waiting.entries()) {
      if ((accepted && !accepted.includes(attempt.method)) || attempt.method === pointless) continue;
      waiting.splice(index, 1);
      const method = attempt.prepare();
      if (!method) return choose(accepted, partial);
      credentials.tried.push(attempt.label);
      last = attempt;
      return method;
    }
    return undefined;
  };
  return (accepted: AuthenticationType[] | null, partial, next) => {
    if (accepted) onServerMethods(accepted, partial === true);
    const method = choose(accepted, partial);
    // ssh2 takes false for "no more"; its types do not say so.
    next(method ?? (false as unknown as AnyAuthMethod));
  };
}
