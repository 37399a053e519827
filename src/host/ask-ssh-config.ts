import { byCaller } from '../by-caller';
import { HostError } from '../errors';
import { isNotThere, outputOf } from '../programs';
import { hostPattern } from './host-pattern';
import { readUserFile } from './read-file';
import { Turns } from './turns';

/** The keys of `ssh -G`, lower case, each with its values in order. */
export type SshDump = ReadonlyMap<string, readonly string[]>;

/** With hundreds of hosts there would be as many programs at once. */
const programs = new Turns(8);

/** For how long the answer about one host counts for others: the first logins of a command begin together. */
const COUNTS_MS = 10_000;

/** By the environment: another one may be another user's. */
const families = byCaller(() => new Map<string, Family>());

/**
 * What `ssh -G` says of a host; empty without an `ssh` program. It is asked of two hosts, and then of one in each group that
 * the config can tell from the others.
 * @param options the arguments before the host's address
 * @param env what `ssh` sees
 * @throws HostError when the ssh config cannot be read
 */
export function askSshConfig(
  name: string,
  address: string,
  options: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<SshDump> {
  const own = families(env);
  const key = options.join('\0');
  let family = own.get(key);
  if (!family || performance.now() - family.begun > COUNTS_MS) {
    family = new Family(options, env);
    own.set(key, family);
  }
  return family.dumpOf(name, address);
}

/** Names that `ssh` takes as they are: no `user@`, and no URI. */
const PLAIN = /^[\w.:-]+$/;

/** The hosts that are reached by the same options. */
class Family {
  readonly begun = performance.now();
  readonly #samples: { address: string; said: Promise<Said & { text?: string | undefined }> }[] = [];
  readonly #groups = new Map<string, { address: string; dump: Promise<SshDump> }>();
  #compared: Promise<Compared | undefined> | undefined;

  constructor(
    private readonly options: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  async dumpOf(name: string, address: string): Promise<SshDump> {
    const ask = () => askSsh(name, this.env, [...this.options, address]);
    if (!PLAIN.test(address)) return (await ask()).dump;
    if (this.#samples.length < 2) {
      // An edit of the config since then must not count as what this answer is of.
      const said = ask().then(async (one) => ({ ...one, text: await textOf(one.files, this.env) }));
      this.#samples.push({ address, said });
      return (await said).dump;
    }
    this.#compared ??= this.#compare().catch(() => undefined);
    const compared = await this.#compared;
    if (!compared || !(await compared.isStillSo())) return (await ask()).dump;
    const group = compared.groupOf(address);
    const like = this.#groups.get(group);
    if (like) {
      const dump = await like.dump.catch(() => undefined);
      return dump ? asOf(dump, like.address, address) : (await ask()).dump;
    }
    const dump = ask().then((said) => said.dump);
    this.#groups.set(group, { address, dump });
    // Another host is not to be told of this one's failure.
    dump.catch(() => this.#groups.delete(group));
    return dump;
  }

  /** Undefined where more than the patterns of the config tell hosts apart. */
  async #compare(): Promise<Compared | undefined> {
    const [one, other] = await Promise.all(
      this.#samples.map(async ({ address, said }) => ({ address, ...(await said) })),
    );
    if (one?.text === undefined || one.text !== other?.text) return undefined;
    const { files, text } = one;
    const groupOf = grouping(text);
    if (!groupOf) return undefined;
    for (const { address, dump } of [other, one])
      this.#groups.set(groupOf(address), { address, dump: Promise.resolve(dump) });
    const isAlike =
      groupOf(one.address) !== groupOf(other.address) ||
      textOfDump(asOf(one.dump, one.address, other.address)) === textOfDump(other.dump);
    const isStillSo = async () => (await textOf(files, this.env)) === text;
    return isAlike ? { groupOf, isStillSo } : undefined;
  }
}

/** Undefined where it cannot be read, or it is not known which files there are. */
const textOf = async (
  files: readonly string[] | undefined,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> =>
  files &&
  Promise.all(files.map((path) => readUserFile(path, env))).then(
    (texts) => texts.join('\n'),
    () => undefined,
  );

interface Compared {
  groupOf(address: string): string;
  /** Whether the config's files are as they were. */
  isStillSo(): Promise<boolean>;
}

/** What is said of one host, as it would be said of another that the config does not tell from it. */
function asOf(dump: SshDump, from: string, to: string): SshDump {
  const own = new Map(dump).set('host', [to]);
  // ssh writes a name that no HostName replaces in lower case.
  return dump.get('hostname')?.[0] === from.toLowerCase() ? own.set('hostname', [to.toLowerCase()]) : own;
}

const textOfDump = (dump: SshDump): string =>
  [...dump]
    .filter(([key]) => key !== 'host')
    .map((row) => row.join(' '))
    .sort()
    .join('\n');

/**
 * A function that says for an address by which patterns of the config's Host lines it is met, and which it is, where a
 * HostName line has it too; undefined where the config has other ways to tell hosts apart, or a line that is not understood.
 */
function grouping(text: string): ((address: string) => string) | undefined {
  const patterns = new Set<string>();
  const hostNames = new Set<string>();
  for (const line of text.split('\n')) {
    const row = line.trim();
    if (row === '' || row.startsWith('#')) continue;
    const [, key = '', value = ''] = /^([A-Za-z]+\d*)[\s=]+(.*)$/.exec(row) ?? [];
    switch (key.toLowerCase()) {
      case '':
        return undefined;
      case 'host':
        if (/["'\\#]/.test(value)) return undefined;
        for (const pattern of value.split(/\s+/)) patterns.add(pattern.replace(/^!/, ''));
        break;
      case 'hostname':
        if (/["'\\#%]/.test(value)) return undefined;
        hostNames.add(value.toLowerCase());
        break;
      case 'match':
        if (!/^(?:(?:final|canonical)\s+)?all$/i.test(value)) return undefined;
        break;
      default:
        // These tokens are of this machine and its user: %d, %i, %l, %L and %u.
        if (/^canonical/i.test(key) || /%[^%dilLu]/.test(value)) return undefined;
    }
  }
  // ssh compares with the name as it is said, and again with the one in lower case.
  const tests = [...patterns].map((pattern) => hostPattern(pattern));
  return (address) =>
    [
      ...[address, address.toLowerCase()].map((name) => tests.map((isMet) => (isMet(name) ? 1 : 0)).join('')),
      // Nobody can tell whether a HostName line or nothing made it of this address.
      hostNames.has(address.toLowerCase()) ? address : '',
    ].join(' ');
}

interface Said {
  dump: SshDump;
  /** The files that were read for it; undefined where that is not known. */
  files?: string[];
}

/** With -v, ssh says which files it reads. */
async function askSsh(
  name: string,
  env: NodeJS.ProcessEnv,
  [first = '', ...words]: readonly string[],
): Promise<Said> {
  const end = await programs.take();
  const options = { maxBuffer: 1 << 22, env };
  const { error, stdout, stderr } = await outputOf('ssh', [first, '-v', ...words], options).finally(end);
  const rows = stderr.split('\n').map((row) => row.trim());
  if (error && !isNotThere(error)) {
    const own = rows.filter((row) => row && !/^(?:debug\d: |OpenSSH_)/.test(row));
    const why = own.join('; ') || error.message;
    const hint = `Try: ssh -G ${words.at(-1)}`;
    throw new HostError(name, `the ssh config cannot be used: ${why}`, hint);
  }
  const dump = error ? new Map() : parseSshDump(stdout);
  if (!rows.some((row) => row.startsWith('OpenSSH_'))) return { dump };
  const read = rows.flatMap((row) => /^debug\d: Reading configuration data (.+)$/.exec(row)?.[1] ?? []);
  return { dump, files: [...new Set(read)] };
}

/** Reads `key value` lines; keys that come several times (identityfile) keep all values. */
export function parseSshDump(text: string): SshDump {
  const dump = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\S+) (.*?)\r?$/.exec(line) ?? [];
    if (!key || value === undefined) continue;
    const name = key.toLowerCase();
    dump.set(name, [...(dump.get(name) ?? []), value]);
  }
  return dump;
}
