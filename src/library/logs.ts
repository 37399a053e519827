import { type LoggedHost, type LogWish, readLogs } from '../ask/journals';
import type { LogEntry } from '../ask/log-entry';
import { sinceTime } from '../ask/since';
import { didYouMean } from '../document/suggest';
import { type HaprovError, UsageError } from '../errors';
import { type Surveyed, survey } from '../host/survey';
import type { Inventory, Service } from '../inventory/inventory';
import { listenersOf, listenersQuestion } from '../pair/serving';
import { clockErrors } from '../planning/clocks';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { listenerFor, notAsked, selectHosts, toTarget } from '../planning/hosts';

export type { LogEntry } from '../ask/log-entry';

export interface LogsOptions extends CommonOptions {
  /** Services of the inventory, and units; haproxy, keepalived and all services where there are none. */
  of: readonly string[];
  /** Go on with what comes, until the context stops. */
  follow: boolean;
  /** The last of all hosts together. Default: 100; 10 with `follow`; all with `since`. */
  lines?: number | undefined;
  /** As `journalctl` takes it, or "10m". */
  since?: string | undefined;
  /** The hosts that are read, before anything is heard. */
  begin?(hosts: readonly string[]): void;
  /** An entry, without secrets, and when that was by the right clock. */
  hear(entry: LogEntry, at: Date): Promise<void> | void;
}

/** What hosts have logged, merged by time; `failure` where not all of them could be asked. @throws InputError, UsageError */
export async function logs(options: LogsOptions, context: Context): Promise<{ failure?: HaprovError }> {
  const wish = wishOf(options);
  const inventory = await inventoryOf(options, context);
  const meant = selectHosts(inventory, options.limit);
  const targets = meant.map((host) => toTarget(host, options, context));
  const surveyed = await survey(
    targets.map((target) => ({ target, questions: [listenersQuestion] })),
    { ...listenerFor(context), script: () => {} },
  );
  try {
    const failure = notAsked(surveyed.failures);
    if (failure && surveyed.hosts.length === 0) throw failure;
    if (failure) context.emit({ type: 'message', level: 'warning', text: failure.message });
    const hosts = surveyed.hosts.flatMap((one): LoggedHost[] => {
      const target = targets.find(({ name }) => name === one.name);
      return target
        ? [{ target, connection: one.connection, units: unitsOn(one, options.of, inventory) }]
        : [];
    });
    options.begin?.(hosts.map(({ target }) => target.name));
    let heard = 0;
    const unknown = await readLogs(hosts, wish, {
      errorsOf: clockErrors,
      hear(entry, at) {
        heard += 1;
        return options.hear({ ...entry, message: inventory.secrets.mask(entry.message) }, at);
      },
      tell: (host, level, text) => context.emit({ type: 'message', level, host, text }),
      stopping: context.stopping,
    });
    const wrong = options.of.find((word) => unknown.includes(word) && !isService(word, inventory));
    if (heard === 0 && wrong !== undefined)
      throw new UsageError(
        `no host has a unit "${wrong}", and no service is called so${didYouMean(wrong, [...knownUnits, ...inventory.services.map(({ name }) => name)])}`,
        `services: ${inventory.services.map(({ name }) => name).join(', ') || 'none'}; systemctl list-units on a host names its units`,
      );
    return failure ? { failure } : {};
  } finally {
    surveyed.close();
  }
}

const knownUnits = ['haproxy', 'keepalived'];

function wishOf({ follow, lines, since }: LogsOptions): LogWish {
  const at = since === undefined ? undefined : sinceTime(since, new Date());
  if (since !== undefined && at === undefined)
    throw new UsageError(
      `--since: "${since}" is no time`,
      'such as 10m, 2h, 19:05, yesterday or "2026-01-02 03:04:05"',
    );
  const last = since === undefined ? (follow ? 10 : 100) : undefined;
  return { follows: follow, since: at, lines: lines ?? last };
}

const isService = (word: string, { services }: Inventory) => services.some(({ name }) => name === word);

/** The units that are meant on a host: those that serve a service are known by the ports that they listen on. */
function unitsOn({ name, answers }: Surveyed, of: readonly string[], inventory: Inventory): string[] {
  const words = of.length > 0 ? of : [...knownUnits, ...inventory.services.map((one) => one.name)];
  const listeners = listenersOf(answers.of(listenersQuestion.id)) ?? [];
  const serving = (service: Service) => {
    const ports = service.backends.servers.filter(({ host }) => host?.name === name).map(({ port }) => port);
    return listeners.filter(({ port }) => ports.includes(port)).flatMap(({ units }) => units.slice(0, 1));
  };
  const units = words.flatMap((word) => {
    const service = inventory.services.find((one) => one.name === word);
    return service ? [...knownUnits, ...serving(service)] : [word];
  });
  return [...new Set(units.map((unit) => unit.replace(/\.service$/, '')))];
}
