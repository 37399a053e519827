import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installation } from '../playbook/playbook';
import {
  checkWords,
  commands,
  disruptions,
  type Entry,
  exitCodes,
  findings,
  hookEvents,
  levels,
  metrics,
  options,
  phases,
  results,
  rollbackWarnings,
  rules,
  words,
} from './documents';
import { type Key, keysOf, toldOnce } from './keys';

/** What may be asked about, in the order in which it is listed. */
export const kinds = {
  inventory: 'a key of the inventory',
  playbook: 'a key of a playbook',
  rule: 'a rule of lint',
  finding: 'a finding of status',
  level: 'a level of a finding',
  check: 'how HAProxy’s check of a server ended',
  metric: 'a metric for Prometheus',
  event: 'what a hook is told of',
  disruption: 'what clients notice of a change',
  phase: 'what a run is at',
  result: 'how a run ended on a host',
  rollback: 'a warning of a rollback',
  code: 'an exit code',
  word: 'a word',
  command: 'a command',
  option: 'an option',
} as const;
export type Kind = keyof typeof kinds;

/** Something that haprov can explain. */
export interface Explained extends Entry {
  kind: Kind;
  /** Where it is a key. */
  key?: Key;
}

/** All of it, as the documents and schemas of this installation have it. */
export function allExplained(folder = installation): Explained[] {
  const ofKind = (kind: Kind, entries: readonly Entry[]) => entries.map((entry) => ({ ...entry, kind }));
  return [
    ...ofKeys(folder, 'inventory'),
    ...ofKeys(folder, 'playbook'),
    ...ofKind('rule', rules(folder)),
    ...ofKind('finding', findings(folder)),
    ...ofKind('level', levels(folder)),
    ...ofKind('check', checkWords(folder)),
    ...ofKind('metric', metrics(folder)),
    ...ofKind('event', hookEvents(folder)),
    ...ofKind('disruption', disruptions(folder)),
    ...ofKind('phase', phases(folder)),
    ...ofKind('result', results(folder)),
    ...ofKind('rollback', rollbackWarnings(folder)),
    ...ofKind('code', exitCodes(folder)),
    ...ofKind('word', words(folder)),
    ...ofKind('command', commands(folder)),
    ...ofKind('option', options(folder)),
  ];
}

function ofKeys(folder: string, kind: 'inventory' | 'playbook'): Explained[] {
  const schema = JSON.parse(readFileSync(join(folder, `schema/${kind}.schema.json`), 'utf8')) as object;
  return keysOf(schema)
    .map((key) => (kind === 'playbook' ? asResource(key) : key))
    .map((key) => ({ kind, name: key.path, text: key.about, document: documentOf(kind, key.path), key }));
}

/** The type of a resource stands for the resource itself. */
function asResource(key: Key): Key {
  const [type, isType] = key.path.split('.');
  if (type === undefined || isType !== 'type') return key;
  return {
    ...key,
    path: type,
    values: `{ "type": "${type}", … } among the resources of a task`,
    isNeeded: false,
  };
}

/** Where the documents say most of a key: the first that fits. */
const documents: readonly (readonly [RegExp, string])[] = [
  [/^(?:services\.NAME\.check|services\.NAME\.on|.*tcpKeepAlive)/, 'docs/inventory/checks.md'],
  [/^services\.NAME\.(?:.*\.)?tls/, 'docs/inventory/tls.md'],
  [
    /^services\.NAME\.(?:headers|limits|auth|stick)|^haproxy\.(?:users|resolvers)/,
    'docs/inventory/traffic.md',
  ],
  [/^(?:vips|virtualServers|keepalived\.sections)/, 'docs/inventory/vips.md'],
  [/\.config\b/, 'docs/own-configuration.md'],
  [/(?:^|\.)ssh\b/, 'docs/ssh.md'],
];

const documentOf = (kind: 'inventory' | 'playbook', path: string) =>
  kind === 'playbook'
    ? 'docs/playbooks.md'
    : (documents.find(([pattern]) => pattern.test(path))?.[1] ?? 'docs/inventory.md');

/**
 * What `word` means: everything of that name, and the keys of that path, whose names of the user's own count as NAME; where
 * there is none, or only what a run is at, the keys whose path ends so, but for those that are like another; where there is none
 * either, the option. A command of that name comes last; a word behind `--` is an option.
 */
export function explainedAs(word: string, all: readonly Explained[]): Explained[] {
  const asked = segments(word);
  const isCalled = (one: Explained, name: string) => one.name.toLowerCase() === name.toLowerCase();
  const ofCommands = all.filter((one) => isOfCommands(one) && isCalled(one, word.replace(/^--/, '')));
  if (word.startsWith('--')) return ofCommands.filter(({ kind }) => kind === 'option');
  const named = all.filter((one) => !one.key && !isOfCommands(one) && isCalled(one, word));
  const keys = all.filter(({ key }) => key !== undefined);
  const whole = keys.filter(({ name }) => isPath(asked, segments(name)));
  if (whole.length > 0 || named.some(({ kind }) => kind !== 'phase'))
    return [...named, ...whole, ...ofCommands.filter(({ kind }) => kind === 'command')];
  const once = new Set(toldOnce(keys.flatMap(({ key }) => key ?? [])));
  const ends = keys.filter(({ name, key }) => {
    if (key?.like || !once.has(key as Key)) return false;
    const end = segments(name).slice(-asked.length);
    return end[0] !== 'NAME' && isPath(asked, end);
  });
  if (ends.length > 0) return [...named, ...ends];
  return named.length > 0 ? [...named, ...ofCommands.filter(({ kind }) => kind === 'command')] : ofCommands;
}

const isOfCommands = ({ kind }: Explained) => kind === 'command' || kind === 'option';

const segments = (path: string) => path.replaceAll(/\[\d*\]/g, '').split('.');
const isPath = (asked: readonly string[], path: readonly string[]) =>
  asked.length === path.length &&
  asked.every((one, index) => path[index] === 'NAME' || path[index]?.toLowerCase() === one.toLowerCase());
