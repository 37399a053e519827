import { readConfiguration, type Source } from '../haproxy/section';

/** What variables that hold secrets are mostly called. */
const variables = /(?:^|_)(?:pass(?:word|wd|phrase)?|secret|token|api_?key)$/i;

/** Headers by which somebody is let in. */
const headers = /^(?:proxy-)?authorization$|^x-(?:api-key|auth-token)$/i;

/** The passwords that stand in HAProxy's files: of people, of statistics, of variables, and what lets a request in elsewhere. */
export function secretsIn(sources: readonly Source[]): string[] {
  const { sections } = readConfiguration(sources);
  return sections
    .flatMap(({ directives }) => directives)
    .flatMap(({ words }) => {
      const [first, second, third = ''] = words;
      if (first === 'stats' && second === 'auth') return [third.slice(third.indexOf(':') + 1)];
      if (/^(?:pre)?setenv$/.test(first ?? '')) return variables.test(second ?? '') ? [third] : [];
      if (/^http-(?:request|response|check)$/.test(first ?? '')) return sentIn(words);
      const at = words.findIndex((word) => word === 'password' || word === 'insecure-password');
      return first === 'user' && at > 0 ? [words[at + 1] ?? ''] : [];
    })
    .filter((one) => one !== '');
}

/** What `set-header Authorization "Basic …"` and its like say, if that is no variable. */
function sentIn(words: readonly string[]): string[] {
  const at = words.findIndex((word) => headers.test(word));
  const value = (words[at + 1] ?? '').replace(/^(?:basic|bearer) /i, '');
  const isName = /^(?:set-header|add-header|hdr)$/.test(words[at - 1] ?? '');
  return at > 0 && isName && !/[%$]/.test(value) ? [value] : [];
}

/** Passwords in files of HAProxy and keepalived, whatever the inventory knows of them. */
export function passwordsIn(texts: readonly string[]): string[] {
  const ofKeepalived = texts.flatMap((text) =>
    [...text.matchAll(/^\s*auth_pass\s+(\S+)/gm)].map(([, password = '']) => password),
  );
  return [...new Set([...texts.flatMap((text) => secretsIn([{ text }])), ...ofKeepalived])];
}
