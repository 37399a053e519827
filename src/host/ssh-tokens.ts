import { createHash } from 'node:crypto';
import { homedir, hostname as localHostname, userInfo } from 'node:os';
import { join } from 'node:path';

/** The values of the `%` tokens in paths and commands. */
type Tokens = Record<string, string>;

/** The tokens of a connection, as in ssh_config(5). */
export function connectionTokens(
  target: { address: string },
  hostname: string,
  port: number,
  user: string,
  env: NodeJS.ProcessEnv,
): Tokens {
  const here = localHostname();
  return {
    d: homeFolder(),
    h: hostname,
    i: String(process.getuid?.() ?? ''),
    C: createHash('sha1').update(`${here}${hostname}${port}${user}`).digest('hex'),
    L: here.replace(/\..*/, ''),
    l: here,
    n: target.address.replace(/^.*@/, ''),
    p: String(port),
    r: user,
    u: localUser(env),
  };
}

/** Replaces `%x` and `${NAME}`; an unknown token stays as it is. */
export function expandTokens(text: string, tokens: Tokens, env: NodeJS.ProcessEnv): string {
  return text.replaceAll(/%(.)|\$\{(\w+)\}/g, (whole, token?: string, variable?: string) => {
    if (token === '%') return '%';
    return (token ? tokens[token] : env[variable ?? '']) ?? whole;
  });
}

/** Replaces a leading `~` with the home folder of the password database, as OpenSSH does; ignores $HOME. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homeFolder(), path.slice(1)) : path;
}

export function homeFolder(): string {
  try {
    return userInfo().homedir;
  } catch {
    // The uid has no entry in the password database, as in some containers.
    return homedir();
  }
}

export function localUser(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? 'root';
  }
}
