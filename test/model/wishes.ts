import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify } from '../../src/ha/disruption';
import { shippedVersions } from '../../src/host/release';
import type { Inventory } from '../../src/inventory/inventory';
import type { FullPlan, PlannedChange, PlannedHost } from '../../src/plan/plan';
import { anyHost } from '../../src/playbook/context';
import type { Resource } from '../../src/playbook/expand';
import type { Notify } from '../../src/resources/fields';
import { loadAll } from '../bad-input/check-all';
import { plannedChange } from '../support/planned-change';
import { scratch } from '../support/scratch';

/** What an inventory file says, as far as the model edits it. */
export interface Raw {
  hosts: Record<string, { address: string; priority?: number; vars?: object }>;
  groups: Record<string, string[]>;
  vips: Record<string, Record<string, unknown>>;
  services: Record<string, { port: number; backends: Record<string, unknown>; timeouts?: object }>;
  playbooks: string[];
}

/** What one host is to have. */
export interface Wishes {
  /** Path → content; a line stands for the file that it is in. */
  files: Map<string, { content: string; notify: Notify[] }>;
  /** In the playbooks' order; false is "stopped". */
  services: Map<string, boolean>;
}

export interface World {
  inventory: Inventory;
  hosts: Map<string, Wishes>;
}

/** All that the shipped playbooks want of each host, by an inventory, with the real templates. */
export function worldOf(raw: Raw): World {
  const folder = mkdtempSync(join(scratch, 'haprov-model-'));
  try {
    const file = join(folder, 'inventory.json');
    writeFileSync(file, JSON.stringify(raw));
    const { inventory, resources } = loadAll(file);
    return { inventory, hosts: new Map([...resources].map(([host, all]) => [host, wishesOf(all)])) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const knowledge = { ...anyHost, versions: shippedVersions(9) };

function wishesOf(resources: readonly Resource[]): Wishes {
  const wishes: Wishes = { files: new Map(), services: new Map() };
  for (const { about, unit, notify, content } of resources) {
    const { path = '', line, runs } = about;
    if (content) wishes.files.set(path, { content: content(knowledge).toString(), notify });
    else if (line !== undefined) wishes.files.set(path, { content: line, notify });
    else if (unit !== undefined) wishes.services.set(unit, runs !== false);
  }
  return wishes;
}

/** The plan that makes `to` of `from`, classed by what the hosts say. */
export function planOf(
  from: World,
  to: World,
  { holders, listening }: Omit<Parameters<typeof classify>[1], 'inventory'>,
): FullPlan {
  const hosts = [...to.hosts].map(([name, wishes]) => hostPlan(name, from.hosts.get(name), wishes));
  const plan = { version: 1 as const, inventory: 'model', createdAt: '', warnings: [], hosts };
  return classify(plan, { inventory: to.inventory, holders, listening });
}

function hostPlan(host: string, from: Wishes | undefined, to: Wishes): PlannedHost {
  const change = (about: Partial<PlannedChange>) => plannedChange({ host, task: 'model', ...about });
  const files = [...to.files].flatMap(([target, { content, notify }]) => {
    const was = from?.files.get(target)?.content ?? null;
    return was === content ? [] : [change({ target, notify, raw: { from: was, to: content } })];
  });
  const told = files.flatMap(({ notify }) => notify);
  const services = [...to.services].flatMap(([target, runs]) => {
    const ran = from?.services.get(target) ?? false;
    if (ran !== runs)
      return [
        change({
          type: 'service',
          target,
          unit: target,
          action: runs ? 'start' : 'update',
          attributes: runs ? [] : [{ name: 'active', from: 'active', to: 'inactive' }],
        }),
      ];
    if (!runs) return [];
    const action = told.some((one) => 'restart' in one && one.restart === target)
      ? ('restart' as const)
      : told.some((one) => 'reload' in one && one.reload === target) && ('reload' as const);
    return action ? [change({ type: 'service', target, unit: target, action })] : [];
  });
  return { host, address: '', os: '', changes: [...files, ...services] };
}
