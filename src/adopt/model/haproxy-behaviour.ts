import { bindsOf } from '../../ha/haproxy/bind';
import type { Directive, Section } from '../../ha/haproxy/section';
import { type Server, serversOf } from '../../ha/haproxy/server';
import { showSocket } from '../../ha/haproxy/socket';
import { milliseconds } from '../../ha/own/milliseconds';

/** What a part of HAProxy does, a row a fact, in one spelling: what is the same is the same row. */
export type Behaviour = string[];

/** Section, by kind and name; a frontend and a listen are alike in what they may do. → what it does. */
export function behaviours(sections: readonly Section[]): Map<string, Behaviour> {
  const found = new Map<string, Behaviour>();
  for (const section of sections.filter(({ kind }) => kind !== 'defaults')) {
    const key = keyOf(section);
    found.set(key, [...(found.get(key) ?? []), ...behaviourOf(section)]);
  }
  return found;
}

export const keyOf = ({ kind, name }: Section): string =>
  isProxy(kind) ? `proxy ${name}` : name === '' ? kind : `${kind} ${name}`;

const isProxy = (kind: string) => /^(?:listen|frontend|backend)$/.test(kind);

function behaviourOf(section: Section): Behaviour {
  if (!isProxy(section.kind)) {
    const rows = section.directives
      .filter(({ words }) => words[0] !== 'daemon')
      .map(({ words }) => words.map(spell).join(' '));
    // What stands in global counts wherever it stands there.
    return section.kind === 'global' ? rows.sort() : rows;
  }
  const own = settingsOf(section);
  const binds = bindsOf(section).flatMap(({ sockets, addresses, all }) => {
    const options = all.map(({ name, value }) => (value === undefined ? name : `${name} ${value}`)).sort();
    const places = sockets.length > 0 ? sockets.map(showSocket) : addresses.map((one) => JSON.stringify(one));
    return places.map((place) => ['bind', place, ...options].join(' '));
  });
  return [...binds.sort(), ...own, ...serversOf(section).map(serverRow), ...rulesOf(section)];
}

/** A section behind the defaults that it begins with. */
function chainOf(section: Section): Section[] {
  const chain: Section[] = [];
  for (let one: Section | undefined = section; one; one = one.defaults) chain.unshift(one);
  return chain;
}

/** Said once by a keyword, here or in the defaults; rows of what is so anyway are left out. */
function settingsOf(section: Section): Behaviour {
  const settings = new Map<string, string>();
  for (const { words } of chainOf(section).flatMap(({ directives }) => directives)) {
    const isTaken = words[0] === 'no';
    const [first = '', second = '', ...rest] = isTaken ? words.slice(1) : words;
    if (!single.test(first)) continue;
    const key = /^(?:option|timeout)$/.test(first) ? `${first} ${second}` : first;
    const value = (key === first ? [second, ...rest] : rest).map(spell).join(' ');
    if (isTaken) settings.delete(key);
    else settings.set(key, value);
    for (const other of exclusive.find((group) => group.includes(key)) ?? [])
      if (other !== key) settings.delete(other);
  }
  const isFront = section.kind !== 'backend';
  const hasServers = serversOf(section).length > 0;
  return [...settings]
    .filter(([key, value]) => usual.get(key) !== value)
    .filter(([key]) => (isFront || !ofFronts.test(key)) && (hasServers || !ofServers.test(key)))
    .map(([key, value]) => `${key} ${value}`.trim())
    .sort();
}

const single =
  /^(?:mode|option|timeout|balance|retries|maxconn|cookie|hash-type|fullconn|default_backend|log-format|backlog|retry-on|compression|errorloc\d*|source)$/;
const exclusive = [
  ['option http-keep-alive', 'option httpclose', 'option http-server-close', 'option forceclose'],
];
/** What HAProxy does where nothing is said. */
const usual = new Map([
  ['balance', 'roundrobin'],
  ['option http-keep-alive', ''],
  ['retries', '3'],
]);
const ofFronts =
  /^(?:timeout (?:client|client-fin|http-request|http-keep-alive)|maxconn|option (?:httplog|tcplog|dontlognull|dontlog-normal|logasap)|default_backend|log-format|backlog)$/;
const ofServers =
  /^(?:timeout (?:connect|server|server-fin|queue|check)|balance|retries|cookie|option redispatch|fullconn|hash-type|retry-on)$/;

/** A time in milliseconds, whatever it is written in. */
const spell = (word: string): string => {
  const time = /^\d+(?:us|ms|s|m|h|d)$/.test(word) ? milliseconds(word) : undefined;
  return time === undefined ? word : String(time);
};

const usualOfServers = new Map([
  ['inter', '2000'],
  ['fall', '3'],
  ['rise', '2'],
  ['weight', '1'],
]);

function serverRow({ name, endpoint, template, options }: Server): string {
  const said = [...options.values()]
    .map(({ name: option, value }) => [option, value === undefined ? undefined : spell(value)] as const)
    .filter(([option, value]) => usualOfServers.get(option) !== value || value === undefined)
    .map(([option, value]) => (value === undefined ? option : `${option} ${value}`))
    .sort();
  const numbers = template ? [`${template.from}-${template.to}`] : [];
  return ['server', name, ...numbers, endpoint, ...said].join(' ');
}

/** All that counts by its order, or may be said often. */
const rulesOf = (section: Section): Behaviour =>
  chainOf(section)
    .flatMap(({ directives }) => directives)
    .filter(isRule)
    .map(({ words }) => words.map(spell).join(' '));

const isRule = ({ words: [first = '', second = ''] }: Directive) =>
  !/^(?:bind|server|server-template|default-server)$/.test(first) &&
  !single.test(first === 'no' ? second : first);

/** Rows that only one has, and whether what both have stands in another order, which rules count by. */
export function difference(from: Behaviour, to: Behaviour): { lost: Behaviour; added: Behaviour } {
  const [lost, kept] = parted(from, to);
  const [added, keptThere] = parted(to, from);
  const isSorted = kept.join('\n') === keptThere.join('\n');
  return { lost: isSorted ? lost : [...lost, `this order: ${kept.join('; ')}`], added };
}

/** The rows that others have not, and those that they have. */
function parted(rows: Behaviour, others: Behaviour): [only: Behaviour, both: Behaviour] {
  const left = [...others];
  const [only, both]: [Behaviour, Behaviour] = [[], []];
  for (const row of rows) {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    (at < 0 ? only : both).push(row);
  }
  return [only, both];
}
