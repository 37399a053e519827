import { serversOf } from '../ha/haproxy/server';
import { type HostFiles, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** A server with a check, and no port that could be asked. */
export const checkWithoutPort: Rule = {
  name: 'check-without-port',
  checkFiles: (hosts) => hosts.flatMap(inFiles),
};

function inFiles(files: HostFiles): Found[] {
  return files.haproxy.sections.flatMap((section) => {
    // A dialogue may name the port that it connects to.
    if (section.directives.some(({ words }) => /^(?:tcp|http)-check$/.test(words[0] ?? ''))) return [];
    return serversOf(section)
      .filter(({ endpoint, options }) => isBare.test(endpoint) && options.has('check') && !byOthers(options))
      .map(
        ({ name, directive }): Found => ({
          severity: 'error',
          at: placeOfWord(files, directive, directive.words[0] === 'server-template' ? 3 : 2),
          message: `the server ${name} of ${section.name} has a check and no port`,
          why: 'HAProxy does not start with such a configuration: without a port it takes that of the client, which a check has not',
          fix: 'write ADDRESS:PORT, or a port for the check ("port 8080")',
          // Before, the check took the port of the section's first bind.
          ...(section.kind === 'listen' ? { only: { program: 'haproxy', since: '1.7' } } : {}),
        }),
      );
  });
}

/** An IPv4 address or a name, and nothing behind it. */
const isBare = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

const byOthers = (options: ReadonlyMap<string, unknown>) =>
  ['port', 'track', 'addr', 'agent-check', 'healthcheck'].some((name) => options.has(name));
