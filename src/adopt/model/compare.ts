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
import type { Difference } from '../report';
import type { InventoryBase } from '../sources';
import { writeMade } from '../write-folder';
import { statisticsName } from './haproxy';
import { behaviours, difference } from './haproxy-behaviour';
import { keepalivedBehaviours } from './keepalived-behaviour';
import { doneBy, type Kept, type Model, modelOf } from './model';

export interface Modelled extends Model {
  differences: Difference[];
  kept: Kept;
}

/** Nobody has so many proxies that one more stays a section each time. */
const mostRounds = 50;

/**
 * The inventory of a pair with as much as possible in the model: what a key would lose stays as it is written. What is made of
 * it is read as HAProxy and keepalived read it, and compared with what they do now.
 */
export function modelled(adopted: Adopted, base: InventoryBase, context: Pick<Context, 'env'>): Modelled {
  const kept: Kept = { proxies: new Set(), programs: new Map() };
  for (let round = 0; ; round += 1) {
    const model = modelOf(adopted, base, kept);
    const tried = attempt(model, context);
    if (round === mostRounds && 'faults' in tried) throw new InputError(tried.faults);
    if ('faults' in tried) {
      learn(kept, tried.faults);
      continue;
    }
    const differences = differencesOf(adopted, tried.state, kept);
    const losing = differences.flatMap(({ part, lost }) => {
      const [, name] = /^proxy (.*)$/.exec(part) ?? [];
      return name !== undefined && lost.length > 0 && model.said.includes(`services.${name}`) ? [name] : [];
    });
    if (losing.length === 0 || round >= mostRounds) return { ...model, differences, kept };
    for (const name of losing) kept.proxies.add(name);
  }
}

function attempt(
  model: Model,
  context: Pick<Context, 'env'>,
): { state: DesiredState } | { faults: readonly Fault[] } {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-adopt-'));
  try {
    writeMade(folder, model);
    const state = desiredStateOf(buildInventory(readInventory(join(folder, 'inventory.json')), context.env));
    // All of it is rendered while the files are there.
    for (const resources of state.wanted.values())
      for (const { content } of resources) content?.(asFound(undefined));
    return { state };
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
const asFound = (host: AdoptedHost | undefined): HostKnowledge => ({
  interfaceOf: (vip) => vip.interface ?? 'eth0',
  major: 9,
  versions: host?.versions ?? { haproxy: '2.4', keepalived: '2.2.8' },
});

function differencesOf({ hosts }: Adopted, { wanted }: DesiredState, { programs }: Kept): Difference[] {
  const found = new Map<string, Difference>();
  for (const host of hosts) {
    const [, resources = []] = [...wanted].find(([{ name }]) => name === host.found.name) ?? [];
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
