import type { Directive, Section } from './section';

/** A user of a userlist. Holds a secret. */
export interface User {
  directive: Directive;
  name: string;
  /** As crypt makes it, or as it is. */
  password?: { text: string; isPlain: boolean };
  /** Also those that name the user themselves. */
  groups: string[];
}

/** The users of a `userlist`. */
export function usersOf({ directives }: Section): User[] {
  const groups = directives.filter(({ words }) => words[0] === 'group');
  return directives
    .filter(({ words }) => words[0] === 'user')
    .map((directive): User => {
      const { words } = directive;
      const name = words[1] ?? '';
      const after = (keyword: string) =>
        words.includes(keyword, 2) ? words[words.indexOf(keyword, 2) + 1] : undefined;
      const plain = after('insecure-password');
      const text = plain ?? after('password');
      const naming = groups.filter(({ words }) => words[2] === 'users' && listOf(words[3]).includes(name));
      return {
        directive,
        name,
        ...(text === undefined ? {} : { password: { text, isPlain: plain !== undefined } }),
        groups: [...new Set([...listOf(after('groups')), ...naming.map(({ words }) => words[1] ?? '')])],
      };
    });
}

const listOf = (text: string | undefined): string[] => text?.split(',').filter((one) => one !== '') ?? [];
