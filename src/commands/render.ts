import { join } from 'node:path';
import { oneOf, suggestion } from '../document/suggest';
import { refuseFilled, writeBelow } from '../document/write-below';
import { ExitCode, UsageError } from '../errors';
import { type RenderedHost, render as renderState } from '../library/render';
import type { Context } from '../planning/context';
import { asText, renderHosts } from '../report/render-text';
import { isFile } from '../resources/rendered';
import { count } from '../text/format';

export interface RenderOptions {
  inventory: string;
  host?: string;
  /** Print only the bytes of the file with this path. */
  file?: string;
  /** The folder in which to write a folder for each host. */
  out?: string;
  /** The EL major version that is assumed for all hosts. */
  el: number;
  showSecrets: boolean;
  json: boolean;
}

type File = Extract<RenderedHost['resources'][number], { path: string }>;

/** `haprov render`: shows what `apply` would put on the hosts. Asks none; prints what it assumes of them. */
export async function render(options: RenderOptions, context: Context): Promise<ExitCode> {
  const { file, out, json, showSecrets } = options;
  if (file !== undefined && (out !== undefined || json))
    throw new UsageError('--file prints one file as it is', `leave out ${json ? '--json' : '--out'}`);
  const { inventory, assumptions, hosts } = await renderState(options, context);
  for (const text of assumptions) context.emit({ type: 'message', level: 'info', text });

  if (file !== undefined) {
    const found = chooseFile(file, hosts);
    if (!showSecrets) warnOfVeiled([found], context);
    await context.print(found.content);
    return ExitCode.done;
  }
  if (out !== undefined) await writeAll(out, hosts, showSecrets, context);
  if (json) await context.printJson({ version: 1, inventory, assumptions, hosts: hosts.map(asData) }, 2);
  else if (out === undefined) await context.printRendered(renderHosts(hosts, context));
  return ExitCode.done;
}

/** The file at `path`. @throws UsageError where no host has it, or its content differs from host to host */
function chooseFile(path: string, hosts: readonly RenderedHost[]): File {
  const having = hosts.flatMap(({ host, resources }) =>
    resources.filter(isFile).flatMap((file) => (file.path === path ? [{ host, file }] : [])),
  );
  const [first] = having;
  if (!first) throw noSuchFile(path, hosts);
  const others = having.filter(({ file }) => !file.content.equals(first.file.content));
  if (others.length === 0) return first.file;
  const names = having.map(({ host }) => host);
  throw new UsageError(
    `--file ${path}: is not the same on ${names.join(', ')}`,
    `say which: ${names.map((name) => `--host ${name}`).join(' or ')}`,
  );
}

function noSuchFile(path: string, hosts: readonly RenderedHost[]): UsageError {
  const all = hosts.flatMap(({ resources }) => resources);
  const known = [...new Set(all.filter(isFile).map((file) => file.path))];
  const other = all.find((one) => !isFile(one) && one.target === path);
  if (other && !isFile(other)) {
    const why = other.edits
      ? 'the playbooks edit some of its lines; the rest is on the host'
      : `the playbooks say "${other.says}"`;
    return new UsageError(`--file ${path}: ${why}`, `whole files: ${known.join(', ') || 'none'}`);
  }
  const meant = suggestion(path, oneOf(known));
  const where = hosts.map(({ host }) => host).join(', ');
  return new UsageError(
    `--file ${path}: the playbooks write no such file on ${where}${meant ? `; did you mean ${meant}?` : ''}`,
    `there is: ${known.join(', ') || 'none'}`,
  );
}

function warnOfVeiled(files: readonly File[], context: Context): void {
  const paths = [...new Set(files.filter(({ hasSecret }) => hasSecret).map(({ path }) => path))];
  if (paths.length === 0) return;
  const text = `*** stands for secrets in ${paths.join(', ')}; --show-secrets writes them`;
  context.emit({ type: 'message', level: 'warning', text });
}

/** Writes a folder for each host. Files with secrets get mode 0600. */
async function writeAll(
  out: string,
  hosts: readonly RenderedHost[],
  showSecrets: boolean,
  context: Context,
): Promise<void> {
  const folders = hosts.map(({ host, resources }) => ({
    folder: join(out, host),
    files: resources.filter(isFile),
  }));
  for (const { folder } of folders) refuseFilled(folder);
  for (const { folder, files } of folders) {
    for (const { path, content, mode, hasSecret } of files)
      writeBelow(folder, path, content, showSecrets && hasSecret ? 0o600 : Number.parseInt(mode, 8));
    await context.print(`${folder}: ${count(files.length, 'file')}`);
  }
  if (!showSecrets)
    warnOfVeiled(
      folders.flatMap(({ files }) => files),
      context,
    );
}

/** What `render --json` prints. */
export interface RenderedDocument {
  version: 1;
  inventory: string;
  /** What only a host knows, and was assumed; a sentence each. */
  assumptions: string[];
  hosts: { host: string; address: string; resources: (FileData | OtherData)[] }[];
}

/** A file that a host would have; in `base64` what is no text. */
interface FileData {
  task: string;
  type: 'file';
  /** Its path. */
  target: string;
  owner: string;
  group: string;
  mode: string;
  /** The template or file of this machine that it is made from. */
  origin?: string;
  /** With `***` for each secret, unless secrets were asked for. */
  content?: string;
  base64?: string;
}

/** Anything else that a host would have. */
interface OtherData {
  task: string;
  type: string;
  target: string;
  says: string;
}

/** A host as `--json` prints it: a file's bytes as `content` where they are text, else as `base64`. */
function asData({ resources, ...host }: RenderedHost): RenderedDocument['hosts'][number] {
  const data = resources.map((one): FileData | OtherData => {
    if (!isFile(one)) {
      const { task, type, target, says } = one;
      return { task, type, target, says };
    }
    const { task, path, content, isSecret, hasSecret, ...about } = one;
    const text = asText(content);
    const bytes = text === undefined ? { base64: content.toString('base64') } : { content: text };
    return { task, type: 'file', target: path, ...about, ...bytes };
  });
  return { ...host, resources: data };
}
