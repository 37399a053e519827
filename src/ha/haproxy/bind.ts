import { bindOptions, byName, type Option, type Options, optionsOf } from './option';
import type { Directive, Section } from './section';
import { type Address, addressesOf, type Socket, socketsOf } from './socket';

/** A line by which a section listens. */
export interface Bind {
  section: Section;
  directive: Directive;
  addresses: Address[];
  /** Those of the addresses that are TCP ports. */
  sockets: Socket[];
  options: Options;
  /** All options in their order: a certificate may be named more than once. */
  all: Option[];
}

/** What a section listens on; also by the address in the very heading, which 1.5 was the last to take. */
export function bindsOf(section: Section): Bind[] {
  const [, , address] = section.words;
  const isOld =
    (section.kind === 'listen' || section.kind === 'frontend') && address !== undefined && address !== 'from';
  return [
    ...(isOld ? [toBind(section, section, 2)] : []),
    ...section.directives.filter(({ words }) => words[0] === 'bind').map((one) => toBind(section, one, 1)),
  ];
}

/** @param at the word that has the addresses */
function toBind(section: Section, directive: Directive, at: number): Bind {
  const addresses = addressesOf(directive.words[at] ?? '');
  const all = optionsOf(directive, at + 1, bindOptions);
  const options = byName(all);
  const sockets = socketsOf(addresses, options.has('v6only'));
  return { section, directive, addresses, sockets, options, all };
}
