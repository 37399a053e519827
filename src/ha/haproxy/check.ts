import { type Directive, directives, type Section } from './section';
import type { Server } from './server';

/** How a backend finds out whether its servers are well. */
export interface Check {
  /** `connect` is a TCP connection and nothing more; others are called as HAProxy's options, `httpchk`, `mysql-check`, …  */
  kind: string;
  /** The `option` line; none for `connect`. */
  directive?: Directive;
  /** Of httpchk, where they are said there or by `http-check send`. */
  method?: string;
  uri?: string;
  /** The lines of `http-check` or `tcp-check`, in their order. */
  rules: Directive[];
}

const kinds =
  /^(?:httpchk|tcp-check|ssl-hello-chk|smtpchk|mysql-check|pgsql-check|redis-check|ldap-check|spop-check|external-check)$/;

/** The check of a listen or backend; the last of several holds. */
export function checkOf(section: Section): Check {
  const option = lastOption(section);
  if (!option) return { kind: 'connect', rules: [] };
  const [, kind = '', ...args] = option.words;
  const rules = directives(section, kind === 'httpchk' ? 'http-check' : 'tcp-check');
  if (kind !== 'httpchk') return { kind, directive: option, rules: kind === 'tcp-check' ? rules : [] };
  const said = { method: args.length > 1 ? args[0] : undefined, uri: args.length > 1 ? args[1] : args[0] };
  const send = rules.findLast(({ words }) => words[1] === 'send')?.words ?? [];
  const after = (word: string) => (send.includes(word) ? send[send.indexOf(word) + 1] : undefined);
  const [method, uri] = [after('meth') ?? said.method, after('uri') ?? said.uri];
  return {
    kind,
    directive: option,
    rules,
    ...(method === undefined ? {} : { method }),
    ...(uri === undefined ? {} : { uri }),
  };
}

/** `option` and `no option` of a check, in the section or else in its defaults. */
function lastOption(section: Section): Directive | undefined {
  for (let one: Section | undefined = section; one; one = one.defaults) {
    const last = one.directives.findLast(
      ({ words: [first, second, third] }) =>
        (first === 'option' && kinds.test(second ?? '')) ||
        ((first === 'no' || first === 'default') && second === 'option' && kinds.test(third ?? '')),
    );
    if (last) return last.words[0] === 'option' ? last : undefined;
  }
  return undefined;
}

/** Whether HAProxy checks a server at all, and what it asks if that is not the server's own address. */
export function checkedAt({
  options,
}: Server): { port?: string; address?: string; isTls: boolean } | undefined {
  if (!options.has('check')) return undefined;
  const port = options.get('port')?.value;
  const address = options.get('addr')?.value;
  // A check elsewhere is not asked as the server is.
  const isElsewhere = port !== undefined || address !== undefined;
  return {
    ...(port === undefined ? {} : { port }),
    ...(address === undefined ? {} : { address }),
    isTls: options.has('check-ssl') || (options.has('ssl') && !isElsewhere && !options.has('no-check-ssl')),
  };
}
