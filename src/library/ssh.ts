import { UsageError } from '../errors';
import { ownSsh } from '../host/own-ssh';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { selectHosts, toTarget } from '../planning/hosts';

export interface SshOptions extends CommonOptions {
  host: string;
  /** What the host is to run; a login shell where it has no words. */
  command: readonly string[];
}

/** The program, and its words, that log in at a host as haprov does. @throws InputError, UsageError */
export async function sshWords(
  { host: name, command, ...options }: SshOptions,
  context: Context,
  hasTerminal: boolean,
): Promise<string[]> {
  const inventory = await inventoryOf(options, context);
  const [host, ...others] = selectHosts(inventory, [name]);
  if (!host || others.length > 0)
    throw new UsageError(
      `"${name}" is more than one host`,
      'name one; haprov exec runs a command on several',
    );
  return ownSsh(toTarget(host, options, context), command, hasTerminal);
}
