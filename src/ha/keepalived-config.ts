import { isIPv6 } from 'node:net';
import { canonical } from '../inventory/address';
import { parse } from './keepalived/parse';
import { type Node, type Problem, type ProblemKind, type Token, tokensOf } from './keepalived/syntax';

/** One statement of a keepalived.conf; `children` where it opens a block. */
export interface Statement {
  keyword: string;
  args: string[];
  children?: Statement[];
}

export interface Config {
  statements: Statement[];
  /** Why the text cannot be read as keepalived would; what was read until there is kept. */
  unreadable?: string;
  /** Why what is written here is not all that keepalived will see. */
  unsure?: string;
}

/** What keepalived cannot read to its end. */
export const unreadables: readonly ProblemKind[] = [
  'open-quote',
  'stray-open',
  'stray-close',
  'too-deep',
  'not-closed',
];

/** Reads a keepalived.conf; never throws. Comments, layout and quotes are gone, unknown words are kept. */
export function readConfig(text: string): Config {
  const { nodes, problems } = parse(text);
  const unreadable = problems.find(({ kind }) => unreadables.includes(kind))?.message;
  const unsure = whyUnsure(nodes, problems);
  return {
    statements: nodes.flatMap(toStatements),
    ...(unreadable === undefined ? {} : { unreadable }),
    ...(unsure === undefined ? {} : { unsure }),
  };
}

/** Versions differ in whether a comment goes on after a backslash, and in what is replaced. */
function whyUnsure(nodes: readonly Node[], problems: readonly Problem[]): string | undefined {
  const tokens = [...tokensOf(nodes)];
  if (tokens.some(({ kind, raw }) => kind === 'prefix' || kind === 'definition' || predefined.test(raw)))
    return 'it has @, $ or ~ words, which keepalived replaces';
  const comment = problems.find(({ kind }) => kind === 'comment-backslash')?.message;
  return comment ?? (nodes.some(includes) ? 'it includes other files' : undefined);
}

const includes = (node: Node): boolean =>
  node.kind === 'statement' &&
  (/^include[rmwba]?$/.test(node.words[0].raw) || (node.block?.nodes.some(includes) ?? false));

const predefined = /\$\{_|\$_(?:PWD|INSTANCE|RANDOM|HASH|BANG|ENV)\b|~SEQ|~LST/;

/** A definition and what stands before a line are statements of their own: nobody replaces here. */
function toStatements(node: Node): Statement[] {
  if (node.kind === 'definition') return [{ keyword: node.lines.map(({ raw }) => raw).join('\n'), args: [] }];
  if (node.kind === 'stray')
    return node.token.kind === 'prefix' ? [{ keyword: node.token.raw, args: [] }] : [];
  const [keyword = '', ...args] = node.words.flatMap(withPrefixes);
  const { block } = node;
  if (!block) return [{ keyword, args }];
  const prefixed = [block.open, ...(block.close ? [block.close] : [])].flatMap(
    ({ prefixes = [] }) => prefixes,
  );
  const children = [
    ...prefixed.map(({ raw }): Statement => ({ keyword: raw, args: [] })),
    ...block.nodes.flatMap(toStatements),
  ];
  return [{ keyword, args, children }];
}

const withPrefixes = ({ prefixes = [], raw }: Token) => [
  ...prefixes.map((one) => one.raw),
  raw.replace(/^"(.*)"$/s, '$1'),
];

/** One spelling for statements that mean the same. */
export function spell({ keyword, args, children }: Statement): string {
  return JSON.stringify([keyword, ...args, ...(children ? [children.map(spell)] : [])]);
}

/** A vrrp_instance. Holds a secret: nothing of it but names, numbers and addresses may be shown. */
export interface Instance {
  name: string;
  interface: string | undefined;
  virtualRouterId: number | undefined;
  priority: number;
  advertInterval: number;
  state: string;
  nopreempt: boolean;
  /** The virtual addresses with their prefixes and options, sorted. */
  addresses: string[];
  /** Those that stand in no advert. */
  excluded: string[];
  /** Sorted. */
  unicastPeers: string[];
  trackScripts: string[];
  /** Each setting's value by its keyword, in one spelling, `authentication` among them. */
  settings: Map<string, string>;
}

export interface VrrpConfig {
  instances: Map<string, Instance>;
  /** The instances of each vrrp_sync_group, by their names. */
  groups: string[][];
  /** vrrp_script blocks by their names, in one spelling. */
  scripts: Map<string, string>;
  /** What stands in global_defs, by keyword. */
  globals: Map<string, string>;
  /** Everything else, by keyword. */
  others: Map<string, string>;
  unreadable?: string;
  unsure?: string;
}

/** What a keepalived.conf says of VRRP; never throws. */
export function instances(text: string): VrrpConfig {
  const { statements, unreadable, unsure } = readConfig(text);
  const named = (keyword: string) => statements.filter((one) => one.keyword === keyword);
  const found = named('vrrp_instance').map(toInstance);
  const byName = new Map(found.map((one) => [one.name, one]));
  const doubt = byName.size < found.length ? 'two vrrp_instances have one name' : undefined;
  return {
    instances: byName,
    groups: named('vrrp_sync_group').map(membersOf),
    scripts: byKeyword(named('vrrp_script'), (one) => one.args.join(' ')),
    globals: byKeyword(named('global_defs').flatMap((block) => block.children ?? [])),
    others: byKeyword(
      statements.filter(({ keyword }) => !['vrrp_instance', 'vrrp_script', 'global_defs'].includes(keyword)),
    ),
    ...((unreadable ?? doubt) ? { unreadable: unreadable ?? doubt } : {}),
    ...(unsure ? { unsure } : {}),
  };
}

const membersOf = ({ children = [] }: Statement) =>
  children
    .filter(({ keyword }) => keyword === 'group')
    .flatMap((block) => (block.children ?? []).map(({ keyword }) => keyword));

function byKeyword(
  statements: readonly Statement[],
  key: (one: Statement) => string = (one) => one.keyword,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const one of statements) found.set(key(one), (found.get(key(one)) ?? '') + spell(one));
  return found;
}

