import { checkedAt, checkOf } from './haproxy/check';
import { directives, readSections, type Section } from './haproxy/section';
import { serversOf } from './haproxy/server';
import { statsSocketsOf } from './haproxy/stats-socket';

/** What haprov writes while HAProxy reloads, and `shell/run/server-states.sh` alone knows what is in it. */
const stateFile = '/var/lib/haproxy/haprov-servers';

/**
 * What a reload means for backends that have the same servers and tell by their checks which of them serve, as of a primary
 * and its replicas: HAProxy counts each server as up until its first check, or until it is told. One sentence for all of
 * them, or none; none where HAProxy reads it from haprov's file.
 */
export function toldApartByChecks(text: string): string[] {
  const sections = readSections(text);
  const namesFile = sections.some(
    (section) => directives(section, 'server-state-file').at(-1)?.words[1] === stateFile,
  );
  const readsFile = (section: Section) =>
    namesFile && directives(section, 'load-server-state-from-file').at(-1)?.words[1] === 'global';
  const asked = sections.flatMap((section) => {
    if (readsFile(section)) return [];
    const question = questionOf(section);
    return serversOf(section)
      .filter((server) => checkedAt(server) !== undefined)
      .map(({ endpoint }) => ({ backend: section.name, endpoint, question }));
  });
  const apart = asked.filter((one) =>
    asked.some(({ endpoint, question }) => endpoint === one.endpoint && question !== one.question),
  );
  if (apart.length === 0) return [];
  const backends = [...new Set(apart.map(({ backend }) => backend))].join(', ');
  const until = statsSocketsOf(sections).some(({ level }) => level === 'admin')
    ? 'haprov has told it at its socket, some hundredths of a second (HAProxy before 1.6: until its first check)'
    : 'its first check';
  return [
    `only their checks tell which servers of ${backends} serve: after the reload HAProxy counts each of them as up until ${until}, so that clients may reach the wrong one for so long`,
  ];
}

/** What a backend's check asks and wants to hear, to be compared. */
function questionOf(section: Section): string {
  const { kind, directive, rules } = checkOf(section);
  return JSON.stringify([kind, directive?.words, rules.map(({ words }) => words)]);
}
