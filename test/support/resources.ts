import { parseText } from '../../src/document/document';
import { describeFault } from '../../src/errors';
import type { RecordedStep } from '../../src/resources/before-step';
import type { BoundResource } from '../../src/resources/bound-resource';
import { before, resourceType } from '../../src/resources/registry';

/** A host of the newest EL but one. */
export const el9 = { major: 9 };

/** The resource that a playbook's entry makes; a file holds its "content". @throws Error where it is at fault */
export function resourceOf(
  raw: { type: string; content?: string; [field: string]: unknown },
  mask: (text: string) => string = (text) => text,
): BoundResource {
  const type = resourceType(raw.type);
  if (!type) throw new Error(`no type ${raw.type}`);
  const { entry, faults } = type.check({ document: parseText('entry.json', JSON.stringify(raw)) });
  if (!entry) throw new Error(faults.map(describeFault).join('\n'));
  const bytes = Buffer.from(entry.content?.content ?? '');
  return entry.bind({ task: 'task', mask, ...(entry.content ? { content: () => bytes } : {}) });
}

/** What makes a thing as it was before the recorded step. */
export function asBefore(
  type: string,
  target: string,
  record: Partial<RecordedStep['record']>,
): BoundResource {
  const whole = { has: new Set<string>(), before: 'absent', run: '', undo: '', ...record };
  const [past] = before({ type, target, id: 'run1 1', record: whole }) ?? [];
  if (!past || !('bind' in past)) throw new Error(`${type} ${target} is not taken back`);
  return past.bind({ task: 'task' });
}
