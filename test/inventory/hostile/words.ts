/** What a line is to the program that reads it: its words, as that program understands them. */
export type Row = string[];

/** A line that its program would not take for words alone: something opens, closes, includes or is replaced in it. */
export class NoPlainWords extends Error {}

const hex = /^x([0-9A-Fa-f]{2})/;
const named: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/**
 * haproxy.cfg. Configuration Manual 2.2, "Quoting and escaping": a backslash takes a blank, #, \, a quote, n, r, t or xHH; '…'
 * is as it is, "…" has backslashes and variables; # starts a comment. 1.5 knows no quotes (its readcfgfile).
 */
export function haproxyRows(text: string, knowsQuotes = true): Row[] {
  return text.split(/[\n\r]/).map((line) => {
    const words: string[] = [];
    let word: string | undefined;
    let quote = '';
    for (let at = 0; at < line.length; at++) {
      const c = line[at] as string;
      const rest = line.slice(at + 1);
      if (c === '\\' && quote !== "'") {
        const code = hex.exec(rest)?.[1];
        const next = rest[0] ?? '';
        if (code !== undefined) word = (word ?? '') + String.fromCharCode(Number.parseInt(code, 16));
        else if (next in named) word = (word ?? '') + named[next];
        else if (' #\\'.includes(next) || (knowsQuotes && `"'`.includes(next))) word = (word ?? '') + next;
        else throw new NoPlainWords(`a backslash before ${JSON.stringify(next)}`);
        at += code !== undefined ? 3 : 1;
      } else if (quote !== '') {
        if (c === quote) quote = '';
        else if (c === '$' && quote === '"') throw new NoPlainWords('a variable');
        else word += c;
      } else if (knowsQuotes && (c === '"' || c === "'")) {
        quote = c;
        word ??= '';
      } else if (c === ' ' || c === '\t') {
        if (word !== undefined) words.push(word);
        word = undefined;
      } else if (c === '#') break;
      else word = (word ?? '') + c;
    }
    if (quote !== '') throw new NoPlainWords('a quote that is not closed');
    return word === undefined ? words : [...words, word];
  });
}

/**
 * keepalived.conf, each row behind the depth of its block. 2.x (read_line, decomment in lib/parser.c): # and ! start a
 * comment outside quotes, braces are words wherever they stand outside them. 1.3.5 (alloc_strvec): # and ! end the line, a
 * brace is one only as a word of its own, but also within quotes. Both read no more than 1023 bytes of a line at once.
 */
export function keepalivedRows(text: string, isOld = false): Row[] {
  let depth = 0;
  return text.split(/[\n\r]/).map((line) => {
    if (Buffer.byteLength(line) > 1023) throw new NoPlainWords('a line that is read in two');
    const words: { text: string; isQuoted: boolean }[] = [];
    const pattern = isOld ? /\s+|"([^"]*)"|([^\s"!#]+)|(.)/gy : /\s+|"([^"]*)"|([^\s"!#{}]+|[{}])|(.)/gy;
    for (const [, quoted, bare, other] of line.matchAll(pattern)) {
      if (other === '#' || other === '!') break;
      if (other !== undefined) throw new NoPlainWords('a quote that is not closed');
      if (quoted !== undefined || bare !== undefined)
        words.push({ text: quoted ?? bare ?? '', isQuoted: quoted !== undefined });
    }
    const [first] = words;
    if (first && /^(?:include|[@~$])/.test(first.text)) throw new NoPlainWords('a directive');
    if (line.includes('$')) throw new NoPlainWords('a parameter');
    if (/\\\s*$/.test(line)) throw new NoPlainWords('a line that goes on');
    const braces = words.filter(({ isQuoted }) => isOld || !isQuoted).map((word) => word.text);
    const before = depth;
    for (const word of braces) depth += word === '{' ? 1 : word === '}' ? -1 : 0;
    if (depth < 0) throw new NoPlainWords('a block that is closed twice');
    return [String(before), ...words.map((word) => word.text)];
  });
}

/** The characters that mean themselves to a shell, wherever they stand. */
const inert = /^[A-Za-z0-9_@%+=:,./-]*$/;
const isOpen = /'/;
const endOfContent = '.END.';

/**
 * Shell commands whose words are bare, 'quoted' or \escaped, with files in base64 as here documents, which are left out.
 * What is not inert and stands outside quotes is marked, so that it equals no text that is quoted.
 */
export function shellRows(script: string): Row[] {
  const rows: Row[] = [];
  const lines = script.split('\n');
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at] as string;
    // A text in quotes may have several lines.
    while (isOpen.test(line.replace(/'[^']*'|\\./g, '')) && at + 1 < lines.length) line += `\n${lines[++at]}`;
    const words = [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+|(['\\])/g)].map(([word, loose]) => {
      if (loose !== undefined) throw new NoPlainWords('a quote that is not closed');
      return word.replace(/'([^']*)'|\\(.)|([^'\\]+)/g, (_all, quoted, escaped, bare: string | undefined) => {
        if (bare === undefined) return quoted ?? escaped;
        if (/^[0-9a-f]{64}$/.test(bare)) return '(the checksum of a file)';
        return inert.test(bare) ? bare : `bare(${bare})`;
      });
    });
    rows.push(words);
    if (line.endsWith("<<'.END.' || return"))
      // What is remembered of a line with a secret: its file, a sum of both, and how it is shown.
      for (at++; lines[at] !== '.END.'; at++) {
        const [path, sum, shown] = JSON.parse(lines[at] ?? '') as string[];
        if (!/^[0-9a-f]{4}$/.test(sum ?? '')) throw new NoPlainWords('a line that has no sum');
        rows.push([path ?? '', shown ?? '']);
      }
    if (!line.endsWith(`<<'${endOfContent}'`)) continue;
    for (at++; lines[at] !== endOfContent; at++)
      if (!/^[A-Za-z0-9+/=]+$/.test(lines[at] ?? '')) throw new NoPlainWords('a file that is no base64');
  }
  return rows;
}

/** Any other file: each line is one. */
export const plainRows = (text: string): Row[] =>
  text.split(/[\n\r\u2028\u2029\u0085]/).map((line) => [line]);
