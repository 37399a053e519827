import { hasVariable } from './environment';
import { type Directive, directives, type Section } from './section';

/** A line that names the backend of a request. */
export interface Route {
  directive: Directive;
  isDefault: boolean;
  /** Where it is a name, and not made of the request. */
  name?: string;
  /** The listen or backend of that name; undefined is one that is not there. */
  target?: Section;
  /** `if { path_beg /api }`; none where it always holds. */
  condition?: string;
}

/** Where a frontend or listen sends requests, in the order that HAProxy asks. */
export function routesOf(section: Section, sections: readonly Section[]): Route[] {
  const used = section.directives.filter(({ words }) => words[0] === 'use_backend');
  const otherwise = directives(section, 'default_backend').slice(-1);
  return [...used, ...otherwise].map((directive): Route => {
    const [keyword, name = '', ...condition] = directive.words;
    const target = sections.find(
      (one) => (one.kind === 'backend' || one.kind === 'listen') && one.name === name,
    );
    return {
      directive,
      isDefault: keyword === 'default_backend',
      ...(name.includes('%') || hasVariable(name) ? {} : { name }),
      ...(target ? { target } : {}),
      ...(condition.length > 0 ? { condition: condition.join(' ') } : {}),
    };
  });
}
