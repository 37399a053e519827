import { didYouMean } from '../document/suggest';
import { hasVariable } from '../ha/haproxy/environment';
import type { Directive, Section } from '../ha/haproxy/section';
import { type HostFiles, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** A condition that names an ACL which its section has not, or has further below. */
export const aclNotThere: Rule = {
  name: 'acl-not-there',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => files.haproxy.sections.flatMap((section) => inSection(section, files))),
};

/** What HAProxy brings, in some version from 1.5 to 3.4. */
const brought = new Set([
  ...[
    'FALSE',
    'HTTP',
    'HTTP_1.0',
    'HTTP_1.1',
    'HTTP_2.0',
    'HTTP_3.0',
    'HTTP_CONTENT',
    'HTTP_URL_ABS',
    'LOCALHOST',
  ],
  ...[
    'HTTP_URL_SLASH',
    'HTTP_URL_STAR',
    'METH_CONNECT',
    'METH_DELETE',
    'METH_GET',
    'METH_HEAD',
    'METH_OPTIONS',
  ],
  ...['METH_POST', 'METH_PUT', 'METH_TRACE', 'RDP_COOKIE', 'REQ_CONTENT', 'TRUE', 'WAIT_END'],
]);

/** Rules that end with a condition. */
const conditional =
  /^(?:http-(?:request|response|after-response)|tcp-(?:request|response)|use_backend|use-server|redirect|block|force-persist|ignore-persist|stick|monitor|stats)$/;

function inSection(section: Section, files: HostFiles): Found[] {
  if (!/^(?:listen|frontend|backend)$/.test(section.kind)) return [];
  const known = new Set(brought);
  return section.directives.flatMap((directive): Found[] => {
    const [keyword = '', name = ''] = directive.words;
    if (keyword === 'acl') known.add(name);
    if (keyword === 'acl' || !conditional.test(keyword)) return [];
    return namedIn(directive)
      .filter(({ acl }) => !known.has(acl))
      .slice(0, 1)
      .map(({ acl, index }): Found => {
        const isBelow = section.directives.some(({ words }) => words[0] === 'acl' && words[1] === acl);
        return {
          severity: 'error',
          at: placeOfWord(files, directive, index),
          message: `${section.kind} ${section.name} has no acl ${acl}${
            isBelow
              ? ' above this line'
              : didYouMean(
                  acl,
                  [...known].filter((one) => !brought.has(one)),
                )
          }`,
          why: 'HAProxy does not start with such a configuration',
          fix: isBelow
            ? 'move the acl above the first line that names it'
            : 'correct the name, or add the acl to this section',
        };
      });
  });
}

/** The ACLs by name behind `if` or `unless`; none where somebody else’s words may be among them. */
function namedIn({ words }: Directive): { acl: string; index: number }[] {
  if (words.some(hasVariable)) return [];
  const from = words.findLastIndex((word) => word === 'if' || word === 'unless');
  if (from < 1) return [];
  let isAnonymous = false;
  return words.flatMap((word, index) => {
    if (index <= from) return [];
    if (/^!*\{$|^\}$/.test(word)) isAnonymous = word !== '}';
    const acl = word.replace(/^!+/, '');
    return isAnonymous || !/^[\w.:-]+$/.test(acl) || /^(?:or)$/i.test(acl) ? [] : [{ acl, index }];
  });
}
