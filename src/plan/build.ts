import { createHash } from 'node:crypto';
import type { Notify } from '../resources/fields';
import type { DiffContext, Difference, ResourceType } from '../resources/resource';
import type { PlannedChange } from './plan';

/** One resource, and what the host said of it. */
export interface Observed {
  id: string;
  task: string;
  type: ResourceType;
  spec: unknown;
  state: unknown;
  notify: Notify[];
}

/** Takes the secrets out of a text. */
export type Mask = (text: string) => string;

/**
 * What has to be done on one host, in the playbooks' order. A service is looked at last, when it is known what asks
 * it to reload.
 * @throws Error with the reason when the host is not in a state that the resource can be reached from.
 */
export function buildChanges(host: string, observed: readonly Observed[], mask: Mask): PlannedChange[] {
  const packagesPending = observed.some(
    (one) =>
      one.type.type === 'package' &&
      one.type.diff(one.spec, one.state, { packagesPending: false }).length > 0,
  );
  const notified = new Map<string, NonNullable<DiffContext['notified']>>();
  const differences = new Map<Observed, Difference[]>();
  const inOrder = [...observed.filter((one) => !isService(one)), ...observed.filter(isService)];
  for (const one of inOrder) {
    const unit = isService(one) ? notified.get(one.type.target(one.spec)) : undefined;
    const found = one.type.diff(one.spec, one.state, {
      packagesPending,
      ...(unit ? { notified: unit } : {}),
    });
    differences.set(one, found);
    if (found.length > 0) for (const wish of one.notify) remember(notified, wish, one.type.target(one.spec));
  }
  return observed.flatMap((one) =>
    (differences.get(one) ?? []).map((difference, index) => toChange(host, one, difference, index, mask)),
  );
}

const isService = (one: Observed) => one.type.type === 'service';

function remember(
  notified: Map<string, NonNullable<DiffContext['notified']>>,
  wish: Notify,
  because: string,
): void {
  const [action, unit] =
    'restart' in wish ? (['restart', wish.restart] as const) : (['reload', wish.reload] as const);
  const before = notified.get(unit);
  notified.set(unit, {
    action: before?.action === 'restart' ? 'restart' : action,
    because: [...new Set([...(before?.because ?? []), because])],
  });
}

function toChange(
  host: string,
  one: Observed,
  difference: Difference,
  index: number,
  mask: Mask,
): PlannedChange {
  const { step, text, attributes, reason, notes, action } = difference;
  return {
    id: index === 0 ? one.id : `${one.id} (${index + 1})`,
    host,
    task: one.task,
    type: one.type.type,
    target: difference.target ?? one.type.target(one.spec),
    action,
    attributes: attributes.map(({ name, from, to }) => ({
      name,
      from: from && mask(from),
      to: to && mask(to),
    })),
    ...(text ? maskedText(text, mask) : {}),
    ...(reason ? { reason: mask(reason) } : {}),
    ...(notes ? { notes } : {}),
    fingerprint: createHash('sha256').update(JSON.stringify(step)).digest('hex'),
    step,
  };
}

/** By value, and by place: what stood where a secret will stand was one too. */
function maskedText(
  text: { from: string | null; to: string | null },
  mask: Mask,
): Pick<PlannedChange, 'text' | 'notes'> {
  if (text.to === null || text.from === null)
    return { text: { from: text.from && mask(text.from), to: text.to && mask(text.to) } };
  const places = text.to.split('\n').flatMap((row) => {
    const masked = mask(row);
    if (masked === row) return [];
    const parts = masked.split('***').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return [{ pattern: new RegExp(`^${parts.join('.+?')}$`), masked }];
  });
  const from = mask(text.from)
    .split('\n')
    .map((row) => places.find(({ pattern }) => pattern.test(row))?.masked ?? row)
    .join('\n');
  const to = mask(text.to);
  return {
    text: { from, to },
    ...(from === to ? { notes: ['only a secret value changes, which is not shown'] } : {}),
  };
}
