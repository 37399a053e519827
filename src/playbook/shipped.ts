import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installation } from './playbook';

/** A file that came with haprov and that one of the user's own, of the same name, wins over. */
export interface Shipped {
  kind: 'playbook' | 'template' | 'file';
  /** What inventories and playbooks call it: `ha-pair`, `haproxy/haproxy.cfg`. */
  name: string;
  /** Where it is, below the installation and below the user's own folder alike. */
  path: string;
}

const kinds = [
  { kind: 'playbook', folder: 'playbooks', ending: /\.(?:json|ya?ml)$/ },
  { kind: 'template', folder: 'templates', ending: /\.ejs$/ },
  { kind: 'file', folder: 'files', ending: /$/ },
] as const;

/** All of them: playbooks, then templates, then files that playbooks copy, each by name. */
export function allShipped(): Shipped[] {
  return kinds.flatMap(({ kind, folder, ending }) =>
    filesIn(join(installation, folder))
      .filter((file) => ending.test(file))
      .map((file): Shipped => ({ kind, name: file.replace(ending, ''), path: join(folder, file) })),
  );
}

/** Those that the user may mean by `name`, which may have its folder before it, or only its last part, and its ending behind it. */
export function shippedAs(name: string, all: readonly Shipped[] = allShipped()): Shipped[] {
  const exact = all.filter((one) => [one.path, `${folderOf(one)}/${one.name}`].includes(name));
  if (exact.length > 0) return exact;
  const within = all.filter((one) => [one.path.slice(folderOf(one).length + 1), one.name].includes(name));
  return within.length > 0 ? within : all.filter((one) => [one.path, one.name].map(lastOf).includes(name));
}

const lastOf = (path: string) => path.split('/').at(-1);
const folderOf = ({ path }: Shipped) => path.split('/')[0] ?? '';

/** The user's own in `folder` that wins over it. */
export function ownOf({ kind, name, path }: Shipped, folder: string): string | undefined {
  const paths =
    kind === 'playbook' ? ['json', 'yaml', 'yml'].map((end) => join('playbooks', `${name}.${end}`)) : [path];
  const itself = join(installation, path);
  return paths.map((one) => join(folder, one)).find((one) => resolve(one) !== itself && existsSync(one));
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
