import type { Document, Path } from '../document/document';
import { faultsToReport } from '../document/faults';
import { type Fault, InputError } from '../errors';
import { ownCommand } from './sources';

/** A certificate, a key or an account's key that an authority has not made yet. */
export interface Unmade {
  /** Whose certificate it is, or its key; absent for the account's. */
  service?: string;
  /** The command that has it made. */
  maker: string;
  fault: Fault;
}

/** Stands for what is not made yet, so that hosts can be looked at meanwhile; no host is given it. */
export const notMade = 'what an authority is to make';

/** What has an authority make what is to stand at a place of an inventory; undefined where none makes it. */
export function makerOf({ file, value }: Document, path: Path): Omit<Unmade, 'fault'> | undefined {
  const services = (value as { services?: Record<string, { tls?: object } | undefined> }).services ?? {};
  const isMade = (service: string) => Object.hasOwn(services[service]?.tls ?? {}, 'acme');
  const [, service = '', place] = /^services\0([^\0]+)\0tls\0(certificate|key)$/.exec(path.join('\0')) ?? [];
  if (place !== undefined) return isMade(service) ? { service, maker: renewed(file, service) } : undefined;
  const isAccount = path.join('.') === 'acme.key';
  return isAccount && Object.keys(services).some(isMade) ? { maker: renewed(file) } : undefined;
}

const renewed = (file: string, ...service: string[]) =>
  ownCommand(file, ['certificates', 'renew'], ...service);

/** What an inventory lacks until an authority has made it, in one sentence; undefined where it lacks nothing. */
export function tellUnmade({
  file,
  unmade,
}: {
  file: string;
  unmade: readonly Unmade[];
}): string | undefined {
  if (unmade.length === 0) return undefined;
  const services = [...new Set(unmade.flatMap(({ service }) => service ?? []))];
  const areMany = services.length > 1;
  const what =
    services.length === 0
      ? 'the key of the account at the authority (acme.key)'
      : `the certificate${areMany ? 's' : ''} of ${services.join(', ')}`;
  const maker = renewed(file, ...(areMany ? [] : services));
  return `${what} ${areMany ? 'are' : 'is'} not made yet: ${maker} makes ${areMany ? 'them' : 'it'}; until then plan, apply, push and replace refuse`;
}

/** Hosts are given an inventory's values only where all are there. @throws InputError */
export function requireMade({ unmade }: { unmade: readonly Unmade[] }): void {
  if (unmade.length > 0) throw new InputError(faultsToReport(unmade.map(({ fault }) => fault)));
}
