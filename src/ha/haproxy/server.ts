import { type Option, type Options, optionsOf, serverOptions } from './option';
import type { Directive, Section } from './section';
import { type Address, addressOf } from './socket';

/** A server of a backend, or a number of them by a template. */
export interface Server {
  section: Section;
  directive: Directive;
  /** Of a template, what the names begin with. */
  name: string;
  /** As it is written. */
  endpoint: string;
  address: Address;
  /** The numbers that a template makes names with. */
  template?: { from: number; to: number };
  /** Its own, and what `default-server` lines before it say. What a `no-…` takes back is not among them. */
  options: Options;
}

/** The servers of a listen or backend, with what they have from `default-server`, its `defaults`' too. */
export function serversOf(section: Section): Server[] {
  const common = defaultsOf(section.defaults);
  return section.directives.flatMap((directive): Server[] => {
    const [keyword, name = '', second = '', third = ''] = directive.words;
    if (keyword === 'default-server') take(common, optionsOf(directive, 1, serverOptions));
    if (keyword !== 'server' && keyword !== 'server-template') return [];
    const isTemplate = keyword === 'server-template';
    const [, from = '1', to] = /^(?:(\d+)-)?(\d+)$/.exec(isTemplate ? second : '') ?? [];
    const endpoint = isTemplate ? third : second;
    const own = optionsOf(directive, isTemplate ? 4 : 3, serverOptions);
    return [
      {
        section,
        directive,
        name,
        endpoint,
        address: addressOf(endpoint),
        ...(to === undefined ? {} : { template: { from: Number(from), to: Number(to) } }),
        options: take(new Map(common), own),
      },
    ];
  });
}

/** `default-server` of a chain of defaults, the oldest first. */
function defaultsOf(section: Section | undefined): Map<string, Option> {
  const chain: Section[] = [];
  for (let one = section; one; one = one.defaults) chain.unshift(one);
  const options = new Map<string, Option>();
  for (const directive of chain.flatMap(({ directives }) => directives))
    if (directive.words[0] === 'default-server') take(options, optionsOf(directive, 1, serverOptions));
  return options;
}

/** Adds options to those before them; some take another one back: `no-check`, and `enabled`, `disabled`. */
function take(options: Map<string, Option>, more: readonly Option[]): Map<string, Option> {
  for (const option of more) {
    const { name } = option;
    const undone = name.startsWith('no-')
      ? name.slice(3)
      : { enabled: 'disabled', disabled: 'enabled' }[name];
    options.delete(undone ?? `no-${name}`);
    options.set(name, option);
  }
  return options;
}
