import { byCaller } from '../by-caller';
import { fingerprint, hostKeyNames, hostKeyType } from './host-keys';
import type { NewHostKey } from './new-host-key';
import { envOf, type SshSettings, type SshTarget } from './ssh-config';

interface Answer {
  isTaken: Promise<boolean>;
  /** What it was, once it is there. */
  said?: boolean;
}

/** What each caller has said of a key, which several hosts may be waiting for, as that of their jump host. */
const answers = byCaller(() => new Map<string, Answer>());

const idOf = ({ address, fingerprint }: NewHostKey) => `${address} ${fingerprint}`;

/** What was answered about a new key; undefined where it was not, yet. */
export const answerTo = (target: SshTarget, key: NewHostKey): boolean | undefined =>
  answers(envOf(target)).get(idOf(key))?.said;

/** Whether a new key is taken; false where nobody can be asked. The same key is asked about once, and while no login waits for it. */
export async function isTaken(target: SshTarget, key: NewHostKey): Promise<boolean> {
  const { askHostKey } = target;
  if (!askHostKey) return false;
  const all = answers(envOf(target));
  const answer = all.get(idOf(key)) ?? { isTaken: askHostKey(key) };
  all.set(idOf(key), answer);
  try {
    answer.said = await answer.isTaken;
    return answer.said;
  } catch (error) {
    // It was no answer.
    all.delete(idOf(key));
    throw error;
  }
}

/**
 * What says that a host's first key (SSH wire format) is taken, or who; undefined where it is refused, and the key where
 * haprov must ask a person.
 */
export function whoTakes(
  target: SshTarget,
  settings: SshSettings,
  key: Buffer,
): string | NewHostKey | undefined {
  if (target.acceptNewHostKeys) return '--accept-new-host-keys says';
  if (settings.acceptsNewHostKeys) return 'StrictHostKeyChecking of your ssh config says';
  if (settings.refusesNewHostKeys || !target.askHostKey) return undefined;
  const met = {
    host: target.name,
    address: hostKeyNames(settings).name,
    type: keyWord(hostKeyType(key)),
    fingerprint: fingerprint(key),
    file: settings.newHostKeysFile,
  };
  const said = answerTo(target, met);
  return said === undefined ? met : said ? 'was answered' : undefined;
}

/** A type as SSH writes it (`ssh-ed25519`), as OpenSSH's question does. */
function keyWord(type: string): string {
  const [, word = type] = /^(?:sk-)?(?:ssh-)?(\w+?)(?:-sha2.*|@.*)?$/.exec(type) ?? [];
  return `${word === 'dss' ? 'DSA' : word.toUpperCase()}${type.startsWith('sk-') ? '-SK' : ''}`;
}

/** The key in OpenSSH's question for a host's first key; undefined in any other prompt, and where the host has other keys. */
export function newHostKeyIn(prompt: string): Omit<NewHostKey, 'host' | 'file'> | undefined {
  // A man in the middle would choose a type that is not known.
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
