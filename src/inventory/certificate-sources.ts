import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Document, Path } from '../document/document';
import { InputError } from '../errors';
import { fault, type SecretAsker, type SecretValues } from './secret-file';
import { type Reference, referenceIn } from './sources';
import { changeSecrets, putInPlace, type Tell } from './write-secrets';

/** A certificate of a service, as the inventory says where it and its key come from. */
export interface CertificateSource {
  /** `web`, `web/2`. */
  name: string;
  service: string;
  /** Where the two stand in the inventory. */
  at: Path;
  certificate: unknown;
  key: unknown;
  /** Whether an authority makes it: what stands in the service's tls itself, beside acme. */
  isOfAcme: boolean;
}

/** The certificates of the services of an inventory, in the order in which HAProxy is given them; nothing is looked up. */
export function certificateSources({ value }: Pick<Document, 'value'>): CertificateSource[] {
  const services = asObject(asObject(value).services);
  return Object.entries(services).flatMap(([service, settings]) => {
    const at: Path = ['services', service, 'tls'];
    const tls = asObject(asObject(settings).tls);
    const others = Array.isArray(tls.certificates) ? tls.certificates : [];
    const all = [
      ...('certificate' in tls || 'key' in tls ? [{ pair: tls, at }] : []),
      ...others.map((pair, index) => ({ pair: asObject(pair), at: [...at, 'certificates', index] })),
    ];
    return all.map(({ pair, at: own }, index) => ({
      name: index === 0 ? service : `${service}/${index + 1}`,
      service,
      at: own,
      certificate: pair.certificate,
      key: pair.key,
      isOfAcme: pair === tls && 'acme' in tls,
    }));
  });
}

const asObject = (node: unknown): Record<string, unknown> =>
  typeof node === 'object' && node !== null && !Array.isArray(node) ? (node as Record<string, unknown>) : {};

/** A new value for what a reference leads to. */
export interface NewValue {
  reference: Reference;
  value: string;
}

/** Whether haprov can put a new value where the reference leads: into a file, or the encrypted one. */
export const canBePut = (node: unknown): node is { file: string } | { secret: string } => {
  const reference = referenceIn(node);
  return reference !== undefined && ('file' in reference || 'secret' in reference);
};

/**
 * Puts values where their references lead: files beside the inventory, secrets into the encrypted file, all of them in one change.
 * @returns what puts back what was there before
 * @throws HaprovError; what was put is then put back
 */
export async function putValues(
  inventory: string,
  values: readonly NewValue[],
  asker: SecretAsker,
  tell: Tell,
): Promise<() => Promise<void>> {
  const folder = dirname(resolve(inventory));
  const undo: (() => Promise<void> | void)[] = [];
  const back = async () => {
    for (const one of undo.splice(0).reverse()) await one();
  };
  try {
    for (const { reference, value } of values)
      if ('file' in reference) undo.push(putFile(resolve(folder, reference.file), ended(value)));
    const secrets = values.flatMap(({ reference, value }) =>
      'secret' in reference ? [[reference.secret, value] as const] : [],
    );
    if (secrets.length > 0) undo.push(await putSecrets(folder, secrets, asker, tell));
  } catch (error) {
    await back();
    throw error;
  }
  return back;
}

/** Changes nothing, and fails where {@link putValues} would: what cannot be had twice is not made before. @throws HaprovError */
export async function tryToPut(
  inventory: string,
  references: readonly Reference[],
  asker: SecretAsker,
  tell: Tell,
): Promise<void> {
  const folder = dirname(resolve(inventory));
  for (const reference of references) if ('file' in reference) tryFile(resolve(folder, reference.file));
  if (references.some((one) => 'secret' in one)) await changeSecrets(folder, asker, (values) => values, tell);
}

function tryFile(path: string): void {
  const beside = `${existsSync(path) ? realpathSync(path) : path}.${process.pid}.try`;
  try {
    putInPlace(beside, '', 0o600);
  } catch (error) {
    throw fault(path, `cannot be written: ${(error as Error).message}`);
  } finally {
    rmSync(beside, { force: true });
  }
}

const ended = (text: string) => `${text.trimEnd()}\n`;

function putFile(path: string, text: string): () => void {
  let before: Buffer | undefined;
  try {
    before = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fault(path, (error as Error).message);
  }
  try {
    putInPlace(path, text, 0o600);
  } catch (error) {
    throw error instanceof InputError ? error : fault(path, `cannot be written: ${(error as Error).message}`);
  }
  return () => (before === undefined ? rmSync(path, { force: true }) : putInPlace(path, before));
}

async function putSecrets(
  folder: string,
  secrets: readonly (readonly [string, string])[],
  asker: SecretAsker,
  tell: Tell,
): Promise<() => Promise<void>> {
  let before = new Map<string, string | undefined>();
  const put = (values: SecretValues) => {
    before = new Map(secrets.map(([name]) => [name, values.get(name)]));
    return new Map([...values, ...secrets]);
  };
  const putBack = (values: SecretValues) => {
    const now = new Map(values);
    for (const [name, value] of before)
      if (value === undefined) now.delete(name);
      else now.set(name, value);
    return now;
  };
  await changeSecrets(folder, asker, put, tell);
  return () => changeSecrets(folder, asker, putBack, tell);
}
