import { routesOf } from '../ha/haproxy/route';
import { directives, type Section } from '../ha/haproxy/section';
import { type HostFiles, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** A frontend in mode http that sends requests to a backend in mode tcp. */
export const modeDiffers: Rule = {
  name: 'mode-differs',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => files.haproxy.sections.flatMap((section) => inSection(section, files))),
};

const modeOf = (section: Section) => directives(section, 'mode').at(-1)?.words[1] ?? 'tcp';

function inSection(section: Section, files: HostFiles): Found[] {
  if (!/^(?:listen|frontend)$/.test(section.kind) || modeOf(section) !== 'http') return [];
  return routesOf(section, files.haproxy.sections)
    .filter(({ target }) => target && modeOf(target) === 'tcp')
    .map(
      ({ directive, name }): Found => ({
        severity: 'error',
        at: placeOfWord(files, directive, 1),
        message: `${section.kind} ${section.name} is in mode http, and ${name} in mode tcp`,
        why: 'HAProxy does not start with such a configuration',
        fix: 'say the same mode in both; where neither says one, HAProxy takes tcp',
      }),
    );
}
