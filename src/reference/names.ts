import { readDocument } from '../document/document';
import { installation, playbookFile } from '../playbook/playbook';
import { allShipped } from '../playbook/shipped';
import { rules } from './documents';
import { allExplained, kinds } from './explained';
import { plain } from './inline';
import { seenRuns } from './seen-runs';

/** A name, and what it means. */
export type Name = readonly [name: string, about: string];

/**
 * Names that somebody may type: of hosts and groups of an inventory, of secrets that it uses, of what came with haprov. Nothing
 * is run or checked for that, and no host is asked.
 * @param file the inventory; without one there are no names of hosts
 * @throws InputError where it cannot be read
 */
export const namesOf = {
  hosts: (file?: string): Name[] => hostsIn(file),
  groups: (file?: string): Name[] => [
    ...hostsIn(file),
    ['all', 'every host'],
    ...entries(part(file, 'groups')).map(([name, group]): Name => [name, membersOf(group).join(', ')]),
  ],
  secrets: (file?: string): Name[] =>
    [...new Set(secretsIn(documentOf(file)))].map((name): Name => [name, '']),
  rules: (): Name[] => rules(installation).map(({ name, text }): Name => [name, firstSentence(text)]),
  runs: (file: string | undefined, env: NodeJS.ProcessEnv): Name[] =>
    file === undefined ? [] : seenRuns(file, env),
  only: (file?: string): Name[] => [
    ...namesOf.types(),
    ...(file === undefined ? [] : inPlaybooks(file, file, new Set())),
  ],
  types: (): Name[] =>
    allExplained()
      .filter(({ kind, key }) => kind === 'playbook' && key?.values.startsWith('{ "type"'))
      .map(({ name, text }): Name => [name, text]),
  explained: (): Name[] => allExplained().map(({ name, kind }): Name => [name, kinds[kind]]),
  shipped: (): Name[] => allShipped().map(({ name, kind }): Name => [name, kind]),
};
export type NameKind = keyof typeof namesOf;

const documentOf = (file: string | undefined): unknown =>
  file === undefined ? {} : readDocument(file).value;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const entries = (value: unknown) => (isObject(value) ? Object.entries(value) : []);

function part(file: string | undefined, key: string): unknown {
  const value = documentOf(file);
  return isObject(value) ? value[key] : undefined;
}

const hostsIn = (file: string | undefined) =>
  entries(part(file, 'hosts')).map(([name, host]): Name => {
    const address = isObject(host) ? host.address : undefined;
    return [name, typeof address === 'string' ? address : ''];
  });

function membersOf(group: unknown): string[] {
  const hosts = isObject(group) ? group.hosts : group;
  return Array.isArray(hosts) ? hosts.filter((name) => typeof name === 'string') : [];
}

/** Tasks of the playbooks that a file names, and what their resources are about, as far as no template fills it in. */
function inPlaybooks(file: string, inventory: string, seen: Set<string>): Name[] {
  const names = part(file, 'playbooks');
  return (Array.isArray(names) ? names : []).flatMap((name): Name[] => {
    const found = typeof name === 'string' ? playbookFile(name, file, inventory).file : undefined;
    if (found === undefined || seen.has(found)) return [];
    seen.add(found);
    const tasks = part(found, 'tasks');
    const all = (Array.isArray(tasks) ? tasks : [])
      .filter(isObject)
      .flatMap((task) => [
        [task.name, 'a task'],
        ...(Array.isArray(task.resources) ? task.resources : [])
          .filter(isObject)
          .flatMap(({ type, path, name: own, names: more }) =>
            (Array.isArray(more) ? more : [path ?? own]).map((one) => [one, `${type} of ${task.name}`]),
          ),
      ]);
    const whole = all.filter(
      (one): one is [string, string] => typeof one[0] === 'string' && !/<%|,/.test(one[0]),
    );
    return [...inPlaybooks(found, inventory, seen), ...new Map(whole)];
  });
}

/** The names of all `{ "secret": NAME }` in a value. */
function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (!isObject(value)) return [];
  const keys = Object.keys(value);
  if (keys.length === 1 && typeof value.secret === 'string') return [value.secret];
  return Object.values(value).flatMap(secretsIn);
}

/** Of a document's paragraph. */
function firstSentence(markdown: string): string {
  const text = plain(markdown.replaceAll('\n', ' '));
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}
