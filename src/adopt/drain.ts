import { unreadables } from '../ha/keepalived-config';
import type { Inventory } from '../inventory/inventory';
import { drainFlags, type Watched } from '../pair/drain-flag';
import { drainMeansOf, forgets, howToKeep, howToWatch, keepsVips } from '../pair/drain-means';
import { textOfBytes } from '../resources/text-of';
import type { AdoptedHost } from './adopted';
import { keepalivedOf } from './model/model';

/** Whether `haprov drain` will move the VIPs of these hosts by their own keepalived.conf, and which edit makes it: rows of Markdown. */
export function drainRows(
  hosts: readonly AdoptedHost[],
  { vips, own }: Pick<Inventory, 'vips' | 'own'>,
): string[] {
  if (!own.keepalived) return [];
  const rows = hosts.flatMap((host): string[] => {
    const { name } = host.found;
    const members = vips.filter(({ members: all }) => all.some((one) => one.host.name === name));
    if (members.length === 0) return [];
    const means = drainMeansOf(members, watchedBy(host), { flag: drainFlags.drain, host: name });
    if (!means.isJudged) return [`- ${name}: nobody can tell: its keepalived.conf could not be read whole`];
    if (means.unmovable.length > 0) return [`- ${name}: refused: ${keepsVips(means.unmovable)}`];
    const by = means.drainFiles.map(({ path }) => `\`${path}\``);
    const works = `- ${name}: works, ${by.length > 0 ? `by writing ${by.join(', ')}` : 'by haprov’s flag'}`;
    return [
      means.lostAtBoot.length > 0 ? `${works}; but ${forgets(name, means.lostAtBoot)}: ${howToKeep}` : works,
    ];
  });
  const isRefused = rows.some((row) => row.includes(': refused: '));
  return isRefused
    ? [
        ...rows,
        ...`- To make it work, ${howToWatch('```')}`
          .split('\n')
          .map((row, index) => (index === 0 ? row : `  ${row}`)),
      ]
    : rows;
}

function watchedBy(host: AdoptedHost): Watched {
  const configuration = keepalivedOf(host);
  const { problems, unknowns } = configuration;
  const scripts = [...host.found.files.values()].filter(({ content }) =>
    content.subarray(0, 2).equals(Buffer.from('#!')),
  );
  return {
    configuration,
    scripts: new Map(scripts.map(({ path, content }) => [path, textOfBytes(content)])),
    isWhole: !problems.some(({ kind }) => unreadables.includes(kind)) && unknowns.length === 0,
    inMemory: [],
  };
}
