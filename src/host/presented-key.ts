import { join } from 'node:path';
import type { HostError } from '../errors';
import { runProgram } from '../programs';
import { hostKeyError, judgeHostKey, knownHostKeys } from './host-keys';
import { endOf } from './login-clock';
import { readUserFile } from './read-file';
import { type SshSettings, type SshTarget, sshArguments } from './ssh-config';

/**
 * Why the user's own `ssh` has refused a host's key, with the key: `ssh` says no more of it than a fingerprint, and not always that. So it
 * is asked once more, on the same way, with a known_hosts that is empty; nobody logs in. A jump host's key is checked as before.
 * @param folder for that file
 * @param env what the ssh sees
 * @returns undefined where `ssh` takes no key of the host from a file (such as by KnownHostsCommand), or does not reach it this time
 */
export async function refusedHostKey(
  target: SshTarget,
  settings: SshSettings,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<HostError | undefined> {
  const file = join(folder, 'presented');
  const options = [
    'ControlPath=none',
    'BatchMode=yes',
    `UserKnownHostsFile=${file}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=accept-new',
    'HashKnownHosts=no',
    'PreferredAuthentications=none',
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
    'PermitLocalCommand=no',
    `ConnectTimeout=${Math.ceil(settings.connectTimeoutMs / 1000)}`,
  ].flatMap((option) => ['-o', option]);
  const ssh = ['ssh', '-N', ...options, ...sshArguments(target).slice(1)];
  await runProgram(ssh, { cwd: '.', env, signal: endOf(target), limitMs: 2 * settings.connectTimeoutMs });
  try {
    const [row = ''] = (await readUserFile(file, env)).split('\n');
    const presented = Buffer.from(row.split(' ')[2] ?? '', 'base64');
    const verdict = judgeHostKey(presented, await knownHostKeys(target.name, settings));
    return verdict.kind === 'known' ? undefined : hostKeyError(target.name, settings, presented, verdict);
  } catch {
    return undefined;
  }
}
