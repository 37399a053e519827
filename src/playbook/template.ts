import ejs from 'ejs';
import type { Escape } from './escape';

/** A template that cannot be rendered: which, where in it, and why. */
export class TemplateError extends Error {
  constructor(
    readonly template: string,
    readonly line: number | undefined,
    readonly why: string,
  ) {
    super(`${line === undefined ? template : `${template}:${line}`}: ${why}`);
    this.name = 'TemplateError';
  }
}

/**
 * Renders EJS strictly: only the names of `context` exist, nothing is HTML-escaped, `<%= %>` writes through `write`.
 * @param name what the template is called in errors.
 * @throws TemplateError with the template's line.
 */
export function render(source: string, name: string, context: object, write: Escape): string {
  try {
    return compile(source, name, Object.keys(context))(context, write);
  } catch (error) {
    throw asTemplateError(error as Error, name, source);
  }
}

type Compiled = (context: object, write: Escape) => string;

/** Every host has the same templates, and each is rendered before the host is asked and after. */
const compiled = new Map<string, Compiled>();

function compile(source: string, name: string, names: string[]): Compiled {
  const key = JSON.stringify([name, names, source]);
  const known = compiled.get(key);
  if (known) return known;
  let writing: Escape;
  const template = ejs.compile(source, {
    strict: true,
    _with: false,
    destructuredLocals: names,
    escape: (value?: unknown) => writing(oneValue(value)),
    compileDebug: true,
    filename: name,
    // A template is one file: what it includes would not be what validation and diff speak of.
    includer: () => {
      throw new Error('include is not available in templates');
    },
  });
  const render: Compiled = (context, write) => {
    writing = write;
    return template(context as ejs.Data);
  };
  compiled.set(key, render);
  return render;
}

/** @throws Error for what is no value that can be written */
export function oneValue(value: unknown): unknown {
  if (value === undefined || value === null)
    throw new ReferenceError('the template writes a value that is not there');
  if (typeof value === 'object' || typeof value === 'function')
    throw new TypeError('the template writes a list, an object or a function where one value goes');
  return value;
}

/** EJS writes `NAME:LINE`, an excerpt and the message into the error's own message. */
function asTemplateError(error: Error, name: string, source: string): TemplateError {
  const rows = error.message.split('\n');
  const line = rows[0]?.startsWith(`${name}:`) ? Number(rows[0].slice(name.length + 1)) : undefined;
  if (line !== undefined && Number.isInteger(line)) {
    const message = rows.slice(1).filter((row) => row.trim() !== '' && !/^\s*(?:>> )?\s*\d+\| ?/.test(row));
    return new TemplateError(name, line, message.join(' ').trim() || rows.at(-1) || 'failed');
  }
  const why =
    rows[0]?.replace(/ in \S+ while compiling ejs$/, '').replace(/ while compiling ejs$/, '') ?? 'failed';
  return new TemplateError(name, unclosedTag(source), why);
}

/** The line of the first `<%` that no `%>` closes, for the syntax errors that come without one. */
function unclosedTag(source: string): number | undefined {
  let at = 0;
  for (;;) {
    const open = source.indexOf('<%', at);
    if (open < 0) return undefined;
    const close = source.indexOf('%>', open);
    if (close < 0) return source.slice(0, open).split('\n').length;
    at = close + 2;
  }
}
