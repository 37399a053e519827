import type { Past, RecordedStep } from './before-step';
import type { KnownType } from './bind';
import { takenBack } from './command';
import { resourceTypes } from './types';

const byName = new Map(resourceTypes.map((type) => [type.type, type]));

/** The type with that name in playbooks; undefined where there is none. */
export function resourceType(name: string): KnownType | undefined {
  return byName.get(name);
}

/** The unit that a recorded step moved, or the file that it wrote whole. */
export function touchedBy({ type, target }: { type: string; target: string }): {
  unit?: string;
  file?: string;
} {
  return byName.get(type)?.touches?.(target) ?? {};
}

/** The state before a recorded step; undefined where it cannot be undone, because it has no undo. */
export function before(step: RecordedStep): Past[] | undefined {
  return byName.get(step.type)?.before?.(step) ?? takenBack(step, `${step.type} ${step.target}`);
}
