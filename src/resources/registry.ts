import type { KnownType } from './bound';
import { takenBack } from './command';
import type { Past, RecordedStep } from './past';
import { resourceTypes } from './types';

const byName = new Map(resourceTypes.map((type) => [type.type, type]));

export function resourceType(name: string): KnownType | undefined {
  return byName.get(name);
}

/** What a step of a run had to do with, by what the run wrote down of it. */
export function touchedBy({ type, target }: { type: string; target: string }): {
  unit?: string;
  file?: string;
} {
  return byName.get(type)?.touches?.(target) ?? {};
}

/** What was before a recorded step; nothing where it is not taken back, since it has no "undo". */
export function before(step: RecordedStep): Past[] | undefined {
  return byName.get(step.type)?.before?.(step) ?? takenBack(step, `${step.type} ${step.target}`);
}
