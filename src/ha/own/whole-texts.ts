import type { PlannedChange, PlannedHost } from '../../plan/plan';
import { readEffective } from '../keepalived/effective';
import type { Node } from '../keepalived/syntax';
import type { OwnTexts } from './reading';

type Raw = NonNullable<PlannedChange['raw']>;

type OwnPrograms = Pick<OwnTexts, 'haproxy' | 'keepalived'>;

/**
 * The host's plan, in which each change of a file that is one of several has the text of all of them, as its program reads
 * them: what a change does is told by that, and by no file alone. All such changes of a program share one `raw`. Where a
 * whole cannot be told, each keeps its own.
 * @param own the files of the user's own; of a program that has none, they are those that the plan writes and takes away
 */
export function withWholeTexts(host: PlannedHost, own: OwnPrograms = {}): PlannedHost {
  const haproxy = own.haproxy ?? writtenFor(host, 'haproxy');
  const conf = own.keepalived ?? {
    main: mains.keepalived,
    files: new Map(writtenFor(host, 'keepalived').map(({ file, text }) => [file, text])),
  };
  const read = (files: ReadonlyMap<string, string>) => {
    if (!files.has(conf.main)) return '';
    const configId = host.host.split('.')[0] ?? host.host;
    const { nodes, unknowns } = readEffective({ files, main: conf.main, configId });
    return unknowns.length > 0 ? undefined : rowsOf(nodes).join('');
  };
  const files = new Map(haproxy.map(({ file, text }) => [file, text]));
  const isOne = conf.files.size === 1 && !replaced.test(textsOf(host, conf.main));
  const wholes = new Map<string, Raw>();
  const add = (targets: Iterable<string>, whole: Raw | undefined) => {
    if (whole) for (const target of targets) wholes.set(target, whole);
  };
  if (files.size > 1)
    add(
      files.keys(),
      wholeOf(host, files, (all) => [...all.values()].map(asLines).join('')),
    );
  if (!isOne) add(conf.files.keys(), wholeOf(host, conf.files, read));
  if (wholes.size === 0) return host;
  return {
    ...host,
    changes: host.changes.map((change) => {
      const whole = change.raw && wholes.get(change.target);
      return whole ? { ...change, raw: whole } : change;
    }),
  };
}

const mains = { haproxy: '/etc/haproxy/haproxy.cfg', keepalived: '/etc/keepalived/keepalived.conf' };
const endings = { haproxy: '.cfg', keepalived: '.conf' };

/** Words that keepalived replaces, by the host's name and by what it has defined. */
const replaced = /^\s*[@~]|\$[{A-Za-z_]/m;

const textsOf = ({ changes }: PlannedHost, path: string) =>
  changes
    .filter(({ target }) => target === path)
    .map(({ raw }) => `${raw?.from ?? ''}\n${raw?.to ?? ''}`)
    .join('\n');

/** The configuration that a plan writes: nothing where its main file stays, whose text nobody knows here. */
function writtenFor({ changes }: PlannedHost, unit: keyof typeof mains): { file: string; text: string }[] {
  const own = changes.filter(
    ({ raw, target, notify }) =>
      raw &&
      target.endsWith(endings[unit]) &&
      (notify ?? []).some((one) => Object.values(one).some((asked) => asked === unit)),
  );
  const main = own.filter(({ target }) => target === mains[unit]);
  const others = own.filter(({ target }) => target !== mains[unit]);
  return main.length === 0
    ? []
    : [...main, ...others.sort((one, other) => (one.target < other.target ? -1 : 1))].map(
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

/** Before and after; nothing where one of the texts is not known, or nothing of it changes. */
function wholeOf(
  { changes }: PlannedHost,
  wanted: ReadonlyMap<string, string>,
  read: (files: ReadonlyMap<string, string>) => string | undefined,
): Raw | undefined {
  const changed = new Map(
    changes.flatMap(({ raw, target }) => (raw && wanted.has(target) ? [[target, raw] as const] : [])),
  );
  const isUnknown = [...changed.values()].some(({ from, to }) =>
    [from, to].some((text) => inNumbers.test(text ?? '')),
  );
  if (changed.size === 0 || isUnknown) return undefined;
  const side = (which: 'from' | 'to') =>
    read(
      new Map(
        [...wanted].flatMap(([path, text]) => {
          const found = changed.get(path);
          const said = found ? found[which] : text;
          return said === null ? [] : [[path, said] as const];
        }),
      ),
    );
  const [from, to] = [side('from'), side('to')];
  return from === undefined || to === undefined ? undefined : { from: from || null, to: to || null };
}

/** What stands for a text that is too long, or none. */
const inNumbers = /^\(\d+ bytes, sha256 \w+\)\n$/;

const asLines = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
