import { Script } from 'node:vm';

const tag = /<%(?!%)([-=_#]?)([\s\S]*?)[-_]?%>/g;

interface BrokenScript {
  message: string;
  line?: number;
}

/**
 * The JavaScript error in a template and its line, which EJS does not tell: the template's own JavaScript is compiled
 * (never run), each tag on lines of its own, and V8 asked. `undefined` when it compiles.
 */
export function syntaxError(source: string, names: readonly string[]): BrokenScript | undefined {
  const program = [`'use strict'; ({ ${names.join(', ')} }) => {`];
  const lines = [1];
  for (const { 0: whole, 1: kind, 2: code = '', index } of source.matchAll(tag)) {
    if (kind === '#') continue;
    const first = source.slice(0, index).split('\n').length;
    const last = first + whole.split('\n').length - 1;
    const rows = kind === '=' || kind === '-' ? [';(', ...code.split('\n'), ');'] : code.split('\n');
    const shift = rows[0] === ';(' ? 1 : 0;
    rows.forEach((row, at) => {
      program.push(row);
      lines.push(Math.min(last, Math.max(first, first + at - shift)));
    });
  }
  program.push('}');
  try {
    new Script(program.join('\n'), { filename: 'template' });
    return undefined;
  } catch (error) {
    const { stack = '', message } = error as Error;
    const at = Number(/^template:(\d+)/.exec(stack)?.[1]);
    const line = lines[at - 1] ?? lines.at(-1);
    return { message, ...(line === undefined ? {} : { line }) };
  }
}
