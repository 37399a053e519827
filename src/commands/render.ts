import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { didYouMean, oneOf, suggestion } from '../document/suggest';
import { refuseFilled, writeBelow } from '../document/write-below';
import { ExitCode, UsageError } from '../errors';
import { shippedVersions } from '../host/release';
import type { Host, Inventory } from '../inventory/inventory';
import type { Secrets } from '../inventory/secrets';
import type { Context } from '../planning/context';
import { type DesiredState, loadAndTell } from '../planning/desired-state';
import { anyHost, type HostKnowledge } from '../playbook/context';
import { asText, renderHosts, type ShownHost } from '../report/render-text';
import { isFile, type Rendered, type RenderedFile } from '../resources/rendered';
import { textOfBytes } from '../resources/text-of';
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

interface RenderedHost {
  host: Host;
  resources: Rendered[];
}

/** `haprov render`: shows what `apply` would put on the hosts. Asks none; prints what it assumes of them. */
export async function render(options: RenderOptions, context: Context): Promise<ExitCode> {
  const { file, out, el, json } = options;
  if (file !== undefined && (out !== undefined || json))
    throw new UsageError('--file prints one file as it is', `leave out ${json ? '--json' : '--out'}`);
  const said = await loadAndTell(options.inventory, context);
  const knowledge = assumedOf(el);
  const hosts = chooseHosts(said, options.host).map((host) => ({
    host,
    resources: (said.wanted.get(host) ?? []).flatMap((resource) => resource.shows(knowledge)),
  }));
  const assumptions = assumptionsOf(said.inventory, hosts, knowledge);
  for (const text of assumptions) context.emit({ type: 'message', level: 'info', text });
  const veil = veilOf(said.inventory.secrets, options.showSecrets);

  if (file !== undefined) {
    const found = chooseFile(file, hosts);
    warnOfVeiled([found], veil, context);
    await context.print(veil.content(found));
  } else if (out !== undefined) await writeAll(out, hosts, veil, context);
  else {
    const shown = hosts.map((one) => shownHost(one, veil));
    const data = () => ({ inventory: said.inventory.name, assumptions, hosts: shown.map(asData) });
    if (json) await context.printJson(data(), 2);
    else await context.printRendered(renderHosts(shown, context));
  }
  return ExitCode.done;
}

const assumedOf = (major: number): HostKnowledge => ({
  ...anyHost,
  major,
  versions: shippedVersions(major),
});

/** The host with that name; all hosts without a name. @throws UsageError where there is none */
function chooseHosts({ inventory: { hosts } }: DesiredState, name: string | undefined): Host[] {
  if (name === undefined) return hosts;
  const found = hosts.find((host) => host.name === name);
  if (found) return [found];
  const known = hosts.map((host) => host.name);
  throw new UsageError(
    `--host: there is no host "${name}"${didYouMean(name, known)}`,
    `the hosts: ${known.join(', ')}`,
  );
}

/** A sentence for each fact that only a host knows and that was assumed. */
function assumptionsOf(
  { vips }: Inventory,
  hosts: readonly RenderedHost[],
  knowledge: HostKnowledge,
): string[] {
  const asked = vips.filter(
    (vip) =>
      vip.interface === undefined && vip.members.some(({ host }) => hosts.some((one) => one.host === host)),
  );
  return [
    `EL ${knowledge.major} stands for what each host is, with its HAProxy ${knowledge.versions.haproxy} and keepalived ${knowledge.versions.keepalived} (--el says another)`,
    ...asked.map(
      (vip) =>
        `${knowledge.interfaceOf(vip)} stands for the interface of VIP ${vip.name}, which each host will tell (or vips.${vip.name}.interface)`,
    ),
  ];
}

/** The file at `path`. @throws UsageError where no host has it, or its content differs from host to host */
function chooseFile(path: string, hosts: readonly RenderedHost[]): RenderedFile {
  const having = hosts.flatMap(({ host, resources }) =>
    resources.filter(isFile).flatMap((file) => (file.path === path ? [{ host: host.name, file }] : [])),
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
  const where = hosts.map(({ host }) => host.name).join(', ');
  return new UsageError(
    `--file ${path}: the playbooks write no such file on ${where}${meant ? `; did you mean ${meant}?` : ''}`,
    `there is: ${known.join(', ') || 'none'}`,
  );
}

/** Hides secrets in texts and files, unless it is lifted (`--show-secrets`). */
interface Veil {
  text(text: string): string;
  content(file: RenderedFile): Buffer;
  /** Whether the file on the host holds a secret. */
  isNeeded(file: RenderedFile): boolean;
  isLifted: boolean;
}

function veilOf(secrets: Secrets, isLifted: boolean): Veil {
  const masked = ({ content, isSecret }: RenderedFile) => {
    if (isSecret) return Buffer.from('***\n');
    const text = textOfBytes(content);
    const shown = secrets.mask(text);
    return shown === text ? content : Buffer.from(shown, isUtf8(content) ? 'utf8' : 'latin1');
  };
  const isNeeded = (file: RenderedFile) => !masked(file).equals(file.content);
  return {
    isLifted,
    isNeeded,
    text: (text) => (isLifted ? text : secrets.mask(text)),
    content: (file) => (isLifted ? file.content : masked(file)),
  };
}

function warnOfVeiled(files: readonly RenderedFile[], veil: Veil, context: Context): void {
  const paths = [
    ...new Set(files.filter((file) => !veil.isLifted && veil.isNeeded(file)).map(({ path }) => path)),
  ];
  if (paths.length === 0) return;
  const text = `*** stands for secrets in ${paths.join(', ')}; --show-secrets writes them`;
  context.emit({ type: 'message', level: 'warning', text });
}

/** Writes a folder for each host. Files with secrets get mode 0600. */
async function writeAll(
  out: string,
  hosts: readonly RenderedHost[],
  veil: Veil,
  context: Context,
): Promise<void> {
  const folders = hosts.map(({ host, resources }) => ({
    folder: join(out, host.name),
    files: resources.filter(isFile),
  }));
  for (const { folder } of folders) refuseFilled(folder);
  for (const { folder, files } of folders) {
    for (const file of files) {
      const mode = veil.isLifted && veil.isNeeded(file) ? 0o600 : Number.parseInt(file.mode, 8);
      writeBelow(folder, file.path, veil.content(file), mode);
    }
    await context.print(`${folder}: ${count(files.length, 'file')}`);
  }
  warnOfVeiled(
    folders.flatMap(({ files }) => files),
    veil,
    context,
  );
}

function shownHost({ host: { name, address }, resources }: RenderedHost, veil: Veil): ShownHost {
  const shown = resources.map((one) =>
    isFile(one)
      ? { ...one, content: veil.content(one) }
      : { ...one, target: veil.text(one.target), says: veil.text(one.says) },
  );
  return { host: name, address: veil.text(address), resources: shown };
}

/** A host as `--json` prints it: a file's bytes as `content` where they are text, else as `base64`. */
function asData({ resources, ...host }: ShownHost): object {
  const data = resources.map((one) => {
    if (!isFile(one)) {
      const { task, type, target, says } = one;
      return { task, type, target, says };
    }
    const { task, path, content, isSecret, ...about } = one;
    const text = asText(content);
    const bytes = text === undefined ? { base64: content.toString('base64') } : { content: text };
    return { task, type: 'file', target: path, ...about, ...bytes };
  });
  return { ...host, resources: data };
}
