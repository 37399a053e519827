import { didYouMean } from '../document/suggest';
import { last, type Setting } from '../ha/keepalived/settings';
import { type HostFiles, placeOfValue } from './host-files';
import type { Found, Rule } from './subject';

/** A value that keepalived does not take: it goes on without, or with another one. */
export const valueNotKnown: Rule = {
  name: 'value-not-known',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => (files.keepalived?.settings ?? []).flatMap((one) => judge(one, files))),
};

interface Values {
  words?: readonly string[];
  /** From, to. */
  range?: readonly [number, number];
  /** What keepalived does instead. */
  instead: string;
}

const methods = 'rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq twos'.split(' ');

/** By block and keyword. */
const known: Record<string, Values> = {
  'vrrp_instance virtual_router_id': { range: [1, 255], instead: 'leaves the whole instance out' },
  'vrrp_instance priority': { range: [1, 255], instead: 'takes 100' },
  'authentication auth_type': { words: ['PASS', 'AH'], instead: 'sends no password' },
  'virtual_server lb_algo': { words: methods, instead: 'leaves the line out' },
  'virtual_server lvs_sched': { words: methods, instead: 'leaves the line out' },
  'virtual_server lb_kind': { words: ['NAT', 'DR', 'TUN'], instead: 'leaves the line out' },
  'virtual_server lvs_method': { words: ['NAT', 'DR', 'TUN'], instead: 'leaves the line out' },
  'virtual_server protocol': { words: ['TCP', 'UDP', 'SCTP'], instead: 'takes another one' },
};

function judge({ keyword, block = [] }: Setting, files: HostFiles): Found[] {
  const own = [...new Set(block.map((one) => one.keyword))].flatMap((name): Found[] => {
    const values = Object.hasOwn(known, `${keyword} ${name}`) ? known[`${keyword} ${name}`] : undefined;
    const setting = last(block, name);
    const value = setting?.words[0];
    if (!values || !setting || value === undefined || value.includes('$') || isTaken(value, values))
      return [];
    const { words = [], range } = values;
    return [
      {
        severity: 'error',
        at: placeOfValue(files, setting),
        message: `keepalived does not take ${value} for ${name}${didYouMean(value, words)}`,
        why: `it says so in its log only, and ${values.instead}`,
        fix: range ? `take a number from ${range[0]} to ${range[1]}` : `take one of ${words.join(', ')}`,
      },
    ];
  });
  return [...own, ...block.flatMap((one) => judge(one, files))];
}

function isTaken(value: string, { words, range }: Values): boolean {
  if (words) return words.includes(value) || (words.includes('TCP') && words.includes(value.toUpperCase()));
  const [from, to] = range ?? [0, 0];
  return /^\d+$/.test(value) && Number(value) >= from && Number(value) <= to;
}
