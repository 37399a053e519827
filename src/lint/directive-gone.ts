import { bindOptions, optionsOf } from '../ha/haproxy/option';
import type { Directive, Section } from '../ha/haproxy/section';
import { type HostFiles, placeIn, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** What HAProxy knew once, and refuses now: a configuration that goes to a newer EL does not start with it. */
export const directiveGone: Rule = {
  name: 'directive-gone',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      files.haproxy.sections.flatMap((section) => [
        ...ofSection(section, files),
        ...section.directives.flatMap((directive) => inLine(directive, files)),
      ]),
    ),
};

interface Gone {
  /** The version that refuses it first. */
  since: string;
  instead: string;
}

const by = (since: string, instead: string) => ({ since, instead });
const rules = (names: string, instead: string) =>
  Object.fromEntries(names.split(' ').map((name) => [name, by('2.1', instead)]));

/** By a line's first word, or its first two; from the "is not supported anymore" of HAProxy's source. */
const gone: Record<string, Gone> = {
  appsession: by('1.6', 'a cookie, or "stick on"'),
  block: by('2.1', '"http-request deny"'),
  'bind-process': by('2.7', 'nothing: threads serve all'),
  clitimeout: by('2.1', '"timeout client"'),
  contimeout: by('2.1', '"timeout connect"'),
  grace: by('2.5', 'nothing, or grace in the global section'),
  'mode health': by('2.3', '"http-request return status 200"'),
  'monitor-net': by('2.3', '"http-request return status 200 if { src NETWORK }"'),
  nbproc: by('2.5', 'nothing: threads are used by themselves'),
  'option forceclose': by('2.5', '"option httpclose"'),
  'option http-tunnel': by('2.5', 'nothing'),
  'option http_proxy': by('2.5', '"http-request set-dst" and "http-request set-uri"'),
  redisp: by('2.1', '"option redispatch"'),
  redispatch: by('2.1', '"option redispatch"'),
  srvtimeout: by('2.1', '"timeout server"'),
  'tune.chksize': by('2.5', 'tune.bufsize'),
  ...rules('reqadd', '"http-request add-header"'),
  ...rules('reqallow reqiallow', '"http-request allow"'),
  ...rules('reqdel reqidel', '"http-request del-header"'),
  ...rules('reqdeny reqideny', '"http-request deny"'),
  ...rules('reqpass reqipass', 'nothing'),
  ...rules('cliexp reqrep reqirep', '"http-request replace-header", replace-path or replace-uri'),
  ...rules('reqtarpit reqitarpit', '"http-request tarpit"'),
  ...rules('rspadd', '"http-response add-header"'),
  ...rules('rspdel rspidel', '"http-response del-header"'),
  ...rules('rspdeny rspideny', '"http-response deny"'),
  ...rules('srvexp rsprep rspirep', '"http-response replace-header"'),
};

function inLine(directive: Directive, files: HostFiles): Found[] {
  const { words } = directive;
  // "no option X", "default option X".
  const from = words[0] === 'no' || words[0] === 'default' ? 1 : 0;
  const name = [words.slice(from, from + 1), words.slice(from, from + 2)]
    .map((some) => some.join(' '))
    .find((one) => Object.hasOwn(gone, one));
  const found = name === undefined ? undefined : gone[name];
  const options = words[0] === 'bind' ? optionsOf(directive, 2, bindOptions) : [];
  return [
    ...(found && name !== undefined ? [finding(name, found, placeOfWord(files, directive, from))] : []),
    ...options
      .filter((option) => option.name === 'process')
      .map(({ column }) => finding('process', by('2.7', 'thread'), placeIn(files, { ...directive, column }))),
  ];
}

const ofSection = (section: Section, files: HostFiles): Found[] =>
  section.kind === 'program'
    ? [finding('program', by('3.3', 'a unit of its own'), placeIn(files, section))]
    : [];

const finding = (name: string, { since, instead }: Gone, at: Found['at']): Found => ({
  severity: 'error',
  at,
  message: `HAProxy does not know ${name} any more`,
  why: 'HAProxy does not start with such a configuration',
  fix: `take ${instead} instead`,
  only: { program: 'haproxy', since },
});
