import { execFile } from 'node:child_process';
import { isOpen } from './openssh';
import { readUserFile } from './read-file';
import type { SshSettings } from './ssh-config';

/**
 * Why only the user's own `ssh` can log in there as the ssh config says; nothing where the SSH library can. Looks at files,
 * the agent and Kerberos tickets of this machine, and asks no host.
 */
export async function needsOpenSsh(settings: SshSettings): Promise<string | undefined> {
  const [option] = settings.onlyOpenSsh;
  if (option !== undefined) return option;
  const found = await Promise.all([
    openMaster(settings),
    certificate(settings),
    authority(settings),
    agentKey(settings),
    ticket(settings),
  ]);
  return found.find((why) => why !== undefined);
}

const openMaster = async ({ controlPath }: SshSettings): Promise<string | undefined> =>
  controlPath !== undefined && (await isOpen(controlPath))
    ? `a connection of your own is open at ${controlPath}`
    : undefined;

const isThere = (path: string): Promise<boolean> =>
  readUserFile(path).then(
    () => true,
    () => false,
  );

/** A certificate beside a key, or a key that a token holds. */
async function certificate({ identityFiles, publicKeyLogin }: SshSettings): Promise<string | undefined> {
  if (!publicKeyLogin) return undefined;
  const found = await Promise.all(
    identityFiles.map(async (path) => {
      if (await isThere(`${path}-cert.pub`)) return `${path}-cert.pub is a certificate`;
      const beside = await readUserFile(`${path}.pub`).catch(() => '');
      return /^sk-/m.test(beside) ? `${path} is a security key` : undefined;
    }),
  );
  return found.find((why) => why !== undefined);
}

/** An authority that is trusted for some hosts. */
async function authority({ knownHostsFiles }: SshSettings): Promise<string | undefined> {
  const texts = await Promise.all(knownHostsFiles.map((path) => readUserFile(path).catch(() => '')));
  const at = texts.findIndex((text) => /^@cert-authority\s/m.test(text));
  return at < 0 ? undefined : `${knownHostsFiles[at]} trusts an authority for host keys`;
}

/** A certificate, or a security key, that the agent holds: the library leaves out keys that it does not know. */
function agentKey({ agentSocket, publicKeyLogin }: SshSettings): Promise<string | undefined> {
  if (agentSocket === undefined || !publicKeyLogin) return Promise.resolve(undefined);
  const env = { ...process.env, SSH_AUTH_SOCK: agentSocket };
  return new Promise((resolve) => {
    execFile('ssh-add', ['-L'], { env, timeout: AGENT_ANSWERS_MS }, (_error, keys) => {
      const [, type] = /^(\S+-cert-v01@openssh\.com|sk-\S+) /m.exec(keys) ?? [];
      resolve(type && `the agent holds a key of type ${type}`);
    });
  });
}

/** One that asks a person first has not been asked to sign anything yet. */
const AGENT_ANSWERS_MS = 10_000;

/** Debian's and Red Hat's configs allow Kerberos to everybody; it counts where there is a ticket. */
function ticket({ gssapiLogin }: SshSettings): Promise<string | undefined> {
  if (!gssapiLogin) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    execFile('klist', ['-s'], (error) => resolve(error ? undefined : 'there is a Kerberos ticket'));
  });
}
