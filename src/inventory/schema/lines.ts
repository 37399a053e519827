import { text } from '../../document/fields';
import { haproxySections as sectionWords } from '../haproxy-sections';

const control = '\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f\\u2028\\u2029';
export const haproxyLine = () =>
  text(
    'one line of haproxy.cfg that stays in its section, at most 1000 characters',
    new RegExp(
      `^(?=.{0,1000}$)[ \\t]*(?!(?:${sectionWords})(?:\\s|$))[a-z][a-z0-9._-]*(?:[ \\t][^${control}]*)?$`,
    ),
  );

/** Of several lines, the first of which that is no comment begins a section. */
export const haproxySections = () =>
  text(
    'sections of haproxy.cfg, each beginning with its heading such as "backend NAME"; not "global"',
    new RegExp(
      `^(?:[ \\t]*(?:#[^\\n]*)?\\r?\\n)*[ \\t]*(?!global)(?:${sectionWords})(?:[ \\t][^${control}]*)?(?:\\r?\\n[^${control}]*)*$`,
    ),
  );

/**
 * keepalived takes a brace for one wherever it stands, 1.3.5 also within quotes but not at the end of a word, and goes
 * on with character 1024 as with a new line (read_line in lib/parser.c).
 */
export const keepalivedLine = () => {
  const word = '(?!include)[A-Za-z0-9:]';
  const plain = `${word}(?:[^"{}${control}]|"[^"{}${control}]*")*`;
  const opening = `${word}[^"{}#!\\\\${control}]*[ \\t]\\{`;
  return text(
    'one line of keepalived.conf that begins with a keyword, which is not "include", or an address; at most 1000 characters; a "{" ends its line and a "}" is one',
    new RegExp(`^(?=.{0,1000}$)(?!.*\\\\\\s*$)[ \\t]*(?:${plain}|${opening}|\\})[ \\t]*$`),
  );
};
