import { createHash, scryptSync } from 'node:crypto';
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
  refuseTwoWriters(observed, differences);
  return observed.flatMap((one) =>
    (differences.get(one) ?? []).map((difference, index) => toChange(host, one, difference, index, mask)),
  );
}

/** Only the host says that its kernel parameters are all in one file, so two resources may meet there. */
function refuseTwoWriters(
  observed: readonly Observed[],
  differences: ReadonlyMap<Observed, Difference[]>,
): void {
  const writers = new Map<string, string>();
  for (const one of observed) {
    for (const { target = one.type.target(one.spec), text } of differences.get(one) ?? []) {
      const other = writers.get(target);
      if (text && other !== undefined)
        throw new Error(`${other} and ${one.id} both write ${target} on this host: make them one resource`);
      if (text) writers.set(target, one.id);
    }
  }
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
    id: mask(index === 0 ? one.id : `${one.id} (${index + 1})`),
    host,
    task: one.task,
    type: one.type.type,
    target: mask(difference.target ?? one.type.target(one.spec)),
    action,
    attributes: attributes.map(({ name, from, to }) => ({
      name,
      from: from && mask(from),
      to: to && mask(to),
    })),
    ...(text ? maskedText(text, mask) : {}),
    ...(reason ? { reason: mask(reason) } : {}),
    ...(notes ? { notes } : {}),
    fingerprint: fingerprintOf(
      one.id,
      step,
      hides(text?.to ?? '', mask) || hides(JSON.stringify(step), mask),
    ),
    step,
    notify: one.notify,
    ...(text ? { raw: text } : {}),
  };
}

/** By value, and by place: a row of the old text that begins as one with a secret does may hold the secret's forerunner. */
function maskedText(
  text: { from: string | null; to: string | null },
  mask: Mask,
): Pick<PlannedChange, 'text' | 'notes'> {
  if (text.to === null || text.from === null)
    return { text: { from: text.from && mask(text.from), to: text.to && mask(text.to) } };
  const to = mask(text.to);
  const kept = new Set(to.split('\n'));
  const places = new Map(
    text.to.split('\n').flatMap((row) => (mask(row) === row ? [] : [[beginning(row), mask(row)] as const])),
  );
  const from = mask(text.from)
    .split('\n')
    .map((row) => (kept.has(row) ? row : (places.get(beginning(row)) ?? row)))
    .join('\n');
  return {
    text: { from, to },
    ...(from === to ? { notes: ['only a secret value changes, which is not shown'] } : {}),
  };
}

/** Up to two words, of rows with more; the setting's name, in the files that we write. */
function beginning(row: string): string {
  const words = row.trim().split(/[\s=]+/);
  return words.slice(0, Math.min(2, Math.max(1, words.length - 1))).join(' ');
}

const hides = (text: string, mask: Mask) => mask(text) !== text;

/** Slow on purpose where a secret is in it: a saved plan must not help to guess one. */
function fingerprintOf(id: string, step: object, isSecret: boolean): string {
  const text = JSON.stringify(step);
  return isSecret
    ? scryptSync(text, id, 32).toString('hex')
    : createHash('sha256').update(text).digest('hex');
}
