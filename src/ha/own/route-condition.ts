import type { Route } from '../../inventory/inventory';
import type { Section } from '../haproxy/section';

type Fits = Pick<Route, 'hosts' | 'paths' | 'sni'>;

/** HAProxy's words for what the inventory's routes go by. */
const kinds: [RegExp, keyof Fits][] = [
  [/^(?:req\.)?(?:f?hdr|hdr_dom|hdr_end)\(host\)$/i, 'hosts'],
  [/^path(?:_beg)?$/, 'paths'],
  [/^(?:req[._]ssl_sni|ssl_fc_sni(?:_end)?)$/, 'sni'],
];

/**
 * What a condition asks of a request, as far as that goes by the host that is asked for, the path, or the name in TLS: of
 * all else that it asks, and of what it asks in a way that a list cannot say, nothing is told.
 */
export function whatFits(condition: string | undefined, section: Section): Fits {
  const nothing: Fits = { hosts: [], paths: [], sni: [] };
  const [keyword, ...words] = (condition ?? '').split(' ');
  if (keyword !== 'if' || words.some((word) => word.startsWith('!'))) return nothing;
  const inBraces = [...words.join(' ').matchAll(/\{ (.*?) \}/g)].map(([, test = '']) => test.split(' '));
  const bare = words
    .join(' ')
    .replace(/\{ .*? \}/g, '')
    .split(' ');
  const named = section.directives.flatMap(({ words: [first, name = '', ...test] }) =>
    first === 'acl' && bare.includes(name) ? [test] : [],
  );
  const found = [...inBraces, ...named].flatMap(([fetch = '', ...values]) => {
    const kind = kinds.find(([pattern]) => pattern.test(fetch))?.[1];
    const plain = values.filter((one) => !one.startsWith('-'));
    const isEnd = /_end/.test(fetch);
    return kind ? [[kind, plain.map((one) => (isEnd ? `*${one}` : one))] as const] : [];
  });
  // "a or b" of two kinds is no list of each.
  const isEither = words.includes('or') || words.includes('||');
  if (isEither && new Set(found.map(([kind]) => kind)).size > 1) return nothing;
  const of = (kind: keyof Fits) => found.flatMap(([one, values]) => (one === kind ? values : []));
  return { hosts: of('hosts'), paths: of('paths'), sni: of('sni') };
}
