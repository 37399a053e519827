import { routesOf } from './haproxy/route';
import type { Section } from './haproxy/section';
import { serversOf } from './haproxy/server';
import { altered, gone, type Loss } from './loss';

/**
 * What a front sent to a backend by name, path and the like, and will send there no more: `sends path_beg /api to files
 * instead of api`.
 */
export function routedNoMore(then: Section, front: Section): Loss[] {
  const [before, after] = [routesBy(then), routesBy(front)];
  return [...before].flatMap(([condition, target]) => {
    const other = after.get(condition);
    if (other === target || (other === undefined && after.get(rest) === target)) return [];
    if (other !== undefined) return [altered(`sends ${condition} to ${other} instead of ${target}`)];
    if (condition === rest && serversOf(front).length > 0) return [];
    const by = [...after].filter(([text, to]) => to === target && !before.has(text)).map(([text]) => text);
    if (by.length === 0) return [gone(`sends ${condition} to ${target} no more`)];
    const now = by.join('; ');
    return [
      isLess(by, condition)
        ? gone(`sends only ${now} to ${target}, and ${condition} no more`)
        : altered(`sends ${now} to ${target} instead of ${condition}`),
    ];
  });
}

/** Whether conditions say nothing but what another one did, and not all of it; a shorter chain of `and` says more. */
function isLess(by: readonly string[], condition: string): boolean {
  const words = (text: string) => text.split(/[\s()]+/).filter((word) => word !== '' && word !== 'or');
  const ands = (text: string) => words(text).filter((word) => word === 'and').length;
  const had = new Set(words(condition));
  return by.every((text) => ands(text) >= ands(condition) && words(text).every((word) => had.has(word)));
}

/** What no condition is about. */
const rest = 'all else';

/** Who gets what, by conditions in full: `hdr(host) -i a.example and path_beg /api`. */
function routesBy(section: Section): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, condition } of routesOf(section, []))
    if (name !== undefined) {
      const text = condition === undefined ? rest : inFull(condition.split(' '), section);
      if (!found.has(text)) found.set(text, name);
    }
  return found;
}

/** The names of a condition as what they stand for: nobody else knows them. */
function inFull([verb, ...words]: readonly string[], section: Section): string {
  const terms: string[] = [];
  let inline: string[] | undefined;
  for (const word of words) {
    if (inline && word === '}') {
      terms.push(inline.join(' '));
      inline = undefined;
    } else if (inline) inline.push(word);
    else if (word === '{') inline = [];
    else if (word === 'or' || word === '||') terms.push('or');
    else terms.push(meaningOf(word, section));
  }
  const text = terms.join(' and ').replaceAll(' and or and ', ' or ');
  return verb === 'unless' ? `all but ${text}` : text;
}

function meaningOf(word: string, { directives }: Section): string {
  const name = word.replace(/^!/, '');
  const meant = directives
    .filter(({ words }) => words[0] === 'acl' && words[1] === name)
    .map(({ words }) => words.slice(2).join(' '));
  const text = meant.length > 1 ? `(${meant.join(' or ')})` : (meant[0] ?? name);
  return word.startsWith('!') ? `not ${text}` : text;
}
