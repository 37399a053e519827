import type { Fault } from '../errors';
import { type Document, formatPath, type Path } from './document';
import { suggestion } from './suggest';

/** The fault about the value at `path`. Where `typed` is near to a name in `expected`, the message suggests that name. */
export function faultAt(
  document: Document,
  path: Path,
  message: string,
  expected?: string,
  typed?: string,
): Fault {
  const meant = typed === undefined ? undefined : suggestion(typed, expected);
  return {
    file: document.file,
    path: formatPath(path),
    ...document.locate(path),
    message: meant === undefined ? message : `${message}; did you mean "${meant}"?`,
    ...(expected ? { expected } : {}),
  };
}

/**
 * The faults to report: each once, sorted by place; files in the order of their first fault. Leaves out that a key is
 * missing where it was mistyped, and that a key is unknown where another fault is about the same key.
 */
export function faultsToReport(faults: readonly Fault[]): Fault[] {
  const meant = new Set(faults.flatMap(keyMeant));
  const first = new Map<string, Fault>();
  for (const fault of faults) if (!first.has(placeOf(fault))) first.set(placeOf(fault), fault);
  const said = faults.filter((fault) => {
    const isEcho = fault.message.startsWith('is missing') && meant.has(placeOf(fault));
    return !isEcho && !(fault.message === 'unknown key' && first.get(placeOf(fault)) !== fault);
  });
  const files = [...new Set(faults.map(({ file }) => file))];
  return [...new Map(said.map((fault) => [JSON.stringify(fault), fault])).values()].sort(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

const placeOf = ({ file, path }: Pick<Fault, 'file' | 'path'>) => `${file}: ${path}`;

/** The place of the key that an unknown key was probably meant to be. */
function keyMeant({ file, path, message }: Fault): string[] {
  const name = /^unknown key; did you mean "(.*)"\?$/.exec(message)?.[1];
  return name === undefined ? [] : [placeOf({ file, path: path.replace(/[^.]*$/, name) })];
}
