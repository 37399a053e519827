import type { Route } from '../../inventory/inventory';
import type { Section } from '../haproxy/section';

type Fits = Pick<Route, 'hosts' | 'paths' | 'sni' | 'asksMore'>;
type Kind = 'hosts' | 'paths' | 'sni';

/** HAProxy's words for what the inventory's routes go by. */
const kinds: [RegExp, Kind][] = [
  [/^(?:req\.)?(?:f?hdr|hdr_dom|hdr_end)\(host\)$/i, 'hosts'],
  [/^path(?:_beg)?$/, 'paths'],
  [/^(?:req[._]ssl_sni|ssl_fc_sni(?:_end)?)$/, 'sni'],
];

const kindOf = (fetch = '') => kinds.find(([pattern]) => pattern.test(fetch))?.[1];
/** Not by a file or an expression. */
const isByValue = (values: readonly string[]) => values.every((one) => one === '-i' || !one.startsWith('-'));
const isName = (word: string) => !['', 'or', '||'].includes(word);

/**
 * What a condition asks of a request, as far as that goes by the host that is asked for, the path, or the name in TLS: of
 * all else that it asks, and of what it asks in a way that a list cannot say, no more is told than that it does.
 */
export function whatFits(condition: string | undefined, section: Section): Fits {
  const nothing: Fits = {
    hosts: [],
    paths: [],
    sni: [],
    ...(condition === undefined ? {} : { asksMore: true }),
  };
  const [keyword, ...words] = (condition ?? '').split(' ');
  if (keyword !== 'if' || words.some((word) => word.startsWith('!'))) return nothing;
  const inBraces = [...words.join(' ').matchAll(/\{ (.*?) \}/g)].map(([, test = '']) => test.split(' '));
  const bare = words
    .join(' ')
    .replace(/\{ .*? \}/g, '')
    .split(' ');
  const named = section.directives.flatMap(({ words: [first, name = '', ...test] }) =>
    first === 'acl' && bare.includes(name) ? [{ name, test }] : [],
  );
  const tests = [...inBraces, ...named.map(({ test }) => test)];
  const found = tests.flatMap(([fetch = '', ...values]) => {
    const kind = kindOf(fetch);
    const plain = isByValue(values) ? values.filter((one) => one !== '-i') : [];
    const isEnd = /_end/.test(fetch);
    return kind ? [[kind, plain.map((one) => (isEnd ? `*${one}` : one))] as const] : [];
  });
  // "a or b" of two kinds is no list of each.
  const isEither = words.includes('or') || words.includes('||');
  if (isEither && new Set(found.map(([kind]) => kind)).size > 1) return nothing;
  const of = (kind: Kind) => found.flatMap(([one, values]) => (one === kind ? values : []));
  // Both of two of one kind is no list of them either.
  const terms = [
    ...inBraces.map(([fetch]) => fetch),
    ...new Map(named.map(({ name, test: [fetch] }) => [name, fetch])).values(),
  ];
  const isBoth = !isEither && new Set(terms.map(kindOf)).size < terms.length;
  const isPlain = tests.every(([fetch, ...values]) => kindOf(fetch) && isByValue(values));
  const asksMore = isBoth || !isPlain || terms.length < inBraces.length + bare.filter(isName).length;
  return { hosts: of('hosts'), paths: of('paths'), sni: of('sni'), ...(asksMore ? { asksMore } : {}) };
}
