import type { Statement } from '../ha/keepalived-config';
import type { Vip } from '../inventory/inventory';
import { type Found, lineOf, literally, type Place, type Rule, type Subject } from './subject';

/** A check whose weight leaves the VIP on a host where the check fails, though it succeeds on another. */
export const weightNotAboveGap: Rule = {
  name: 'weight-not-above-gap',
  check: (subject) => [...subject.inventory.vips.flatMap(inVip), ...inFiles(subject)],
};

/** keepalived's own bounds for a priority with its weights added. */
const [lowest, highest] = [1, 254];

const why =
  'keepalived adds the weight to the priority while the check succeeds (takes it off while it fails, where it is negative): too small, it does not turn the order round';

function inVip({ name, members, check: { weight } }: Vip): Found[] {
  const [first, last] = [members.at(0), members.at(-1)];
  if (!first || !last || weight === 0 || first.priority === last.priority) return [];
  if (Math.min(highest, last.priority + weight) > first.priority) return [];
  const gap = first.priority - last.priority;
  return [
    {
      severity: 'error',
      at: { path: ['vips', name, 'check', 'weight'] },
      message: `with a weight of ${weight}, ${last.host.name} (${last.priority}) does not come before ${first.host.name} (${first.priority}) when HAProxy fails there`,
      why,
      fix: `take more than ${gap}, with no sum over ${highest}; or 0, for a host to leave at once`,
    },
  ];
}

/** One script that one host's instance tracks. */
interface Tracked {
  instance: string;
  /** The same for the same addresses on each host. */
  key: string;
  script: string;
  weight: number;
  priority: number;
  at: Place;
}

/** What users' own templates and lines write. */
function inFiles({ inventory, hosts }: Subject): Found[] {
  const all = hosts.flatMap(({ host, keepalived }) =>
    keepalived.flatMap(({ file, statements }) =>
      trackedIn(statements).map((one): Tracked => {
        const row = lineOf(
          file.text,
          new RegExp(`^\\s*vrrp_script\\s+"?${literally(one.script)}"?(?:\\s|\\{|$)`),
        );
        return { ...one, at: { host: host.name, file: file.path, ...row } };
      }),
    ),
  );
  const isSaid = ({ instance, weight }: Tracked) =>
    inventory.vips.some(({ name, check }) => name === instance && check.weight === weight);
  return all
    .filter((one) => one.weight !== 0 && !isSaid(one))
    .flatMap((one): Found[] => {
      const loser = all.find(
        (other) => other.key === one.key && other.priority < one.priority && !turns(one, other),
      );
      if (!loser) return [];
      return [
        {
          severity: 'error',
          at: one.at,
          message: `the weight ${one.weight} of ${one.script} does not exceed the gap between the priorities ${one.priority} and ${loser.priority} of ${one.instance}`,
          why,
          fix: `take a weight of more than ${one.priority - loser.priority}, or none, for a host to leave at once`,
        },
      ];
    });
}

/** Whether `lower`, where the check succeeds, comes before `higher`, where it fails. */
const turns = (higher: Tracked, lower: Tracked) =>
  Math.min(highest, lower.priority + Math.max(0, lower.weight)) >
  Math.max(lowest, higher.priority + Math.min(0, higher.weight));

/** The scripts that instances track, with their weights. */
export function trackedIn(statements: readonly Statement[]): Omit<Tracked, 'at'>[] {
  const own = new Map(
    statements
      .filter(({ keyword }) => keyword === 'vrrp_script')
      .map((script) => [script.args[0] ?? '', wordOf(script, 'weight')]),
  );
  const instances = statements.filter(({ keyword }) => keyword === 'vrrp_instance');
  return instances.flatMap((instance) => {
    const addresses = within(instance, 'virtual_ipaddress').map(({ keyword }) => keyword);
    return within(instance, 'track_script').map(({ keyword: script, args }) => ({
      instance: instance.args[0] ?? '',
      script,
      key: JSON.stringify([script, wordOf(instance, 'virtual_router_id'), ...addresses.sort()]),
      weight: Number((args[0] === 'weight' ? args[1] : own.get(script)) ?? 0) || 0,
      priority: Number(wordOf(instance, 'priority') ?? 100),
    }));
  });
}

const within = ({ children = [] }: Statement, keyword: string) =>
  children.filter((one) => one.keyword === keyword).flatMap((block) => block.children ?? []);
const wordOf = ({ children = [] }: Statement, keyword: string) =>
  children.filter((one) => one.keyword === keyword).at(-1)?.args[0];
