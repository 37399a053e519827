import type { SshTarget } from './ssh-config';

/** A jump host's settings come from the ssh config, as with OpenSSH; the target gives only the user's files and options. */
export function hopTarget(hop: string, target: SshTarget): SshTarget {
  const { knownHostsFile, sshConfigFile, acceptNewHostKeys, connectTimeoutMs } = target;
  const { passphrase, ask, askHostKey, cut, tell, loginReason, env } = target;
  return {
    name: `${target.name} (jump host ${hop})`,
    ...hopPlace(hop),
    sudo: false,
    knownHostsFile,
    sshConfigFile,
    acceptNewHostKeys,
    connectTimeoutMs,
    passphrase,
    env,
    ask,
    askHostKey,
    cut,
    tell,
    loginReason,
  };
}

/** A jump host as ProxyJump names it: `user@host:port`, `user@[::1]`, `ssh://…`. `ssh -G` takes no address in brackets. */
function hopPlace(hop: string): Pick<SshTarget, 'address' | 'user' | 'port'> {
  const [, user, bracketed, name, port] =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?\/?$/.exec(hop) ?? [];
  return {
    address: bracketed ?? name ?? hop,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}
