import type { Path } from '../document/document';
import { isSecretPlace } from '../inventory/secrets';
import { referenceIn, secretCommand } from '../inventory/sources';
import type { Found, Rule } from './subject';

/** What variables of users' own that hold secrets are mostly called. */
const variables = /(?:^|_)(?:password|passwd|passphrase|secret|token|api_?key)$/i;

/** A secret that stands in the inventory itself, and so in its repository. */
export const plainTextSecrets: Rule = {
  name: 'plain-text-secrets',
  check: ({ inventory }) =>
    secretsIn(inventory.document.value, []).map(
      (path): Found => ({
        severity: 'warning',
        at: { path },
        message: 'is written out in the inventory',
        why: 'anybody who may read the inventory, its repository or its backups has it',
        fix: `${secretCommand(inventory.file, 'set', nameFor(path))} takes a new one (this one has been seen); write { "secret": "${nameFor(path)}" } here instead, or { "env": "NAME" }, { "file": "PATH" } or { "command": […] }`,
      }),
    ),
};

function secretsIn(node: unknown, path: Path): Path[] {
  if (typeof node === 'string') return isSecret(path) || logsIn(node, path) ? [path] : [];
  if (typeof node !== 'object' || node === null) return [];
  // The name of a variable or a file is none.
  if (referenceIn(node)) return [];
  const keys = Array.isArray(node) ? [...node.keys()] : Object.keys(node);
  return keys.flatMap((key) => secretsIn((node as Record<string | number, unknown>)[key], [...path, key]));
}

/** What the secret at a place may be called: `stats-password`, `fred-ssh-passphrase`. */
function nameFor(path: Path): string {
  const rooms = new Set([
    'hosts',
    'groups',
    'vips',
    'services',
    'haproxy',
    'users',
    'vars',
    'check',
    'certificates',
  ]);
  const words = path.filter((word) => !rooms.has(String(word))).map(String);
  return (
    words
      .join('-')
      .replace(/[^\p{L}\p{N}._-]/gu, '-')
      .replace(/^[._-]+/, '') || 'secret'
  );
}

/** What a check sends with a password in it. */
const logsIn = (text: string, path: Path) => path.includes('steps') && /^(?:AUTH|PASS)\s+\S/i.test(text);

function isSecret(path: Path): boolean {
  const [name, within] = [String(path.at(-1)), String(path.at(-2))];
  if (within === 'vars') return variables.test(name);
  // A hash may be known; what it is made of is not written out.
  return (
    isSecretPlace(path) &&
    name !== 'hash' &&
    (name !== 'key' || ['tls', 'acme'].includes(within) || path.at(-3) === 'certificates') &&
    !path.includes('vars')
  );
}
