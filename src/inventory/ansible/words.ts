import { Mistake } from './mistake';

/**
 * The words of a host line, as Ansible splits it: by Python's `shlex.split(line, comments=True)`. Quotes join, a
 * backslash takes the next character as it is, `#` begins a comment, even in the midst of a word.
 * @throws Mistake for a quote that is never closed, and for a backslash with nothing after it.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (sign === '#') break;
    if (' \t\r\n'.includes(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (sign === '\\') {
      at += 1;
      if (at === line.length) throw new Mistake('ends with a backslash that takes nothing');
      word += line.charAt(at);
    } else if (sign === "'" || sign === '"') {
      const quoted = (sign === "'" ? single : double).exec(line.slice(at));
      if (!quoted) throw new Mistake(`has a quote (${sign}) that is never closed`);
      word += sign === "'" ? quoted[1] : quoted[1]?.replace(/\\(["\\])/g, '$1');
      at += quoted[0].length - 1;
    } else word += sign;
  }
  return word === undefined ? words : [...words, word];
}

const single = /^'([^']*)'/;
const double = /^"((?:[^"\\]|\\[\s\S])*)"/;
