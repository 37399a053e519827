import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readBytes, readText } from '../document/document';
import { oneOf, suggestion } from '../document/suggest';
import { type Fault, InputError } from '../errors';
import type { Host, Inventory, Vars } from '../inventory/inventory';
import type { Secrets } from '../inventory/secrets';
import type { ContentSource } from '../resources/resource';
import { contextFor, type HostKnowledge } from './context';
import { type Escape, escapeFor } from './escape';
import { explain } from './explain';
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
  const { template, source, content = '' } = spec;
  if (template !== undefined) {
    return (knowledge) => {
      const context = {
        ...contextFor(inventory, host, playbook.outline.vars as Vars, knowledge),
        ...item,
      };
      const write = keepingSecret(escapeFor(template), inventory.secrets);
      return asLines(renderFile(template, findTemplate(playbook, template), context, write));
    };
  }
  if (source !== undefined) return () => readBytes(findSource(playbook, source));
  return () => asLines(content);
}

/** The file on this machine that its content is made from; nothing for content that stands in the playbook. @throws Error */
export function originOf({ template, source }: ContentSource, playbook: Playbook): string | undefined {
  if (template !== undefined) return findTemplate(playbook, template);
  return source === undefined ? undefined : findSource(playbook, source);
}

/** The field of `spec` that says where its content comes from. */
export function contentField(spec: ContentSource): 'template' | 'source' | 'content' {
  return spec.template !== undefined ? 'template' : spec.source !== undefined ? 'source' : 'content';
}

/** A secret stays one in the form that a file's syntax gives it. */
const keepingSecret =
  (write: Escape, secrets: Secrets): Escape =>
  (value) => {
    const written = write(value);
    const plain = String(value);
    if (written !== plain && secrets.mask(plain) !== plain) secrets.add(written);
    return written;
  };

function renderFile(name: string, file: string, context: Record<string, unknown>, write: Escape): string {
  const text = readText(file);
  try {
    return render(text, `${name}.ejs`, context, write);
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
