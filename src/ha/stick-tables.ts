import { directives, readSections, type Section } from './haproxy/section';

/** A table that keeps clients on their servers. */
interface Table {
  /** What must be the same for a reload to keep it. */
  kind: string;
  /** The name of the peers' section; without one nobody is there to hand it over. */
  peers: string | undefined;
}

/**
 * What is forgotten when HAProxy reloads one haproxy.cfg for another: the tables by which clients stay on their servers,
 * where the old process cannot hand them to the new one. A sentence each.
 */
export function forgottenTables(from: string, to: string): string[] {
  const [before, after] = [readSections(from), readSections(to)];
  const handsOn = (peers: string) => {
    const [then, now] = [before, after].map((sections) => membersOf(sections, peers));
    return then !== undefined && then.length > 0 && then.every((one) => now?.includes(one));
  };
  return after.flatMap((section): string[] => {
    const table = tableOf(section);
    const old = before.map((one) => (one.name === section.name ? tableOf(one) : undefined)).find(Boolean);
    if (!table || !old) return [];
    const isKept =
      old.kind === table.kind && old.peers === table.peers && table.peers && handsOn(table.peers);
    if (isKept) return [];
    const why = table.peers === undefined ? ' (it has no peers)' : '';
    return [
      `what ${section.name} remembers of clients is forgotten by the reload${why}: each may come to another server once`,
    ];
  });
}

function tableOf(section: Section): Table | undefined {
  const words = directives(section, 'stick-table').at(-1)?.words;
  if (!words || directives(section, 'stick').length === 0) return undefined;
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  const by = directives(section, 'stick').map((one) => one.words.join(' '));
  return { kind: [after('type'), after('len'), ...by].join('\n'), peers: after('peers') };
}

/** Who speaks where, and who of them the process itself is. */
function membersOf(sections: readonly Section[], peers: string): string[] {
  const own = sections.filter(({ kind, name }) => kind === 'global' || (kind === 'peers' && name === peers));
  return own.flatMap((section) =>
    ['localpeer', 'peer', 'server', 'bind'].flatMap((keyword) =>
      directives(section, keyword).map(({ words }) => words.join(' ')),
    ),
  );
}
