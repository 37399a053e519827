import { checkedAt, checkOf } from './haproxy/check';
import { readSections, type Section } from './haproxy/section';
import { serversOf } from './haproxy/server';

/**
 * What a reload means for backends that have the same servers and tell by their checks which of them serve, as of a primary
 * and its replicas: HAProxy counts each server as up until its first check. One sentence for all of them, or none.
 */
export function toldApartByChecks(text: string): string[] {
  const asked = readSections(text).flatMap((section) => {
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
  return [
    `only their checks tell which servers of ${backends} serve: after the reload HAProxy counts each of them as up until its first check, so that clients may reach the wrong one for so long`,
  ];
}

/** What a backend's check asks and wants to hear, to be compared. */
function questionOf(section: Section): string {
  const { kind, directive, rules } = checkOf(section);
  return JSON.stringify([kind, directive?.words, rules.map(({ words }) => words)]);
}
