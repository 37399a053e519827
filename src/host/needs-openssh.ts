import { byCaller } from '../by-caller';
import { outputOf } from '../programs';
import { readUserFile } from './read-file';
import type { SshSettings } from './ssh-config';

/**
 * Why only the user's own `ssh` can log in as the ssh config says; undefined where ssh2 can, too. Looks at files, the agent
 * and Kerberos tickets of this machine; asks no host.
 * @param master the socket of a master connection of the user's own that is open
 */
export async function needsOpenSsh(settings: SshSettings, master?: string): Promise<string | undefined> {
  const [option] = settings.onlyOpenSsh;
  if (option !== undefined) return option;
  if (master !== undefined) return `a connection of your own is open at ${master}`;
  const found = await Promise.all([
    certificate(settings),
    authority(settings),
    agentKey(settings),
    ticket(settings),
  ]);
  return found.find((why) => why !== undefined);
}

const isThere = (path: string, env: NodeJS.ProcessEnv): Promise<boolean> =>
  readUserFile(path, env).then(
    () => true,
    () => false,
  );

/** The file of a certificate with which `ssh` logs in: one that the config names, or that lies beside a key. */
export async function certificateFile({
  certificateFiles,
  identityFiles,
  publicKeyLogin,
  env,
}: SshSettings): Promise<string | undefined> {
  if (!publicKeyLogin) return undefined;
  const paths = [...certificateFiles, ...identityFiles.map((path) => `${path}-cert.pub`)];
  const are = await Promise.all(paths.map((path) => isThere(path, env)));
  return paths.find((_, index) => are[index]);
}

/** Names a certificate, or a key that only a security key (FIDO) or a PKCS#11 token can sign with. */
async function certificate(settings: SshSettings): Promise<string | undefined> {
  const { identityFiles, publicKeyLogin, env } = settings;
  const found = await certificateFile(settings);
  if (found !== undefined) return `${found} is a certificate`;
  if (!publicKeyLogin) return undefined;
  const kinds = await Promise.all(
    identityFiles.map(async (path) => {
      // Red Hat's and Fedora's ssh takes it in place of a file.
      if (path.startsWith('pkcs11:')) return `${path} is a key of a PKCS#11 token`;
      const beside = await readUserFile(`${path}.pub`, env).catch(() => '');
      return /^sk-/m.test(beside) ? `${path} is a security key` : undefined;
    }),
  );
  return kinds.find((why) => why !== undefined);
}

/** Names a known_hosts file that trusts a certificate authority. */
async function authority({ knownHostsFiles, env }: SshSettings): Promise<string | undefined> {
  const texts = await Promise.all(knownHostsFiles.map((path) => readUserFile(path, env).catch(() => '')));
  const at = texts.findIndex((text) => /^@cert-authority\s/m.test(text));
  return at < 0 ? undefined : `${knownHostsFiles[at]} trusts an authority for host keys`;
}

/** Names a certificate or security key of the agent, which ssh2 does not know and leaves out. */
async function agentKey({ agentSocket, publicKeyLogin, env: own }: SshSettings): Promise<string | undefined> {
  if (agentSocket === undefined || !publicKeyLogin) return undefined;
  const env = { ...own, SSH_AUTH_SOCK: agentSocket };
  const { stdout } = await asked(own, agentSocket, 'ssh-add', ['-L'], { env, timeout: AGENT_ANSWERS_MS });
  const [, type] = /^(\S+-cert-v01@openssh\.com|sk-\S+) /m.exec(stdout) ?? [];
  return type && `the agent holds a key of type ${type}`;
}

/** Whether what {@link needsOpenSsh} says is that the agent holds a certificate. */
export const isAgentCertificate = (why: string): boolean => why.endsWith('-cert-v01@openssh.com');

/** Listing keys needs no signature, so no agent asks the user about it. */
const AGENT_ANSWERS_MS = 10_000;

/** Says whether there is a Kerberos ticket: Debian's and Red Hat's ssh configs allow Kerberos for everybody. */
async function ticket({ gssapiLogin, env }: SshSettings): Promise<string | undefined> {
  if (!gssapiLogin) return undefined;
  return (await asked(env, env.KRB5CCNAME ?? '', 'klist', ['-s'], { env })).isWell
    ? 'there is a Kerberos ticket'
    : undefined;
}

interface Said {
  stdout: string;
  isWell: boolean;
}

/** By the environment: who has another one may have other programs, and other tickets. */
const answers = byCaller(() => new Map<string, { said: Promise<Said>; at: number }>());

/** For how long an answer counts: as long as the first logins of a command may take. */
const COUNTS_MS = 60_000;

/** What a program says; all hosts share its answer. @param about what tells its answers apart */
function asked(
  env: NodeJS.ProcessEnv,
  about: string,
  program: string,
  words: string[],
  options = {},
): Promise<Said> {
  const known = answers(env);
  const name = `${program} ${about}`;
  const before = known.get(name);
  if (before && performance.now() - before.at < COUNTS_MS) return before.said;
  const said = outputOf(program, words, options).then(({ error, stdout }) => ({ stdout, isWell: !error }));
  known.set(name, { said, at: performance.now() });
  return said;
}
