import { cacheFile, keepInCache, readFromCache } from '../document/cache-folder';
import type { Hook } from '../inventory/schema/notify';
import type { Status, StatusFinding } from '../status/status';
import type { HookEvent } from './hook-event';
import { idOf, isFor, tellHook, type Way } from './tell-hooks';

/** What a hook was told of: what was found on one host, by what tells it from others, and since when. */
export type ToldOf = Record<string, { finding: StatusFinding; since: string }>;

/** Events, each with the findings that are told of by then, or forgotten. */
interface News {
  event: HookEvent;
  told: ToldOf;
  gone: string[];
}

/**
 * Tells each hook what is new in a status since it was told last, and what has gone; that is kept in the user's cache folder.
 * What a hook could not be told is told at the next look.
 * @returns a sentence for each hook that could not be told, and where it cannot be remembered
 */
export async function tellNews(status: Status, env: NodeJS.ProcessEnv, way: Way): Promise<string[]> {
  const { inventory } = way;
  const file = cacheFile('told', inventory.file, env);
  const kept = file === undefined ? undefined : readFromCache(file);
  if (inventory.hooks.length === 0) {
    // A timer says it once, and not every minute.
    if (JSON.stringify(kept) === '{}') return [];
    if (file !== undefined) keepInCache(file, {});
    return [`${inventory.file} has no hooks: nobody was told`];
  }
  const before = readTold(kept);
  const all = await Promise.all(
    inventory.hooks.map(async (hook) => {
      const known = before[idOf(hook)] ?? {};
      const all = newsFor(hook, status, known);
      const wanted = all.filter(({ event }) => isFor(hook, event));
      const { left, fault } = await tellHook(
        hook,
        wanted.map(({ event }) => event),
        way,
      );
      return {
        id: idOf(hook),
        known: after(
          known,
          all.filter(({ event }) => !left.includes(event)),
        ),
        fault,
      };
    }),
  );
  const isKept =
    file !== undefined && keepInCache(file, Object.fromEntries(all.map(({ id, known }) => [id, known])));
  return [
    ...all.flatMap(({ fault }) => fault ?? []),
    ...(isKept
      ? []
      : ['what hooks were told cannot be kept in the cache folder: the next look tells it again']),
  ];
}

/** What is new to a hook that knows this much, whether it wants to hear that it has gone or not. Pure. */
export function newsFor({ on }: Pick<Hook, 'on'>, status: Status, known: ToldOf): News[] {
  const { inventory, at, findings, hosts } = status;
  const make = (type: HookEvent['type'], text: string, data: Partial<HookEvent['data']>): HookEvent => ({
    version: 1,
    type,
    timestamp: at,
    text: `${inventory}: ${text}`,
    data: { inventory, ...data },
  });
  const wanted = findings.filter(({ level, rule }) => level !== 'note' && on.includes(kindOf(rule)));
  const now = new Set(wanted.flatMap((finding) => finding.on.flatMap((host) => keysOf(finding, host))));
  // While a run is at work it explains what is less than broken, and what it has moved is no more and comes back.
  const busy = new Set(findings.filter(({ rule }) => rule === 'run-alive').flatMap(({ on }) => on));
  const isBusy = ({ on, level }: StatusFinding) => level !== 'broken' && on.some((host) => busy.has(host));
  const come = wanted.flatMap((finding): News[] => {
    const hosts = finding.on.filter((host) => known[keyOf(finding, host)] === undefined);
    const keys = hosts.map((host) => keyOf(finding, host));
    if (keys.length === 0 || isBusy(finding)) return [];
    const told = Object.fromEntries(keys.map((key) => [key, { finding, since: at }]));
    // It is worse or better, and has not gone.
    const gone = hosts.flatMap((host) => keysOf(finding, host).filter((one) => known[one] !== undefined));
    return [{ event: make(kindOf(finding.rule), finding.message, { finding }), told, gone }];
  });
  // Of a host that could not be asked it is not known, nor where something came that may hide it.
  const isAsked = (host: string) => !busy.has(host) && hosts.every((one) => one.host !== host || one.reached);
  // How a run ended hides nothing, and may be told for weeks.
  const isHidden = (host: string, since: string) =>
    wanted.some(
      (one) =>
        one.level === 'broken' &&
        one.rule !== 'run-broken' &&
        one.on.includes(host) &&
        (known[keyOf(one, host)]?.since ?? at) > since,
    );
  const isLeft = ([key, { since }]: [string, ToldOf[string]]) =>
    !now.has(key) && isAsked(hostIn(key)) && !isHidden(hostIn(key), since);
  // What was told of several hosts at once goes when it has gone from all of them.
  const idOfTold = ({ finding, since }: ToldOf[string]) => `${since} ${finding.message}`;
  const entries = Object.entries(known);
  const stays = new Set(entries.filter((one) => !isLeft(one)).map(([, one]) => idOfTold(one)));
  const left = entries.filter(([, one]) => !stays.has(idOfTold(one)));
  const gone = new Map<string, News>();
  for (const [key, { finding, since }] of left) {
    const event = make('gone', `no more: ${finding.message}`, { finding, since });
    const same = gone.get(finding.message) ?? { event, told: {}, gone: [] };
    gone.set(finding.message, { ...same, gone: [...same.gone, key] });
  }
  return [...come, ...gone.values()];
}

/** What a hook knows after these. */
function after(known: ToldOf, news: readonly News[]): ToldOf {
  const all = { ...known };
  for (const { told, gone } of news) {
    for (const key of gone) delete all[key];
    Object.assign(all, told);
  }
  return all;
}

const kindOf = (rule: string) => (rule === 'drift' ? 'drift' : 'finding');

/** What tells a finding on a host from others. Its sentence may change from look to look, as that of the days that are left. */
const keyOf = (
  { rule, level, component, vips, service, server, unit, certificate }: StatusFinding,
  host: string,
): string =>
  JSON.stringify([
    host,
    rule,
    level,
    component,
    vips ?? null,
    service ?? null,
    server ?? null,
    unit ?? null,
    ...(certificate === undefined ? [] : [certificate]),
  ]);

/** The keys of the same at each level. */
const keysOf = (finding: StatusFinding, host: string) =>
  (['warning', 'broken'] as const).map((level) => keyOf({ ...finding, level }, host));
const hostIn = (key: string) => /^\["([^"\\]*)"/.exec(key)?.[1] ?? '';

/** What was kept; nothing of what is damaged, or another version's. */
function readTold(kept: unknown): Record<string, ToldOf> {
  const isRecord = (one: unknown): one is Record<string, unknown> =>
    typeof one === 'object' && one !== null && !Array.isArray(one);
  if (!isRecord(kept)) return {};
  const isTold = ([key, one]: [string, unknown]) =>
    hostIn(key) !== '' &&
    isRecord(one) &&
    typeof one.since === 'string' &&
    isRecord(one.finding) &&
    typeof one.finding.message === 'string';
  return Object.fromEntries(
    Object.entries(kept).map(([id, known]) => [
      id,
      Object.fromEntries(Object.entries(isRecord(known) ? known : {}).filter(isTold)) as ToldOf,
    ]),
  );
}
