import type { PlannedChange, PlannedHost } from '../../plan/plan';
import { readEffective } from '../keepalived/effective';
import type { Node } from '../keepalived/syntax';
import type { OwnTexts } from './reading';

type Raw = NonNullable<PlannedChange['raw']>;

/**
 * The host's plan, in which each change of a file that is one of several has the text of all of them, as its program reads
 * them: what a change does is told by that, and by no file alone. All such changes of a program share one `raw`. Where a
 * whole cannot be told, each keeps its own.
 */
export function withWholeTexts(
  host: PlannedHost,
  { host: { name }, haproxy, keepalived }: OwnTexts,
): PlannedHost {
  const wholes = new Map<string, Raw>();
  const add = (files: readonly string[], whole: Raw | undefined) => {
    if (whole) for (const file of files) wholes.set(file, whole);
  };
  if (haproxy) {
    const files = new Map(haproxy.map(({ file, text }) => [file, text]));
    add(
      [...files.keys()],
      wholeOf(host, files, (all) => [...all.values()].map(asLines).join('')),
    );
  }
  if (keepalived) {
    const configId = name.split('.')[0] ?? name;
    const read = (files: ReadonlyMap<string, string>) => {
      if (!files.has(keepalived.main)) return '';
      const { nodes, unknowns } = readEffective({ files, main: keepalived.main, configId });
      return unknowns.length > 0 ? undefined : rowsOf(nodes).join('');
    };
    add([...keepalived.files.keys()], wholeOf(host, keepalived.files, read));
  }
  if (wholes.size === 0) return host;
  return {
    ...host,
    changes: host.changes.map((change) => {
      const whole = change.raw && wholes.get(change.target);
      return whole ? { ...change, raw: whole } : change;
    }),
  };
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
  if (changed.size === 0 || wanted.size === 1 || isUnknown) return undefined;
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
