import { bindsOf } from '../../ha/haproxy/bind';
import { checkOf } from '../../ha/haproxy/check';
import { type Configuration, type Directive, directives, type Section } from '../../ha/haproxy/section';
import { type Server, serversOf } from '../../ha/haproxy/server';
import { milliseconds } from '../../ha/own/milliseconds';

/** What an inventory can say of a HAProxy: `services`, `haproxy`. */
interface HaproxyModel {
  services: Record<string, Record<string, unknown>>;
  haproxy: {
    maxconn?: number;
    proxyMaxconn?: number;
    retries?: number;
    timeouts?: Record<string, number>;
    extra?: { global?: string[]; defaults?: string[] };
    sections?: string[];
  };
}

/** What a model is made with: who the hosts and VIPs are. */
export interface Known {
  /** Name → address. */
  hosts: ReadonlyMap<string, string>;
  /** Address → VIP. */
  vips: ReadonlyMap<string, string>;
  /** Proxies that stay sections of the user's own. */
  kept: ReadonlySet<string>;
}

/** A configuration as far as the model says it; the rest are lines and sections as they are written. */
export function modelOfHaproxy({ files, sections }: Configuration, known: Known): HaproxyModel {
  const texts = textsOf(files, sections);
  const defaults = sections.filter(({ kind }) => kind === 'defaults');
  const [only] = defaults;
  // What several defaults give to those behind them stays with them.
  const isPlain = defaults.length <= 1 && !(only && only.name !== '' && only.defaults);
  const services: HaproxyModel['services'] = {};
  const taken = new Set<Section>();
  if (isPlain)
    for (const section of sections) {
      const said = known.kept.has(section.name) ? undefined : serviceOf(section, sections, known);
      // A frontend and a backend of one name are two services, and one name.
      const isTwin = sections.some(
        (one) =>
          one !== section && one.name === section.name && /^(?:listen|frontend|backend)$/.test(one.kind),
      );
      if (said === undefined || isTwin) continue;
      services[section.name] = said;
      taken.add(section);
    }
  const rest = sections.filter(
    (one) => !taken.has(one) && one.kind !== 'global' && !(isPlain && one.kind === 'defaults'),
  );
  return {
    services,
    haproxy: {
      ...globalOf(sections.filter(({ kind }) => kind === 'global')),
      ...(isPlain ? defaultsOf(only) : {}),
      ...extraOf(sections, isPlain ? only : undefined),
      ...(rest.length > 0 ? { sections: rest.map((one) => renamed(texts.get(one) ?? '', one)) } : {}),
    },
  };
}

/** haprov has a section `stats` of its own: a page of that name is called otherwise. */
export const statisticsName = 'statistics';
const renamed = (text: string, { kind, name }: Section): string =>
  /^(?:listen|frontend)$/.test(kind) && name === 'stats' ? text.replace(/\bstats\b/, statisticsName) : text;

/** Each section as it is written, from its heading to the next. */
function textsOf(files: Configuration['files'], sections: readonly Section[]): Map<Section, string> {
  const found = new Map<Section, string>();
  for (const { file, syntax } of files) {
    const own = sections.filter((one) => one.file === file);
    for (const [index, section] of own.entries()) {
      const end = own[index + 1]?.line ?? syntax.lines.length + 1;
      const rows = syntax.lines
        .slice(section.line - 1, end - 1)
        .map((line) => line.tokens.map(({ raw }) => raw).join(''));
      found.set(section, rows.join('\n').trimEnd());
    }
  }
  return found;
}

const numberOf = (section: Section | undefined, keyword: string): number | undefined => {
  const word = section?.directives.findLast(({ words }) => words[0] === keyword)?.words[1] ?? '';
  return /^\d+$/.test(word) ? Number(word) : undefined;
};

function globalOf(globals: readonly Section[]): HaproxyModel['haproxy'] {
  const maxconn = globals.map((one) => numberOf(one, 'maxconn')).findLast((one) => one !== undefined);
  // Without a limit of its own, a proxy has HAProxy's.
  return maxconn === undefined ? {} : { maxconn, proxyMaxconn: maxconn };
}

