import { bindOptions, byName, type Options, optionsOf } from './option';
import type { Directive, Section } from './section';
import { type Address, addressOf } from './socket';

/** Where HAProxy's runtime can be asked. */
interface StatsSocket {
  directive: Directive;
  address: Address;
  /** What a caller may do: only `admin` may change servers. */
  level: 'user' | 'operator' | 'admin';
  /** `mode`, `user`, `group`, `expose-fd` and others. */
  options: Options;
}

const levels = ['user', 'operator', 'admin'] as const;

/** The stats sockets of a configuration. */
export const statsSocketsOf = (sections: readonly Section[]): StatsSocket[] =>
  sections
    .filter(({ kind }) => kind === 'global')
    .flatMap((section) => section.directives)
    .filter(({ words }) => words[0] === 'stats' && words[1] === 'socket')
    .map((directive) => {
      const options = byName(optionsOf(directive, 3, bindOptions));
      return {
        directive,
        address: addressOf(directive.words[2] ?? ''),
        level: levels.find((one) => one === options.get('level')?.value) ?? 'operator',
        options,
      };
    });
