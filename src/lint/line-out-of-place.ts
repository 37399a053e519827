import { keywordsOf } from '../ha/haproxy/keywords';
import type { Directive, Section } from '../ha/haproxy/section';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';

/** A line that HAProxy knows, in a section of which it makes nothing by it, or where it refuses it. */
export const lineOutOfPlace: Rule = {
  name: 'line-out-of-place',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      files.haproxy.sections.flatMap((section) =>
        ownLines(section).flatMap((directive) => judge(section, directive, files)),
      ),
    ),
};

/** Behind a word that nobody knows, such as a misspelt heading, the lines may be another section's. */
function ownLines({ kind, directives }: Section): Directive[] {
  const known = keywordsOf(kind);
  const torn = directives.findIndex(
    ({ words: [first = ''] }) => known && !known.has(first) && !/^(?:no|default)$/.test(first),
  );
  return torn < 0 ? directives : directives.slice(0, torn);
}

const ofFronts =
  /^(?:bind|use_backend|default_backend|capture|monitor-uri|maxconn|timeout client|tcp-request (?:connection|session))$/;
const ofBackends =
  /^(?:server|server-template|default-server|balance|cookie|dispatch|fullconn|retries|timeout (?:server|connect|queue|check)|http-check|tcp-check|stick|hash-type|option (?:httpchk|tcp-check|[a-z]+-check|smtpchk|ssl-hello-chk|redispatch|allbackups|prefer-last-server))$/;
const refused = /^(?:server|server-template|default-server|tcp-request \w+)$/;
/** Without which nobody comes, or nobody answers. */
const vital = /^(?:bind|use_backend|default_backend)$/;
const inProxiesOnly = /^(?:bind|server|server-template|use_backend)$/;

function judge({ kind, name }: Section, directive: Directive, files: HostFiles): Found[] {
  const [first = '', second = ''] = directive.words[0] === 'no' ? directive.words.slice(1) : directive.words;
  const keyword = [first, `${first} ${second}`].find((one) => ofFronts.test(one) || ofBackends.test(one));
  if (keyword === undefined) return [];
  const about = { at: placeIn(files, directive) };
  if (kind === 'defaults' && inProxiesOnly.test(keyword))
    return [
      {
        ...about,
        severity: 'error',
        message: `${keyword} stands in defaults, which has none`,
        why: 'HAProxy does not start with such a configuration',
        fix: `move the line into the ${ofFronts.test(keyword) ? 'frontend' : 'backend'} or listen that it is for`,
      },
    ];
  const isStray =
    (kind === 'backend' && ofFronts.test(keyword)) || (kind === 'frontend' && ofBackends.test(keyword));
  if (!isStray) return [];
  const home = kind === 'backend' ? 'a frontend' : 'a backend';
  const isRefused = refused.test(keyword);
  return [
    {
      ...about,
      severity: isRefused || vital.test(keyword) ? 'error' : 'warning',
      message: `${keyword} in ${kind} ${name} does nothing`,
      why: isRefused
        ? 'HAProxy does not start with it; before 2.4 it left some such lines out, with a warning'
        : 'HAProxy leaves the line out, with a warning',
      fix: `move the line into ${home}, or write listen for ${kind}`,
    },
  ];
}
