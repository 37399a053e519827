import { bindValues, type Option, optionsOf, serverValues } from './option';
import type { Directive, Section } from './section';

/** A file or folder that a configuration names. */
export interface NamedFile {
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
export const namedFilesOf = (sections: readonly Section[]): NamedFile[] =>
  sections.flatMap((section) =>
    [section, ...section.directives].flatMap((directive) =>
      inDirective(section, directive)
        // Certificates of a crt-store and maps in memory are no files.
        .filter(({ path }) => path !== '' && !/^(?:virt)?@/.test(path))
        .map(({ path, ...found }) => ({
          section,
          directive,
          ...found,
          path: withBase(found.what, path.replace(/^(?:opt|file)@/, ''), section, sections),
        })),
    ),
  );

/** The base is said in the crt-store, or in global. */
function withBase(what: string, path: string, own: Section, sections: readonly Section[]): string {
  const keyword = bases[what];
  if (keyword === undefined || path.startsWith('/')) return path;
  const places = own.kind === 'crt-store' ? [own] : sections.filter(({ kind }) => kind === 'global');
  const said = places.flatMap(({ directives }) => directives).findLast(({ words }) => words[0] === keyword);
  const base = said?.words[1];
  return base === undefined ? path : `${base.replace(/\/$/, '')}/${path}`;
}

function inDirective({ kind }: Section, directive: Directive): Found[] {
  const { words, columns } = directive;
  const [first = '', next = ''] = words;
  const at = (index: number, what: string): Found[] =>
    words[index] === undefined ? [] : [{ what, path: words[index], column: columns[index] ?? 1 }];
  const isServer = /^(?:server|server-template|default-server)$/.test(first);
  if (first === 'bind' || isServer)
    return ofLine(optionsOf(directive, 1, isServer ? serverValues : bindValues));
  if (kind === 'crt-store' && first === 'load') return ofLine(optionsOf(directive, 1, ofStore), ofStore);
  if (second.test(first)) return at(1, first);
  if (first === 'errorfile') return at(2, first);
  if (first === 'external-check' && next === 'command') return at(2, 'external-check');
  if (first === 'filter' && next === 'spoe' && words.includes('config'))
    return at(words.indexOf('config') + 1, 'spoe');
  const isAnswer = /^http-(?:request|response|error)$/.test(first);
  return words.flatMap((word, index): Found[] => [
    ...(isAnswer && ofAnswers.test(words[index - 1] ?? '') ? at(index, words[index - 1] ?? '') : []),
    ...(words[index - 1] === '-f' && isTest(words, index) ? at(index, 'acl') : []),
    ...[...word.matchAll(within)].map(([, what = '', path = '']) => ({
      what: what.endsWith('acl') ? 'acl' : 'map',
      path,
      column: columns[index] ?? 1,
    })),
  ]);
}

const ofLine = (options: readonly Option[], kinds = ofOptions): Found[] =>
  options.flatMap(({ name, value, column }) =>
    value !== undefined && kinds.test(name) ? [{ what: name, path: value, column }] : [],
  );

/** In an `acl`, or between braces. */
const isTest = (words: readonly string[], index: number) =>
  words[0] === 'acl' || words.lastIndexOf('{', index) > words.lastIndexOf('}', index);