function timeoutsOf(section: Section | undefined, names: readonly string[]): Record<string, number> {
  const said = names.flatMap((name): [string, number][] => {
    const words = section?.directives.findLast(
      ({ words: [first, second] }) => first === 'timeout' && second === name,
    )?.words;
    const value = milliseconds(words?.[2] ?? '');
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(said);
}

function defaultsOf(defaults: Section | undefined): HaproxyModel['haproxy'] {
  const [maxconn, retries] = ['maxconn', 'retries'].map((keyword) => numberOf(defaults, keyword));
  const timeouts = timeoutsOf(defaults, ['connect', 'client', 'server']);
  return {
    ...(maxconn === undefined ? {} : { proxyMaxconn: maxconn }),
    ...(retries === undefined ? {} : { retries }),
    ...(Object.keys(timeouts).length > 0 ? { timeouts } : {}),
  };
}

/** What haprov writes there by itself, or by a key. */
const ofGlobal =
  /^(?:maxconn|daemon|user haproxy|group haproxy|stats socket \/var\/lib\/haproxy\/stats|log \/dev\/log local0$|log \/dev\/log local1 notice$)(?: |$)/;
const ofDefaults =
  /^(?:maxconn|retries|timeout (?:connect|client|server)|mode http|log global|option dontlognull|option redispatch$)(?: |$)/;

function extraOf(
  sections: readonly Section[],
  defaults: Section | undefined,
): Pick<HaproxyModel['haproxy'], 'extra'> {
  const global = sections
    .filter(({ kind }) => kind === 'global')
    .flatMap((one) => linesOf(one.directives, ofGlobal));
  const own = linesOf(defaults?.directives ?? [], ofDefaults);
  const extra = {
    ...(global.length > 0 ? { global } : {}),
    ...(own.length > 0 ? { defaults: own } : {}),
  };
  return Object.keys(extra).length > 0 ? { extra } : {};
}

const linesOf = (rows: readonly Directive[], said: RegExp): string[] =>
  rows.filter(({ words }) => !said.test(words.join(' '))).map(({ words }) => words.map(quoted).join(' '));

/** A word as HAProxy reads it again. */
export const quoted = (word: string): string =>
  /[\s"'\\#$]/.test(word) || word === '' ? word.replace(/[\s"'\\#$]/g, (one) => `\\${one}`) : word;

const balances = /^(?:roundrobin|static-rr|leastconn|first|source|uri)$/;

/** What a listen, frontend or backend is as a service; nothing where no key can say it. */
function serviceOf(
  section: Section,
  all: readonly Section[],
  known: Known,
): Record<string, unknown> | undefined {
  const { kind, directives: own } = section;
  if (!/^(?:listen|frontend|backend)$/.test(kind) || section.conditions.length > 0) return undefined;
  const servers = serversOf(section);
  const target = directives(section, 'default_backend').at(-1)?.words[1];
  const front = kind === 'backend' ? {} : frontOf(section, known);
  const behind = servers.length > 0 ? backendsOf(servers, known) : {};
  const isLedTo =
    kind !== 'backend' ||
    all.some(
      (one) =>
        one.kind !== 'backend' &&
        !known.kept.has(one.name) &&
        directives(one, 'default_backend').at(-1)?.words[1] === section.name,
    );
  if (!front || !behind || !isLedTo || (kind === 'backend' && servers.length === 0)) return undefined;
  if (kind !== 'backend' && target === undefined && servers.length === 0) return undefined;
  if (target !== undefined && (servers.length > 0 || known.kept.has(target))) return undefined;
  const balance = directives(section, 'balance').at(-1)?.words.slice(1) ?? [];
  const isSimple = balance.length === 1 && balances.test(balance[0] ?? '');
  const has = (...words: string[]) =>
    own.some(
      (one) => words.every((word, index) => one.words[index] === word) && one.words.length === words.length,
    );
  const connection = has('option', 'httpclose')
    ? 'close'
    : has('option', 'http-server-close')
      ? 'server-close'
      : 'keep-alive';
  const timeouts = timeoutsOf(section, [
    ...(kind === 'backend' ? [] : ['client']),
    'connect',
    'server',
    'tunnel',
  ]);
  const isHttp = directives(section, 'mode').at(-1)?.words[1] === 'http';
  const check = checkOfService(section, servers);
  const extra = linesOf(own, check.said).filter((line) => !consumed(isSimple).test(line));
  return {
    ...(isHttp ? { forwardFor: has('option', 'forwardfor'), connection } : { mode: 'tcp' }),
    ...front,
    ...(isSimple ? { balance: balance[0] } : {}),
    ...(Object.keys(timeouts).length > 0 ? { timeouts } : {}),
    ...(Object.keys(check.check).length > 0 ? { check: check.check } : {}),
    ...(target === undefined ? {} : { routes: [{ service: target }] }),
    ...behind,
    ...(extra.length > 0 ? { extra } : {}),
  };
}

const consumed = (isSimple: boolean) =>
  new RegExp(
    `^(?:bind|server|mode|default_backend|timeout (?:connect|client|server|tunnel)|option (?:forwardfor|httpclose|http-server-close|http-keep-alive|httplog|tcplog)$|default-server${isSimple ? '|balance' : ''})(?: |$)`,
  );

/** Where clients come in, on one port and without options. */
function frontOf(section: Section, { vips }: Known): Record<string, unknown> | undefined {
  const binds = bindsOf(section);
  const sockets = binds.flatMap((one) => one.sockets);
  const ports = new Set(sockets.map(({ from, to }) => (from === to ? from : 0)));
  const [port] = ports;
  const isBare =
    binds.length > 0 &&
    binds.every(({ all, sockets: own, addresses }) => all.length === 0 && own.length === addresses.length);
  if (!isBare || ports.size !== 1 || !port) return undefined;
  if (sockets.every(({ address, families }) => address === undefined && families.includes(4)))
    return { port };
  const names = sockets.map(({ address }) => vips.get(address ?? ''));
  return names.every((name) => name !== undefined) ? { port, vips: names } : undefined;
}

const sayable = /^(?:check|weight|backup|maxconn|inter|fall|rise)$/;

/** Servers on one port; those of the inventory's hosts by their names. */
function backendsOf(servers: readonly Server[], { hosts }: Known): Record<string, unknown> | undefined {
  const places = servers.map(({ address }) =>
    address.kind === 'ip' && address.port?.from === address.port?.to ? address : undefined,
  );
  const [first] = places;
  const isSayable = servers.every(
    ({ template, options }) =>
      !template && options.has('check') && [...options.keys()].every((name) => sayable.test(name)),
  );
  if (!isSayable || !first?.port || places.some((one) => !one?.port)) return undefined;
  const port = first.port.from;
  const said = servers.map(({ name, options }, index): [string, object] => {
    const place = places[index];
    const [weight, maxconn] = ['weight', 'maxconn'].map((option) => options.get(option)?.value);
    return [
      name,
      {
        ...(hosts.get(name) === place?.host ? {} : { address: place?.host }),
        ...(place?.port?.from === port ? {} : { port: place?.port?.from }),
        ...(weight === undefined ? {} : { weight: Number(weight) }),
        ...(maxconn === undefined ? {} : { maxconn: Number(maxconn) }),
        ...(options.has('backup') ? { backup: true } : {}),
      },
    ];
  });
  return { backends: { port, servers: Object.fromEntries(said) } };
}

/** The check as keys, and the lines that they stand for. */
function checkOfService(
  section: Section,
  servers: readonly Server[],
): { check: Record<string, unknown>; said: RegExp } {
  const [first] = servers;
  const numbers = (
    [
      ['inter', 'interval'],
      ['fall', 'fall'],
      ['rise', 'rise'],
    ] as const
  ).flatMap(([option, key]): [string, number][] => {
    const values = new Set(servers.map(({ options }) => options.get(option)?.value));
    const value = first?.options.get(option)?.value;
    const number = value === undefined ? undefined : option === 'inter' ? milliseconds(value) : Number(value);
    return values.size === 1 && number !== undefined ? [[key, number]] : [];
  });
  const { kind, uri, method, rules, directive } = checkOf(section);
  const isOwn = directive !== undefined && section.directives.includes(directive);
  const isHttp = kind === 'httpchk' && isOwn && rules.length === 0 && (directive?.words.length ?? 0) <= 4;
  const http = isHttp
    ? { type: 'http', path: uri ?? '/', ...(method === 'GET' ? {} : { method: method ?? 'OPTIONS' }) }
    : {};
  return { check: { ...http, ...Object.fromEntries(numbers) }, said: isHttp ? /^option httpchk/ : /^$/ };
}
