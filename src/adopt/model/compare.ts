import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, InputError } from '../../errors';
import { readConfiguration as readHaproxy } from '../../ha/haproxy/section';
import { readConfiguration as readKeepalived } from '../../ha/keepalived/configuration';
import { buildInventory, readInventory } from '../../inventory/load';
import type { Context } from '../../planning/context';
import { type DesiredState, desiredStateOf } from '../../planning/desired-state';
import type { HostKnowledge } from '../../playbook/context';
import { textOfBytes } from '../../resources/text-of';
import type { Adopted, AdoptedHost } from '../adopted';
import { writeMade } from '../made';
import type { Difference } from '../report';
import type { InventoryBase } from '../sources';
import { statisticsName } from './haproxy';
import { behaviours, difference } from './haproxy-behaviour';
import { keepalivedBehaviours } from './keepalived-behaviour';
import { leftOut } from './left-out';
import { doneBy, type Kept, type Model, modelOf } from './model';

export interface Modelled extends Model {
  differences: Difference[];
  /** What a host has and the model gives it no more, or in another way: host → rows. */
  leftOut: Map<string, string[]>;
  kept: Kept;
}

/** Nobody has more proxies than this, of which one more stays a section each time. */
const mostRounds = 50;

/**
 * The inventory of a pair with as much as possible in the model: what a key would lose stays as it is written. What is made of
 * it is read as HAProxy and keepalived read it, and compared with what they do now.
 */
export function modelled(adopted: Adopted, base: InventoryBase, context: Pick<Context, 'env'>): Modelled {
  const kept: Kept = { proxies: new Set(), programs: new Map() };
  for (let round = 0; ; round += 1) {
    const model = modelOf(adopted, base, kept);
    const read = readBack(model, context, (state) => ({
      differences: differencesOf(adopted, state, kept),
      leftOut: leftOutOf(adopted, state, kept),
    }));
    if ('faults' in read) {
      if (round === mostRounds) throw new InputError(read.faults);
      learn(kept, read.faults);
      continue;
    }
    const losing = read.differences.flatMap(({ part, lost }) => {
      const [, name] = /^proxy (.*)$/.exec(part) ?? [];
      return name !== undefined && lost.length > 0 && model.said.includes(`services.${name}`) ? [name] : [];
    });
    if (losing.length === 0 || round >= mostRounds) return { ...model, ...read, kept };
    for (const name of losing) kept.proxies.add(name);
  }
}

/** What comes of a model in the eyes of `look`, which is called while its files are there. */
function readBack<T extends object>(
  model: Model,
  context: Pick<Context, 'env'>,
  look: (state: DesiredState) => T,
): T | { faults: readonly Fault[] } {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-adopt-'));
  try {
    writeMade(folder, model);
    return look(desiredStateOf(buildInventory(readInventory(join(folder, 'inventory.json')), context.env)));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { faults: error.faults };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What our own loader refuses is said as it is written. */
function learn(kept: Kept, faults: readonly Fault[]): void {
  for (const { path, message } of faults) {
    const [, service] = /^services\.([^.[]+)/.exec(path) ?? [];
    const refuse = (program: 'haproxy' | 'keepalived') =>
      kept.programs.set(program, [...(kept.programs.get(program) ?? []), `${path}: ${message}`]);
    if (service !== undefined && !kept.proxies.has(service)) kept.proxies.add(service);
    else if (/^(?:services|haproxy)\b/.test(path)) refuse('haproxy');
    else if (/^(?:vips|keepalived)\b/.test(path)) refuse('keepalived');
    else for (const program of ['haproxy', 'keepalived'] as const) refuse(program);
  }
}

/** A host that is as it was found. */
const asFound = ({ versions }: AdoptedHost): HostKnowledge => ({
  interfaceOf: (vip) => vip.interface ?? 'eth0',
  major: 9,
  versions,
});

const leftOutOf = ({ hosts }: Adopted, { wanted }: DesiredState, { programs }: Kept): Map<string, string[]> =>
  new Map(
    hosts.map((host) => [
      host.found.name,
      leftOut(host, programs, { wanted: wantedOf(wanted, host), as: asFound(host) }),
    ]),
  );

const wantedOf = (wanted: DesiredState['wanted'], { found }: AdoptedHost) =>
  [...wanted].find(([{ name }]) => name === found.name)?.[1] ?? [];

function differencesOf({ hosts }: Adopted, { wanted }: DesiredState, { programs }: Kept): Difference[] {
  const found = new Map<string, Difference>();
  for (const host of hosts) {
    const resources = wantedOf(wanted, host);
    const text = (path: string) => {
      const content = resources.find(({ about }) => about.path === path)?.content;
      return content && textOfBytes(content(asFound(host)));
    };
    // What keeps its own files does what it did.
    const cfg = programs.has('haproxy') ? undefined : text('/etc/haproxy/haproxy.cfg');
    const conf = programs.has('keepalived') ? undefined : text('/etc/keepalived/keepalived.conf');
    const then = new Map([
      ...(cfg === undefined
        ? []
        : behaviours(readHaproxy([{ text: cfg }], { version: host.versions.haproxy }).sections)),
      ...(conf === undefined
        ? []
        : keepalivedBehaviours(
            readKeepalived({ files: new Map([['/k', conf]]), main: '/k', version: host.versions.keepalived }),
          )),
    ]);
    const now = doneBy(host, programs);
    const statistics = then.get(`proxy ${statisticsName}`);
    if (statistics && now.has('proxy stats') && !now.has(`proxy ${statisticsName}`)) {
      then.set('proxy stats', [...statistics, `is called ${statisticsName}`]);
      then.delete(`proxy ${statisticsName}`);
    }
    for (const part of new Set([...now.keys(), ...then.keys()])) {
      const { lost, added } = difference(now.get(part) ?? [], then.get(part) ?? []);
      if (lost.length === 0 && added.length === 0) continue;
      const key = JSON.stringify([part, lost, added]);
      const known = found.get(key);
      if (known) known.hosts.push(host.found.name);
      else found.set(key, { part, lost, added, hosts: [host.found.name] });
    }
  }
  return [...found.values()];
}
