import { routesOf } from './haproxy/route';
import type { Section } from './haproxy/section';

/**
 * What a front sent to a backend by name, path and the like, and will send there no more, a sentence each: `sends
 * path_beg /api to files instead of api`.
 */
export function routedNoMore(then: Section, now: Section): string[] {
  const after = routesBy(now);
  return [...routesBy(then)].flatMap(([condition, target]) => {
    const other = after.get(condition);
    if (other === target) return [];
    return other === undefined
      ? [`sends ${condition} to ${target} no more`]
      : [`sends ${condition} to ${other} instead of ${target}`];
  });
}

/** Who gets what, by conditions in full: `hdr(host) -i a.example and path_beg /api`. */
function routesBy(section: Section): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, condition } of routesOf(section, []))
    if (name !== undefined && condition !== undefined) {
      const text = inFull(condition.split(' '), section);
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
