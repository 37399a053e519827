import type { Document, Path } from '../document/document';
import { ownCommand } from './sources';

/** The command that has an authority make what is to stand at a place of an inventory; undefined where none makes it. */
export function makerOf({ file, value }: Document, path: Path): string | undefined {
  const services = (value as { services?: Record<string, { tls?: object } | undefined> }).services ?? {};
  const isMade = (service: string) => Object.hasOwn(services[service]?.tls ?? {}, 'acme');
  const [, service = '', place] = /^services\0([^\0]+)\0tls\0(certificate|key)$/.exec(path.join('\0')) ?? [];
  if (place !== undefined)
    return isMade(service) ? ownCommand(file, ['certificates', 'renew'], service) : undefined;
  const isAccount = path.join('.') === 'acme.key';
  return isAccount && Object.keys(services).some(isMade)
    ? ownCommand(file, ['certificates', 'renew'])
    : undefined;
}