function toInstance({ args, children = [] }: Statement): Instance {
  const all = (keyword: string) => children.filter((one) => one.keyword === keyword);
  const word = (keyword: string) => all(keyword).at(-1)?.args[0];
  const within = (keyword: string) => all(keyword).flatMap((block) => block.children ?? []);
  const interfaceName = word('interface');
  const addressesIn = (keyword: string) =>
    sorted(within(keyword).map((one) => spellAddress(one, interfaceName)));
  const [addresses, excluded] = [addressesIn('virtual_ipaddress'), addressesIn('virtual_ipaddress_excluded')];
  const unicastPeers = sorted(within('unicast_peer').map((one) => bare(one.keyword)));
  const advertInterval = toNumber(word('advert_int')) ?? 1;
  const settings = byKeyword(children);
  const put = (keyword: string, value: string[]) => {
    if (value.length > 0) settings.set(keyword, JSON.stringify(value));
    else settings.delete(keyword);
  };
  put('virtual_ipaddress', addresses);
  put('virtual_ipaddress_excluded', excluded);
  put('unicast_peer', unicastPeers);
  put('authentication', sorted(within('authentication').map(spellAuthentication)));
  put('advert_int', [String(advertInterval)]);
  return {
    name: args.join(' '),
    interface: interfaceName,
    virtualRouterId: toNumber(word('virtual_router_id')),
    priority: toNumber(word('priority')) ?? 100,
    advertInterval,
    state: word('state') ?? 'BACKUP',
    nopreempt: all('nopreempt').length > 0,
    addresses,
    excluded,
    unicastPeers,
    trackScripts: within('track_script').map((one) => one.keyword),
    settings,
  };
}

const sorted = (words: string[]) => [...new Set(words)].sort();

function toNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^\d+(\.\d+)?$/.test(word) ? Number(word) : undefined;
}

/** `10.0.0.1/32` for `10.0.0.1 dev eth0` on an instance of eth0; other options stay. */
function spellAddress({ keyword, args }: Statement, interfaceName: string | undefined): string {
  const [address = '', prefix] = keyword.split('/', 2);
  const options = args
    .join(' ')
    .replace(/(?:^| )dev (\S+)/, (all, name) => (name === interfaceName ? '' : all));
  return `${bare(address)}/${prefix ?? (isIPv6(address) ? 128 : 32)} ${options.trim()}`.trim();
}

function bare(address: string): string {
  try {
    return canonical(address);
  } catch {
    return address;
  }
}

/** keepalived cuts auth_pass after 8 characters. */
function spellAuthentication(one: Statement): string {
  return one.keyword === 'auth_pass'
    ? spell({ keyword: 'auth_pass', args: [(one.args[0] ?? '').slice(0, 8), ...one.args.slice(1)] })
    : spell(one);
}
