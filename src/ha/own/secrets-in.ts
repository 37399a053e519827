import { readConfiguration, type Source } from '../haproxy/section';

/** The passwords that stand in HAProxy's files: of people, of statistics, of checks. */
export function secretsIn(sources: readonly Source[]): string[] {
  const { sections } = readConfiguration(sources);
  return sections
    .flatMap(({ directives }) => directives)
    .flatMap(({ words }) => {
      const [first, second, third = ''] = words;
      if (first === 'stats' && second === 'auth') return [third.slice(third.indexOf(':') + 1)];
      const at = words.findIndex((word) => word === 'password' || word === 'insecure-password');
      return first === 'user' && at > 0 ? [words[at + 1] ?? ''] : [];
    })
    .filter((one) => one !== '');
}
