import { placeOfWord } from './host-files';
import type { Rule } from './subject';

/** `listen NAME ADDRESS:PORT`: HAProxy took addresses there until 1.5. */
export const addressInHeading: Rule = {
  name: 'address-in-heading',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      files.haproxy.sections
        .filter(({ kind, words }) => /^(?:listen|frontend)$/.test(kind) && words[2] !== undefined)
        .filter(({ words }) => words[2] !== 'from')
        .map((section) => ({
          severity: 'error',
          at: placeOfWord(files, section, 2),
          message: `${section.kind} ${section.name} has its address in the heading`,
          why: 'HAProxy takes it for an error since 1.6, and the lines below it as well: it does not start',
          fix: `write "bind ${section.words.slice(2).join(' ')}" as a line of the section`,
          only: { program: 'haproxy', since: '1.6' },
        })),
    ),
};
