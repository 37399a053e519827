import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { readBytes, readText } from '../document/document';
import { didYouMean, oneOf, suggestion } from '../document/suggest';
import { type Fault, InputError } from '../errors';
import type { Host, Inventory, Vars } from '../inventory/inventory';
import type { OwnFile } from '../inventory/own-files';
import type { ContentSource } from '../resources/resource';
import { contextFor, type HostKnowledge, withItem } from './context';
import { type Escape, escapeFor, keepingSecret } from './escape';
import { explain } from './explain';
import { unwritten } from './haproxy/unwritten';
import type { Playbook } from './playbook';
import { render, TemplateError } from './template';
import { syntaxError } from './template-syntax';

/**
 * What makes the bytes that `spec` asks for, from its template, source or content.
 * @param item what a resource with "forEach" stands for this time.
 * What it returns throws an InputError with the template's own file and line, or an Error about the spec's field.
 */
export function contentOf(
  spec: ContentSource,
  inventory: Inventory,
  host: Host,
  playbook: Playbook,
  item: { item?: unknown },
): (knowledge: HostKnowledge) => Buffer {
  const { template, source, configuration, content = '' } = spec;
  const defaults = playbook.outline.vars as Vars;
  if (template !== undefined) {
    return (knowledge) => {
      const context = withItem(contextFor(inventory, host, defaults, knowledge), item);
      const write = keepingSecret(escapeFor(template), inventory.secrets);
      const file = findTemplate(playbook, template);
      if (template === 'haproxy/haproxy.cfg') refuseUnwritten(file, context);
      return asLines(renderFile(`${template}.ejs`, file, context, write));
    };
  }
  if (configuration !== undefined)
    return (knowledge) =>
      ownContent(ownFile(inventory, host, configuration), inventory, () =>
        contextFor(inventory.said ?? inventory, host, defaults, knowledge),
      );
  if (source !== undefined) return () => readBytes(findSource(playbook, source));
  return () => asLines(content);
}

/** @throws InputError where a template of the user's own would leave out, without a word, what the inventory says */
function refuseUnwritten(file: string, { services }: Record<string, unknown>): void {
  const message = unwritten(readText(file), services as Parameters<typeof unwritten>[1]);
  if (message !== undefined) throw new InputError([{ file, path: '', message }]);
}

/** What a file of the user's own holds. @param context what its template sees. @throws InputError where that is one, with its line */
export function ownContent(
  file: OwnFile,
  { secrets, file: inventory }: Inventory,
  context: () => Record<string, unknown>,
): Buffer {
  const { source, content = '', isTemplate, unit, role } = file;
  if (source === undefined) return asLines(content);
  if (!isTemplate) return readBytes(source);
  const write = keepingSecret(escapeFor(role === 'named' ? '' : `${unit}/`), secrets);
  return asLines(renderFile(relative(dirname(inventory), source), source, context(), write));
}

function ownFile({ own }: Inventory, host: Host, path: string): OwnFile {
  const all = Object.values(own).flatMap(({ files }) => files.get(host.name) ?? []);
  const file = all.find((one) => one.path === path);
  if (file) return file;
  const meant = didYouMean(
    path,
    all.map((one) => one.path),
  );
  throw new Error(`neither haproxy.config nor keepalived.config has ${path} for ${host.name}${meant}`);
}

/** The file on this machine that its content is made from; nothing for content that stands in the playbook or inventory. @throws Error */
export function originOf(
  { template, source, configuration }: ContentSource,
  inventory: Inventory,
  host: Host,
  playbook: Playbook,
): string | undefined {
  if (template !== undefined) return findTemplate(playbook, template);
  if (configuration !== undefined) return ownFile(inventory, host, configuration).source;
  return source === undefined ? undefined : findSource(playbook, source);
}

/** The field of `spec` that says where its content comes from. */
export function contentField(spec: ContentSource): keyof ContentSource {
  const fields = ['template', 'source', 'configuration'] as const;
  return fields.find((one) => spec[one] !== undefined) ?? 'content';
}

function renderFile(name: string, file: string, context: Record<string, unknown>, write: Escape): string {
  const text = readText(file);
  try {
    return render(text, name, context, write);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const broken = error.line === undefined ? syntaxError(text, Object.keys(context)) : undefined;
    const line = error.line ?? broken?.line;
    const message = explain(broken ?? error, context);
    const fault: Fault = { file, path: '', ...(line === undefined ? {} : { line }), message };
    throw new InputError([fault]);
  }
}

function findTemplate({ folders }: Playbook, name: string): string {
  // The folder decides the syntax that values are escaped for: it must be the one that the name begins with.
  if (!/^[^./][^/]*(?:\/[^./][^/]*)*$/.test(name))
    throw new Error(
      `"${name}" is no name of a template: one is relative to templates/, without "." or ".." parts`,
    );
  const bases = folders.map((folder) => join(folder, 'templates'));
  const file = bases.map((base) => join(base, `${name}.ejs`)).find((path) => existsSync(path));
  if (file) return file;
  const known = [...new Set(bases.flatMap(templatesIn))];
  const meant = known.includes(name.replace(/\.ejs$/, ''))
    ? name.replace(/\.ejs$/, '')
    : suggestion(name, oneOf(known));
  throw new Error(
    `there is no template "${name}"; ${meant ? `did you mean "${meant}"?` : `looked for ${name}.ejs in ${bases.join(', ')}`}`,
  );
}

function templatesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ejs')).map((name) => name.slice(0, -'.ejs'.length));
}

function findSource({ document, folders }: Playbook, name: string): string {
  const beside = join(document.file, '..', name);
  const tried = isAbsolute(name) ? [name] : [beside, ...folders.map((folder) => join(folder, 'files', name))];
  const file = tried.find((path) => existsSync(path));
  if (!file) throw new Error(`there is no file "${name}"; looked for ${tried.join(', ')}`);
  return file;
}

/** A last line without its newline is one that HAProxy and others refuse. */
const asLines = (text: string) => Buffer.from(text === '' || text.endsWith('\n') ? text : `${text}\n`);
