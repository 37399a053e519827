import { byCaller } from '../by-caller';
import { fingerprint, hostKeyNames, hostKeyType } from './host-keys';
import type { NewHostKey } from './new-host-key';
import { envOf, type SshSettings, type SshTarget } from './ssh-config';

/** What each caller has said of a key, which several hosts may be waiting for, as that of their jump host. */
const answers = byCaller(() => new Map<string, Promise<boolean>>());

/** Whether a new key is taken; false where nobody can be asked. The same key is asked about once. */
export function isTaken(target: SshTarget, key: NewHostKey): Promise<boolean> {
  const { askHostKey } = target;
  if (!askHostKey) return Promise.resolve(false);
  const all = answers(envOf(target));
  const id = `${key.address} ${key.fingerprint}`;
  const answer = all.get(id) ?? askHostKey(key);
  all.set(id, answer);
  return answer;
}

/** What says that a host's first key (SSH wire format) is taken, or who; undefined where it is refused. */
export async function whoTakes(
  target: SshTarget,
  settings: SshSettings,
  key: Buffer,
): Promise<string | undefined> {
  if (target.acceptNewHostKeys) return '--accept-new-host-keys says';
  if (settings.acceptsNewHostKeys) return 'StrictHostKeyChecking of your ssh config says';
  if (settings.refusesNewHostKeys || !target.askHostKey) return undefined;
  // A login that was begun early may not be wanted.
  await target.gate?.mayPass;
  const isMeant = await isTaken(target, {
    host: target.name,
    address: hostKeyNames(settings).name,
    type: keyWord(hostKeyType(key)),
    fingerprint: fingerprint(key),
  });
  return isMeant ? 'was answered' : undefined;
}

/** A type as SSH writes it (`ssh-ed25519`), as OpenSSH's question does. */
function keyWord(type: string): string {
  const [, word = type] = /^(?:sk-)?(?:ssh-)?(\w+?)(?:-sha2.*|@.*)?$/.exec(type) ?? [];
  return `${word === 'dss' ? 'DSA' : word.toUpperCase()}${type.startsWith('sk-') ? '-SK' : ''}`;
}

/** The key in OpenSSH's question for a host's first key; undefined in any other prompt, and where the host has other keys. */
export function newHostKeyIn(prompt: string): Omit<NewHostKey, 'host'> | undefined {
  // Whoever is in between would choose a type that is not known.
  if (/keys of different type are already known/.test(prompt)) return undefined;
  const [, address] = /^The authenticity of host '([^ ']+)[^']*' can't be established/m.exec(prompt) ?? [];
  const [, type, fingerprint] = /^(\S+) key fingerprint is (?:SHA256:)?(\S+?)\.?$/m.exec(prompt) ?? [];
  if (address === undefined || type === undefined || fingerprint === undefined) return undefined;
  return {
    address,
    type,
    fingerprint: /^[0-9a-f:]{47}$/.test(fingerprint) ? `MD5:${fingerprint}` : `SHA256:${fingerprint}`,
  };
}
