import { isIP } from 'node:net';

/**
 * The addresses that a VIP's own lines of keepalived.conf bring, with their prefixes: those of the adverts, and those
 * that stand in none. Such lines end with their "{", and a "}" stands alone.
 */
export function addressesInLines(lines: readonly string[]): { advertised: string[]; silent: string[] } {
  const found = { advertised: [] as string[], silent: [] as string[] };
  let into: string[] | undefined;
  for (const line of lines) {
    const words = line
      .replace(/[!#].*$/, '')
      .trim()
      .split(/[ \t]+/);
    const [first = ''] = words;
    if (words.at(-1) === '{') into = blocks[first] && found[blocks[first]];
    else if (first === '}') into = undefined;
    else if (into && isIP(first.split('/')[0] ?? '')) into.push(first);
  }
  return found;
}

const blocks: Record<string, 'advertised' | 'silent'> = {
  virtual_ipaddress: 'advertised',
  virtual_ipaddress_excluded: 'silent',
};
