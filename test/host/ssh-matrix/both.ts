import { execFile, execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '../../../src/host/connection';
import { patient } from '../../support/patient';
import type { SshFiles } from '../../support/ssh-files';
import { type Sshd, startSshd } from '../../support/sshd';
import { PASSPHRASE, text } from './fixtures';
import type { Row, Way } from './row';
import { tokenLibrary } from './token';

/** How a row went. */
export interface Outcome {
  ssh: 'in' | 'refused';
  haprov: Way | 'refused';
  /** What ssh said, and why haprov did not get in, to read where a row fails. */
  said: string;
}

const user = userInfo().username;
/** What both run, which each shell knows, and what it says. */
const [SCRIPT, RAN] = ['expr 40 + 2', '42'];

/**
 * Where a row says nothing of it, a host lacks the key exchange that ssh likes best: it takes half of all the time, and
 * the library has it not. A row of its own has a host as it is installed.
 */
const FAST = ['KexAlgorithms -sntrup761x25519-sha512*,mlkem768x25519-sha256'];

/** Tries rows by ssh and by haprov. Rows with the same sshd_config share a server. */
export function tester(files: SshFiles): { tryRow(row: Row): Promise<Outcome>; stop(): Promise<void> } {
  const servers = new Map<string, Promise<Sshd>>();
  let count = 0;
  const serve = (name: string, own: readonly string[]): Promise<Sshd> => {
    const lines = [...own, ...FAST];
    const key = [name, ...lines].join('\n');
    const running = servers.get(key) ?? startSshd(files, ...lines);
    servers.set(key, running);
    return running;
  };

  async function tryRow(row: Row): Promise<Outcome> {
    const own = files.path(`row-${count++}`);
    mkdirSync(own);
    const [config, known] = [join(own, 'config'), join(own, 'known_hosts')];
    const names: Record<string, string> = {
      ...{ own, config, known, user },
      ...{ folder: files.folder, 'token-library': tokenLibrary() },
    };
    const fill = (line: string) => filled(line, names, files);
    // The files of a row may be the server's, which tells its port only when it has started.
    const write = (own: Readonly<Record<string, string>> = {}) => {
      for (const [name, content] of Object.entries(own)) {
        mkdirSync(join(names.own ?? '', fill(name), '..'), { recursive: true });
        writeFileSync(join(names.own ?? '', fill(name)), fill(content), { mode: 0o600 });
      }
    };
    const isOfServer = (name: string) => (row.server ?? []).some((line) => line.includes(`{own}/${name}`));
    const pick = (of: boolean) =>
      Object.fromEntries(Object.entries(row.files ?? {}).filter(([name]) => isOfServer(name) === of));
    write(pick(true));

    const authorized = `AuthorizedKeysFile ${files.path('authorized')}`;
    const target = await serve('target', [...(row.server ?? []).map(fill), authorized]);
    names.port = String(target.port);
    names.C = createHash('sha1').update(`${hostname()}127.0.0.1${target.port}${user}`).digest('hex');
    names.hostkey = target.hostKey;
    const hops = await Promise.all([
      serve('hop', [...(row.hopServer ?? []).map(fill), authorized]),
      serve('hop2', [authorized]),
    ]);
    names.hop = String(hops[0].port);
    names.hop2 = String(hops[1].port);
    write(pick(false));
    const isKnown = [target, ...hops].map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}`);
    const before = (row.config ?? []).join('\n');
    writeFileSync(
      config,
      [
        ...(row.config ?? []).map(fill),
        'Host *',
        'HostName 127.0.0.1',
        `Port ${target.port}`,
        `User ${user}`,
        ...(/^\s*IdentityFile/m.test(before) && !/^Host hop/m.test(before)
          ? []
          : [`IdentityFile ${files.path('id')}`]),
        ...(row.env ? [] : ['IdentityAgent none']),
        `UserKnownHostsFile ${known}`,
        'GlobalKnownHostsFile /dev/null',
        '',
      ].join('\n'),
      { mode: 0o600 },
    );
    const knows = () =>
      writeFileSync(known, [...(row.known ?? isKnown).map(fill), ''].join('\n'), { mode: 0o600 });
    knows();
    const environment = Object.fromEntries(
      Object.entries(row.env ?? {}).map(([name, value]) => [name, fill(value)]),
    );
    const [program, ...words] = (row.before ?? []).map(fill);
    if (program) execFileSync(program, words, { stdio: 'ignore' });
    try {
      const inventory = filledIn(row.inventory ?? {}, fill);
      const bySsh = await runSsh(inventory, config, environment);
      knows();
      const byHaprov = await runHaprov({ address: 'web', sshConfigFile: config, ...inventory }, environment);
      return { ssh: bySsh.how, haprov: byHaprov.how, said: `ssh: ${bySsh.said}\nhaprov: ${byHaprov.said}` };
    } finally {
      const same = words.filter((word) => !['-f', '-N', '-M'].includes(word));
      if (program) execFileSync(program, ['-O', 'exit', ...same], { stdio: 'ignore' });
    }
  }

  /** ssh's options for what the inventory says. */
  async function runSsh(
    inventory: Row['inventory'] = {},
    config: string,
    env: Record<string, string>,
  ): Promise<{ how: 'in' | 'refused'; said: string }> {
    const {
      user: login,
      port,
      identityFiles = [],
      proxyJump,
      knownHostsFile,
      acceptNewHostKeys,
      passphrase,
      ask,
    } = inventory;
    const answer = passphrase ?? (await ask?.({ text: '', isSecret: true, kind: 'prompt' }));
    const words = [
      ...['-F', inventory.sshConfigFile ?? config],
      ...['-o', answer === undefined ? 'BatchMode=yes' : 'NumberOfPasswordPrompts=1'],
      ...(login ? ['-l', login] : []),
      ...(port ? ['-p', String(port)] : []),
      ...identityFiles.flatMap((path) => ['-i', path]),
      ...(proxyJump ? ['-J', proxyJump] : []),
      ...(knownHostsFile ? ['-o', `UserKnownHostsFile=${knownHostsFile}`] : []),
      ...(acceptNewHostKeys ? ['-o', 'StrictHostKeyChecking=accept-new'] : []),
      inventory.address ?? 'web',
      SCRIPT,
    ];
    const right = answer === PASSPHRASE;
    const askpass = {
      SSH_ASKPASS: right ? files.path('askpass') : '/bin/false',
      SSH_ASKPASS_REQUIRE: 'force',
    };
    const child = promisify(execFile)('ssh', words, {
      env: { ...process.env, ...askpass, ...env },
      timeout: 30_000,
    });
    child.child.stdin?.end();
    return child.then(
      ({ stdout, stderr }) => ({ how: stdout.includes(RAN) ? 'in' : 'refused', said: stdout + stderr }),
      (error: { stderr: string; stdout: string }) => ({ how: 'refused', said: error.stderr + error.stdout }),
    );
  }

  return {
    tryRow,
    stop: async () => {
      await Promise.allSettled([...servers.values()].map(async (one) => (await one).stop()));
    },
  };
}

async function runHaprov(
  target: Omit<Parameters<typeof connect>[0], 'name' | 'sudo'>,
  env: Record<string, string>,
): Promise<{ how: Way | 'refused'; said: string }> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const connection = await connect({ name: 'fred', sudo: false, ...target });
    try {
      const { stdout } = await connection.runScript(SCRIPT, patient);
      return { how: stdout === `${RAN}\n` ? wayOf(connection.notes) : 'refused', said: stdout };
    } finally {
      connection.close();
    }
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    return { how: 'refused', said: `${message}\n${hint}` };
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

function wayOf(notes: readonly string[] = []): Way {
  const [note] = notes.filter((one) => one.startsWith('ssh logged in'));
  if (note === undefined) return 'library';
  return note.includes('connection of your own') ? 'your connection' : 'ssh';
}

/** The inventory's texts, filled in. */
function filledIn(
  inventory: NonNullable<Row['inventory']>,
  fill: (line: string) => string,
): typeof inventory {
  const one = (value: unknown): unknown =>
    typeof value === 'string' ? fill(value) : Array.isArray(value) ? value.map(one) : value;
  return Object.fromEntries(Object.entries(inventory).map(([name, value]) => [name, one(value)]));
}

/** The line with each `{name}` replaced, from the innermost. @throws Error for a name that nothing has */
function filled(line: string, names: Readonly<Record<string, string>>, files: SshFiles): string {
  const once = line.replace(/(?<!\$)\{([^{}]+)\}/, (_, name: string) => {
    const [, how, of = ''] = /^(text|crlf|hash):(.+)$/.exec(name) ?? [];
    if (how === 'text') return text(files.path(of));
    if (how === 'crlf') return `${text(files.path(of)).replaceAll('\n', '\r\n')}\r\n`;
    if (how === 'hash') return hashed(of);
    return names[name] ?? files.path(name);
  });
  return once === line ? line : filled(once, names, files);
}

/** A name as in a hashed known_hosts. */
function hashed(name: string): string {
  const salt = Buffer.from('a salt of 20 bytes !');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
