import { bindOptions, type Option, optionsOf, serverOptions } from './option';
import type { Directive, Section } from './section';

/** A file or folder that a configuration names. */
interface NamedFile {
  section: Section;
  directive: Directive;
  /** HAProxy's word for what it is: crt, crt-list, ca-file, errorfile, map, acl, lua-load, … */
  what: string;
  /** With `crt-base` and its like before it where it is relative, and else as it is written. */
  path: string;
  /** 1-based, of the word that it stands in. */
  column: number;
}

type Found = Pick<NamedFile, 'what' | 'path' | 'column'>;

const ofOptions =
  /^(?:crt|default-crt|crt-list|ca-file|ca-verify-file|ca-sign-file|crl-file|tls-ticket-keys|ech)$/;
/** Whose second word is a file or folder. */
const second =
  /^(?:lua-load|lua-load-per-thread|ca-base|crt-base|key-base|ssl-dh-param-file|server-state-base|server-state-file|stats-file|issuers-chain-path|ssl-provider-path|h1-case-adjust-file|51degrees-data-file|deviceatlas-json-file|wurfl-data-file|wurfl-patch-file|httpclient\.ssl\.ca-file|backing-file|chroot|pidfile|account-key|eab-key-id|eab-mac-key)$/;
/** Behind which a file is named, in rules that answer by themselves. */
const ofAnswers = /^(?:errorfile|file|lf-file)$/;
/** Of one crt-store certificate. */
const ofStore = /^(?:crt|key|ocsp|issuer|sctl)$/;
const within = /\b(map(?:_[a-z0-9]+)*|(?:set|add|del)-map|(?:add|del)-acl)\(([^,()\s"']+)/g;

const bases: Record<string, string> = {
  crt: 'crt-base',
  'default-crt': 'crt-base',
  key: 'key-base',
  'ca-file': 'ca-base',
  'ca-verify-file': 'ca-base',
  'crl-file': 'ca-base',
};

/** The files that the sections of a configuration name, in the order of their lines. */
export function namedFilesOf(sections: readonly Section[]): NamedFile[] {
  const common = basesIn(sections.filter(({ kind }) => kind === 'global'));
  return sections.flatMap((section) => {
    // What a crt-store says goes before what global says.
    const own = section.kind === 'crt-store' ? new Map([...common, ...basesIn([section])]) : common;
    return [section, ...section.directives].flatMap((directive) =>
      inDirective(section, directive)
        // Certificates of a crt-store and maps in memory are no files.
        .filter(({ path }) => path !== '' && !/^(?:virt)?@/.test(path))
        .map(({ what, column, path }) => ({
          section,
          directive,
          what,
          column,
          path: withBase(path.replace(/^(?:opt|file)@/, ''), own.get(bases[what] ?? '')),
        })),
    );
  });
}

/** The `…-base` folders that sections say. */
const basesIn = (sections: readonly Section[]): Map<string, string> =>
  new Map(
    sections
      .flatMap(({ directives }) => directives)
      .map(({ words: [keyword = '', folder = ''] }) => [keyword, folder] as const)
      .filter(([keyword]) => keyword.endsWith('-base')),
  );

const withBase = (path: string, base: string | undefined) =>
  base === undefined || path.startsWith('/') ? path : `${base.replace(/\/$/, '')}/${path}`;

function inDirective({ kind }: Section, directive: Directive): Found[] {
  const { words, columns } = directive;
  const [first = '', next = ''] = words;
  const at = (index: number, what: string): Found[] =>
    words[index] === undefined ? [] : [{ what, path: words[index], column: columns[index] ?? 1 }];
  const isServer = /^(?:server|server-template|default-server)$/.test(first);
  if (first === 'bind' || isServer)
    return ofLine(optionsOf(directive, 1, isServer ? serverOptions : bindOptions));
  if (kind === 'crt-store' && first === 'load')
    return ofLine(optionsOf(directive, 1, { hasValue: (name) => ofStore.test(name) }), ofStore);
  if (second.test(first)) return at(1, first);
  if (first === 'errorfile') return at(2, first);
  if (first === 'external-check' && next === 'command') return at(2, 'external-check');
  if (first === 'filter' && next === 'spoe' && words.includes('config'))
    return at(words.indexOf('config') + 1, 'spoe');
  const isAnswer = /^http-(?:request|response|error)$/.test(first);
  // In an `acl`, or between braces, "-f" is a file of patterns.
  let isTest = first === 'acl';
  return words.flatMap((word, index): Found[] => {
    const before = words[index - 1] ?? '';
    if (word === '{' || word === '}') isTest = word === '{';
    return [
      ...(isAnswer && ofAnswers.test(before) ? at(index, before) : []),
      ...(isTest && before === '-f' ? at(index, 'acl') : []),
      ...[...word.matchAll(within)].map(([, what = '', path = '']) => ({
        what: what.endsWith('acl') ? 'acl' : 'map',
        path,
        column: columns[index] ?? 1,
      })),
    ];
  });
}

const ofLine = (options: readonly Option[], kinds = ofOptions): Found[] =>
  options.flatMap(({ name, value, column }) =>
    value !== undefined && kinds.test(name) ? [{ what: name, path: value, column }] : [],
  );
