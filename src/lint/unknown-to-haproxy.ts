import { didYouMean } from '../document/suggest';
import { compareVersions } from '../ha/haproxy/condition';
import { hasVariable } from '../ha/haproxy/environment';
import { keywordsOf, sectionWords, type Words } from '../ha/haproxy/keywords';
import { bindOptions, type KnownOptions, plainName, serverOptions } from '../ha/haproxy/option';
import { actions, secondWordsOf } from '../ha/haproxy/second-words';
import type { Directive, Section } from '../ha/haproxy/section';
import { type HostFiles, placeOfWord } from './host-files';
import type { Found } from './subject';

/** A word of a line, and those that may stand there. */
interface Asked {
  index: number;
  known: Words;
  /** How a message calls it: `option httpchk`. */
  shown: string;
  /** Each build has others of its own: only what is near to one of these is told. */
  isOpen?: boolean;
}

/** The words of a section that HAProxy does not know, or not yet; of each line the first. */
export const unknownToHaproxy = (section: Section, files: HostFiles): Found[] =>
  section.directives.flatMap((directive) => {
    for (const asked of wordsOf(section.kind, directive)) {
      const found = judge(asked, section.kind, directive, files);
      if (found) return [found];
    }
    return [];
  });

function judge({ index, known, shown, isOpen }: Asked, kind: string, directive: Directive, files: HostFiles) {
  const name = plainName(directive.words[index] ?? '');
  const version = files.versions.haproxy;
  const since = known.get(name);
  const isEarly = since !== undefined && version !== undefined && compareVersions(version, since) < 0;
  if (name === '' || (known.has(name) && !isEarly)) return undefined;
  const others = index === firstIndex(directive) ? [...known.keys(), ...sectionWords] : [...known.keys()];
  const hint = known.has(name) ? '' : didYouMean(name, others);
  const home = known.has(name) ? undefined : homeOf(directive, kind, index);
  if (isOpen && hint === '' && home === undefined) return undefined;
  const found: Found = {
    severity: 'error',
    at: placeOfWord(files, directive, index),
    message: `HAProxy${isEarly ? ` ${version}` : ''} does not know ${shown} in ${kind}${home === undefined ? hint : ''}`,
    why: 'HAProxy does not start with such a configuration',
    fix: isEarly
      ? `it came with HAProxy ${since}: take it out, or take that version`
      : home === undefined
        ? 'correct the word, or take the line out'
        : `move the line into ${home}`,
  };
  return found;
}

/** "no option X", "default option X". */
const firstIndex = ({ words }: Directive) => (/^(?:no|default)$/.test(words[0] ?? '') ? 1 : 0);

/** The words of a line that are looked at, in their order; none behind one that nobody can read. */
function wordsOf(kind: string, directive: Directive): Asked[] {
  const { words } = directive;
  const at = firstIndex(directive);
  const [keyword = '', second = '', third = ''] = words.slice(at);
  const asked: Asked[] = [];
  const first = keywordsOf(kind);
  // Of global settings each build has its own.
  if (first) asked.push({ index: at, known: first, shown: keyword, isOpen: kind === 'global' });
  const few = first && kind !== 'global' ? secondWordsOf(keyword) : undefined;
  if (few && second !== '')
    asked.push({ index: at + 1, known: few, shown: `${keyword} ${plainName(second)}` });
  const action = actionIn(keyword, second);
  if (action > 0 && words[action])
    asked.push({
      index: action,
      known: actions,
      shown: [keyword, second, third]
        .slice(0, action + 1)
        .map(plainName)
        .join(' '),
      isOpen: true,
    });
  const options = optionsIn(keyword, second, kind);
  if (options) asked.push(...optionWords(directive, options));
  const unread = words.findIndex(hasVariable);
  return unread < 0 ? asked : asked.filter(({ index }) => index < unread);
}

/** Which word of a rule says what it does; 0 where the line is none. */
function actionIn(keyword: string, second: string): number {
  if (/^http-(?:request|response|after-response)$/.test(keyword)) return 1;
  return /^tcp-re(?:quest|sponse)$/.test(keyword) && /^(?:connection|session|content)$/.test(second) ? 2 : 0;
}

interface OptionsOfLine {
  start: number;
  known: KnownOptions;
}

function optionsIn(keyword: string, second: string, kind: string): OptionsOfLine | undefined {
  if (keyword === 'bind') return { start: 2, known: bindOptions };
  if (kind === 'global')
    return keyword === 'stats' && second === 'socket' ? { start: 3, known: bindOptions } : undefined;
  if (keyword === 'default-server') return { start: 1, known: serverOptions };
  // A peer needs no address.
  if (keyword === 'server' && kind !== 'peers') return { start: 3, known: serverOptions };
  return keyword === 'server-template' ? { start: 4, known: serverOptions } : undefined;
}

function optionWords({ words }: Directive, { start, known }: OptionsOfLine): Asked[] {
  const asked: Asked[] = [];
  for (let index = start; index < words.length; index += known.hasValue(words[index] ?? '') ? 2 : 1)
    asked.push({ index, known: known.words, shown: `the option ${plainName(words[index] ?? '')}` });
  return asked;
}

/** Where a line belongs that stands in a section of another kind. */
function homeOf({ words }: Directive, kind: string, index: number): string | undefined {
  const keyword = words[index] ?? '';
  if (kind === 'global') return keywordsOf('defaults')?.has(keyword) ? 'defaults, or a proxy' : undefined;
  const isOfGlobal =
    index === 0
      ? keywordsOf('global')?.has(keyword)
      : words[0] === 'stats' && /^(?:socket|timeout|maxconn)$/.test(keyword);
  return isOfGlobal ? 'global' : undefined;
}
