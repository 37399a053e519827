import { isIP } from 'node:net';
import { canonical } from '../inventory/address';
import { haproxySections } from '../inventory/haproxy-sections';

/** One line of a haproxy.cfg. */
export interface Directive {
  /** 1-based. */
  line: number;
  words: string[];
}

export interface Section {
  /** listen, frontend, backend, defaults, global, … */
  kind: string;
  name: string;
  line: number;
  directives: Directive[];
  /** The `defaults` whose settings it starts from. */
  defaults?: Section;
}

const kinds = new RegExp(`^(?:${haproxySections})$`);

/** Reads a haproxy.cfg (Configuration Manual, 2.1 and 2.2); never throws. What stands before any section is left out. */
export function readSections(text: string): Section[] {
  const sections: Section[] = [];
  for (const [index, row] of text.split(/\r?\n/).entries()) {
    const words = splitWords(row);
    const [first = '', name = ''] = words;
    const line = index + 1;
    if (kinds.test(first)) {
      const known = sections.filter(({ kind }) => kind === 'defaults');
      const from = words.indexOf('from', 1);
      const defaults =
        from > 0
          ? known.findLast((one) => one.name === words[from + 1])
          : first !== 'defaults' && known.at(-1);
      sections.push({
        kind: first,
        name: name === 'from' ? '' : name,
        line,
        directives: [],
        ...(defaults ? { defaults } : {}),
      });
    } else if (words.length > 0) sections.at(-1)?.directives.push({ line, words });
  }
  return sections;
}

/** The words of one line: quotes are gone, escapes are what they stand for, a comment is left out. */
function splitWords(row: string): string[] {
  const words: string[] = [];
  const token = /\\x([0-9a-fA-F]{2})|\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'|([ \t]+)|(#.*)|([^\\"'#\s]+|.)/g;
  let open = false;
  for (const [, hex, escaped, double, single, blank, comment, plain] of row.matchAll(token)) {
    if (comment !== undefined) break;
    if (blank !== undefined) {
      open = false;
      continue;
    }
    const piece =
      (hex === undefined ? undefined : String.fromCharCode(Number.parseInt(hex, 16))) ??
      escaped ??
      double?.replace(/\\(.)/g, '$1') ??
      single ??
      plain ??
      '';
    if (open) words.push(`${words.pop() ?? ''}${piece}`);
    else words.push(piece);
    open = true;
  }
  return words;
}

/** The directives of `keyword` that hold in a section: its own, or else those of its `defaults`. */
export function directives(section: Section, keyword: string): Directive[] {
  const own = section.directives.filter(({ words }) => words[0] === keyword);
  return own.length > 0 || !section.defaults ? own : directives(section.defaults, keyword);
}

/** Where something listens, or is reached. */
export interface Socket {
  /** Canonical; undefined is every address of the families. */
  address: string | undefined;
  families: (4 | 6)[];
  from: number;
  to: number;
}

/** The TCP sockets of a `bind` line, or of the address of a `server` line (Configuration Manual, 4.2, "bind"). */
export function socketsOf(address: string, options: readonly string[] = []): Socket[] {
  return address.split(',').flatMap((one): Socket[] => {
    const [, family, host = '', from, to] =
      /^(?:(ipv4|ipv6|tcp|tcp4|tcp6)@)?(.*?)(?::(\d{1,5})(?:-(\d{1,5}))?)?$/.exec(one) ?? [];
    // Without a port, with another kind of socket, or with a variable there is nothing to compare.
    if (from === undefined || /[@/${+]/.test(host)) return [];
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    const ports = { from: Number(from), to: Number(to ?? from) };
    if (['', '*', '0.0.0.0'].includes(bare)) {
      const six = family?.endsWith('6') ?? false;
      return [{ address: undefined, families: six ? [6] : [4], ...ports }];
    }
    if (bare === '::')
      return [{ address: undefined, families: options.includes('v6only') ? [6] : [4, 6], ...ports }];
    return [{ address: canonical(bare), families: [isIP(bare) === 6 ? 6 : 4], ...ports }];
  });
}

/** Whether two programs could not both have these sockets. */
export function collide(a: Socket, b: Socket): boolean {
  const sameAddress = a.address === undefined || b.address === undefined || a.address === b.address;
  return (
    sameAddress &&
    a.from <= b.to &&
    b.from <= a.to &&
    a.families.some((family) => b.families.includes(family))
  );
}

/** `192.168.56.200:80`, `*:80`, `[2001:db8::1]:443-445`. */
export function showSocket({ address, families, from, to }: Socket): string {
  const bare = address ?? (families.includes(6) ? '::' : '*');
  const host = isIP(bare) === 6 ? `[${bare}]` : bare;
  return `${host}:${from}${to > from ? `-${to}` : ''}`;
}
