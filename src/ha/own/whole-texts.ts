import type { PlannedChange, PlannedHost } from '../../plan/plan';
import { readEffective } from '../keepalived/effective';
import type { Node } from '../keepalived/syntax';
import type { OwnTexts } from './reading';

type Raw = NonNullable<PlannedChange['raw']>;

type OwnPrograms = Pick<OwnTexts, 'haproxy' | 'keepalived'>;

/** What a host's keepalived.conf leads to now, in the inventory or not. */
export interface KeepalivedThere {
  /** By path: the main one, and all that includes could mean. */
  files: ReadonlyMap<string, string>;
  /** What keepalived compares `@NAME` lines with. */
  configId: string;
  /** The patterns of includes that the host was searched for, as whole paths. */
  searched: ReadonlySet<string>;
}

/**
 * The host's plan, in which each change of a file that is one of several has the text of all of them, as its program reads
 * them: what a change does is told by that, and by no file alone. All such changes of a program share one `raw`. Where a
 * whole cannot be told, each keeps its own.
 * @param own the files of the user's own; of a program that has none, they are those that the plan writes and takes away
 * @param there absent where no include is read before or after, or the host could not be asked
 */
export function withWholeTexts(
  host: PlannedHost,
  own: OwnPrograms = {},
  there?: KeepalivedThere,
): PlannedHost {
  const wholes = new Map<string, Raw>();
  for (const { files, raw } of [haproxyOf(host, own.haproxy), keepalivedOf(host, own.keepalived, there)])
    if (raw) for (const file of files) wholes.set(file, raw);
  if (wholes.size === 0) return host;
  return {
    ...host,
    changes: host.changes.map((change) => {
      const whole = change.raw && wholes.get(change.target);
      return whole ? { ...change, raw: whole } : change;
    }),
  };
}

/** A program's files, and what they are together; nothing where that is not known, or there is one only. */
interface Whole {
  files: Iterable<string>;
  raw?: Raw;
}

function haproxyOf(host: PlannedHost, own: OwnPrograms['haproxy']): Whole {
  const written = writtenFor(host, 'haproxy');
  const beside = written.filter(({ file }) => !own?.some((one) => one.file === file));
  const files = own ? [...own, ...beside] : written[0]?.file === mains.haproxy ? written : [];
  const changed = changedIn(host);
  const isUnknown = files.some(({ file }) =>
    [...(changed.get(file) ?? [])].some((text) => isInNumbers(text)),
  );
  if (files.length < 2 || isUnknown) return { files: [] };
  const side = (which: 0 | 1) =>
    files.map(({ file, text }) => asLines((changed.get(file) ?? [text, text])[which] ?? '')).join('');
  return { files: files.map(({ file }) => file), raw: { from: side(0) || null, to: side(1) || null } };
}

/** What its main file leads to on the host counts, in the inventory or not: it runs until keepalived reads something else. */
function keepalivedOf(host: PlannedHost, own: OwnPrograms['keepalived'], there?: KeepalivedThere): Whole {
  const main = own?.main ?? mains.keepalived;
  const known = own?.files ?? new Map(writtenFor(host, 'keepalived').map(({ file, text }) => [file, text]));
  const changed = changedIn(host);
  const isOne = !there && known.size === 1 && !replaced.test((changed.get(main) ?? []).join('\n'));
  if (isOne || !(there?.files ?? known).has(main)) return { files: [] };
  const side = (which: 0 | 1) => {
    const files = new Map(there?.files ?? known);
    for (const [path, { [which]: text }] of there && which === 0 ? [] : changed)
      if (text === null) files.delete(path);
      else files.set(path, text);
    if (!files.has(main)) return { text: null, read: [] };
    const configId = there?.configId ?? host.host.split('.')[0] ?? host.host;
    const searched = there?.searched ?? new Set<string>();
    const { nodes, unknowns, files: read } = readEffective({ files, main, configId, searched });
    const isUnknown = unknowns.length > 0 || read.some((path) => isInNumbers(files.get(path) ?? null));
    return isUnknown ? undefined : { text: rowsOf(nodes).join('') || null, read };
  };
  const [from, to] = [side(0), side(1)];
  if (!from || !to) return { files: [] };
  const files = new Set([...known.keys(), ...(there?.files.keys() ?? []), ...from.read, ...to.read]);
  return { files, raw: { from: from.text, to: to.text } };
}

const mains = { haproxy: '/etc/haproxy/haproxy.cfg', keepalived: '/etc/keepalived/keepalived.conf' };
const endings = { haproxy: '.cfg', keepalived: '.conf' };

/** Words that keepalived replaces, by the host's name and by what it has defined. */
const replaced = /^\s*[@~]|\$[{A-Za-z_]/m;

/** The texts of the files that the plan changes, before and after. */
const changedIn = ({ changes }: PlannedHost) =>
  new Map(
    changes.flatMap(({ raw, target }) => (raw ? [[target, [raw.from, raw.to] as const] as const] : [])),
  );

/** The configuration that a plan writes or takes away, its main file first where that is among it. */
function writtenFor({ changes }: PlannedHost, unit: keyof typeof mains): { file: string; text: string }[] {
  const own = changes.filter(
    ({ raw, target, notify }) =>
      raw &&
      target.endsWith(endings[unit]) &&
      (notify ?? []).some((one) => Object.values(one).some((asked) => asked === unit)),
  );
  const main = own.filter(({ target }) => target === mains[unit]);
  const others = own.filter(({ target }) => target !== mains[unit]);
  return [...main, ...others.sort((one, other) => (one.target < other.target ? -1 : 1))].map(
    ({ target, raw }) => ({ file: target, text: raw?.to ?? '' }),
  );
}

/** What keepalived reads, a statement a row: read out of several files it has no layout of its own. */
function rowsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'stray') return [`${node.token.raw}\n`];
    if (node.kind === 'definition') return node.lines.map(({ raw }) => `${raw}\n`);
    const words = node.words.map(({ raw }) => raw).join(' ');
    return node.block ? [`${words} {\n`, ...rowsOf(node.block.nodes), '}\n'] : [`${words}\n`];
  });
}

/** What stands for a text that is too long, or none. */
const isInNumbers = (text: string | null) => /^\(\d+ bytes, sha256 \w+\)\n$/.test(text ?? '');

const asLines = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
