import type { Service } from '../../../src/inventory/inventory';
import { Pair } from '../../../src/pair/pair';
import type { PlannedHost } from '../../../src/plan/plan';
import type { RolloutResult } from '../../../src/rollout/ending';
import { rollOut } from '../../../src/rollout/rollout';
import { outcomeOf, until } from '../../support/model-time';
import { ModelHost } from './host';
import { type Trouble, World } from './world';

/** A run on a model of its hosts, and what befalls it. */
export interface Story {
  hosts: number;
  /** So many hosts more, which serve behind the others: without HAProxy and VIP. */
  behind?: number;
  together: boolean;
  serial?: number | undefined;
  /** Nothing runs on the hosts before it, and clients notice none of its changes; on all hosts of these names. */
  bare?: readonly string[] | undefined;
  onFailure: 'restore' | 'restore-all';
  /** What each host's change does. */
  change: 'reload haproxy' | 'restart haproxy' | 'restart httpd' | 'move httpd';
  troubles: readonly Trouble[];
  /** Hosts whose new configuration does not serve. */
  sick: readonly string[];
  /** With the new configuration each HAProxy knows all servers by new names, and finds them so. */
  renamed?: { status: string; check: string };
  /** With the old one each finds them all down. */
  wasDown?: boolean;
  mayLose?: boolean;
  /** Hosts whose keepalived goes to FAULT with the new configuration. */
  faulty?: readonly string[];
  /** Hosts whose keepalived is in FAULT with the old one, too. */
  faultyBefore?: readonly string[];
  /** How long a gate waits; less than a lease, where it is to end first. */
  gateMs?: number;
  /** A host that takes longer to stage than a lease lasts. */
  slow?: string;
  /** A host that another run has the lock of. */
  locked?: string | undefined;
  /** A host that is reached, and has no changes. */
  unchanged?: string | undefined;
  stopAt?: number | undefined;
  goneAt?: number | undefined;
}

export interface Told {
  world: World;
  /** Nothing where the laptop was gone before the end. */
  result: RolloutResult | undefined;
  /** What was so when the laptop had done, before hosts went on by themselves. */
  atEnd: { host: string; lock: string; isLent: boolean; spares: string[] }[];
  seconds: number;
}

export const names = ['fred', 'ethyl', 'ricky'];
export const leaseSeconds = 10;

/** Tells a story to its end, and on until no host does anything more. Takes jest's clock, and no time. */
export async function tell(story: Story): Promise<Told> {
  const world = new World(story.troubles, story);
  const behind = Array.from({ length: story.behind ?? 0 }, (_, nth) => `web${nth + 1}`);
  const all = [...names.slice(0, story.hosts), ...behind];
  const hosts = new Map(all.map((name) => [name, new ModelHost(name, world)]));
  for (const host of hosts.values()) {
    host.isBehind = behind.includes(host.name);
    host.isBare = story.bare?.includes(host.name) ?? false;
    host.isFaulty = story.faulty?.includes(host.name) ?? false;
    host.wasFaulty = story.faultyBefore?.includes(host.name) ?? false;
    host.wasDown = story.wasDown ?? false;
    if (story.renamed) host.renamed = story.renamed;
    host.isSick = story.sick.includes(host.name);
    if (host.name === story.slow) host.stagingMs = 5 * leaseSeconds * 1000;
    // A HAProxy that is reloaded or restarted forgets whom it spared.
    if (story.change !== 'restart httpd') host.whenNew = () => host.startHaproxy();
    if (host.name === story.locked) host.lock = 'run9 1 bob@laptop';
    if (story.together) host.peers = [...hosts.values()].filter((other) => other !== host);
  }
  const begun = performance.now();
  const pass = (isSo: () => boolean) => until(isSo, begun);
  const rolled = rollOut({ ...rolloutOn(hosts, story), emit: world.emit, stopping: world.stop.signal });
  const result: RolloutResult | undefined = await outcomeOf(rolled, () => world.isGone, pass);
  const seconds = (performance.now() - begun) / 1000;
  const atEnd = [...hosts.values()].map(({ name, lock, isFlagged, spared }) => ({
    host: name,
    lock,
    isLent: isFlagged,
    spares: [...spared],
  }));
  await pass(() => world.isQuiet);
  return { world, result, atEnd, seconds };
}

function rolloutOn(
  hosts: ReadonlyMap<string, ModelHost>,
  { together, serial, onFailure, change, bare, unchanged, mayLose, gateMs = 20_000 }: Story,
) {
  const [verb = '', target = ''] = change.split(' ');
  const action = verb === 'move' ? 'restart' : verb;
  const listen = (port: number) =>
    `listen web\n    server fred 192.0.2.1:${port} check\n    server ethyl 192.0.2.2:80 check\n`;
  const moves = verb === 'move' ? { raw: { from: listen(80), to: listen(81) } } : {};
  const places = [...hosts.keys()].map((name) => ({ host: { name, address: '192.0.2.1' } }));
  const members = places.filter(({ host: { name } }) => !hosts.get(name)?.isBehind);
  const vip = { name: 'web', address: '192.0.2.10', interface: 'eth0', members } as never;
  const service = {
    name: 'web',
    backends: {
      servers: places.map(({ host }) => ({ name: host.name, host })),
      hosts: places.map(({ host }) => host),
    },
    check: { interval: 1000, rise: 2 },
  } as unknown as Service;
  const changed = [...hosts.keys()].filter((name) => name !== unchanged);
  const planned = changed.map(
    (host): PlannedHost => ({
      host,
      address: '192.0.2.1',
      os: 'model',
      changes: [
        {
          id: target,
          host,
          task: 'Model',
          type: 'service',
          target,
          unit: target,
          action,
          attributes: [],
          reason: '',
          fingerprint: '',
          notify: [],
          ...moves,
          ...(bare && { disruption: { class: 'none', seconds: 0, why: '' } }),
          step: { phase: 'service', check: ':', run: ':', undo: ':' },
        } as PlannedHost['changes'][number],
      ],
    }),
  );
  const expectations = new Map(
    [...hosts].map(([name, { isBehind }]) => [
      name,
      { units: isBehind ? ['httpd'] : ['haproxy', 'keepalived'], ports: [80], balances: !isBehind },
    ]),
  );
  return {
    run: 'run7',
    owner: 'ann@laptop',
    command: 'apply',
    inventory: 'model',
    hosts: planned,
    connected: hosts,
    pair: new Pair({ hosts: places.map(({ host }) => host) as never, vips: [vip] }, hosts, expectations),
    services: [service],
    ...(mayLose ? { mayLose } : {}),
    together,
    ...(serial === undefined ? {} : { serial }),
    leaseSeconds,
    giveUpSeconds: 60,
    vips: [vip],
    addresses: new Map(),
    onFailure,
    gate: { steadyMs: 500, timeoutMs: gateMs, pauseMs: 300, patienceMs: 0 },
  };
}
