import { type SshTarget, sshArguments } from './ssh-config';

/**
 * The words that have the user's own `ssh` log in at a host as haprov does; passwords it asks for itself.
 * @param command what the host is to run; a login shell where it has no words
 */
export function ownSsh(target: SshTarget, command: readonly string[], hasTerminal: boolean): string[] {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : ['-o', `${name}=${value}`];
  const seconds =
    target.connectTimeoutMs === undefined ? undefined : Math.ceil(target.connectTimeoutMs / 1000);
  return [
    'ssh',
    ...(command.length > 0 && hasTerminal ? ['-t'] : []),
    ...option('UserKnownHostsFile', target.knownHostsFile),
    ...option('StrictHostKeyChecking', target.acceptNewHostKeys ? 'accept-new' : undefined),
    ...option('ConnectTimeout', seconds),
    ...sshArguments(target).slice(1),
    ...command,
  ];
}
