import { createHash, scryptSync } from 'node:crypto';
import type { Observed } from '../resources/bound-resource';
import type { Notify } from '../resources/fields';
import type { DiffContext, Difference } from '../resources/resource';
import { hasPlace, placeIn } from '../resources/text-of';
import { unitOf } from '../resources/unit';
import type { PlannedChange } from './plan';

/** Replaces the secrets in a text. */
type Mask = (text: string) => string;

/**
 * The changes of one host, in the playbooks' order. Units are compared last, when the resources that ask them to reload
 * or restart are known.
 * @throws Error with the reason when a resource cannot be reached from the host's state, or two write one target.
 */
export function buildChanges(host: string, observed: readonly Observed[], mask: Mask): PlannedChange[] {
  const packagesPending = observed.some(
    ({ resource, diff }) => resource.about.packages && diff({ packagesPending: false }).length > 0,
  );
  const notified = new Map<string, NonNullable<DiffContext['notified']>>();
  const differences = new Map<Observed, Difference[]>();
  const isUnit = ({ resource }: Observed) => resource.unit !== undefined;
  const inOrder = [...observed.filter((one) => !isUnit(one)), ...observed.filter(isUnit)];
  for (const one of inOrder) {
    const { unit = '', notify, target } = one.resource;
    const asked = notified.get(unit);
    const found = one.diff({ packagesPending, ...(asked ? { notified: asked } : {}) });
    differences.set(one, found);
    if (found.length > 0) for (const wish of notify) remember(notified, wish, target);
  }
  refuseTwoWriters(observed, differences);
  return observed.flatMap((one) =>
    (differences.get(one) ?? []).map((difference, index) => toChange(host, one, difference, index, mask)),
  );
}

/**
 * Which file a kernel parameter is in is known only from the host, so only here can two resources turn out to write the
 * same file. @throws Error naming both
 */
function refuseTwoWriters(
  observed: readonly Observed[],
  differences: ReadonlyMap<Observed, Difference[]>,
): void {
  const writers = new Map<string, string>();
  for (const one of observed) {
    const { id, target: own } = one.resource;
    for (const { target = own, text } of differences.get(one) ?? []) {
      const other = writers.get(target);
      if (text && other !== undefined)
        throw new Error(`${other} and ${id} both write ${target} on this host: make them one resource`);
      if (text) writers.set(target, id);
    }
  }
}

function remember(
  notified: Map<string, NonNullable<DiffContext['notified']>>,
  wish: Notify,
  because: string,
): void {
  const unit = unitOf(wish);
  const action = 'restart' in wish ? 'restart' : 'reload';
  const before = notified.get(unit);
  notified.set(unit, {
    action: before?.action === 'restart' ? 'restart' : action,
    because: [...new Set([...(before?.because ?? []), because])],
  });
}

function toChange(
  host: string,
  { resource }: Observed,
  difference: Difference,
  index: number,
  mask: Mask,
): PlannedChange {
  const { id, task, type, target, notify, unit, part, isOpaque } = resource;
  const { step, text, hidden, attributes, reason, notes, action } = difference;
  const raw = text ?? hidden;
  const origin = resource.origin?.();
  return {
    id: mask(index === 0 ? id : `${id} (${index + 1})`),
    host,
    task,
    type,
    target: mask(difference.target ?? target),
    action,
    attributes: attributes.map(({ name, from, to }) => ({
      name,
      from: from && mask(from),
      to: to && mask(to),
    })),
    ...(text ? maskedText(text, mask) : {}),
    ...(reason ? { reason: mask(reason) } : {}),
    ...(notes ? { notes } : {}),
    fingerprint: fingerprintOf(id, step, hides(text?.to ?? '', mask) || hides(JSON.stringify(step), mask)),
    step,
    notify,
    ...(unit ? { unit } : {}),
    ...(part ? { part } : {}),
    ...(isOpaque ? { isOpaque } : {}),
    ...(origin ? { origin } : {}),
    ...(raw ? { raw } : {}),
  };
}

/**
 * Masks the secrets that are known and, in the old text, every line that begins as a line with a secret does in the new
 * one: it may hold the secret's previous value.
 */
function maskedText(
  text: { from: string | null; to: string | null },
  mask: Mask,
): Pick<PlannedChange, 'text' | 'notes'> {
  if (text.to === null || text.from === null)
    return { text: { from: text.from && mask(text.from), to: text.to && mask(text.to) } };
  const to = mask(text.to);
  const kept = new Set(to.split('\n'));
  const secret = text.to
    .split('\n')
    .filter((row) => mask(row) !== row)
    .map(mask);
  const rows = mask(text.from)
    .split('\n')
    .map((row) => (kept.has(row) ? row : (secret.find((one) => hasPlace(row, placeIn(one))) ?? row)));
  const from = rows.join('\n');
  const there = new Set(text.to.split('\n'));
  // A row that looks as before, and is not.
  const isHidden = text.from
    .split('\n')
    .some((row, at) => rows[at] !== row && kept.has(rows[at] ?? '') && !there.has(row));
  const note =
    from === to
      ? 'only a secret value changes, which is not shown'
      : 'a secret value changes too, which is not shown';
  return { text: { from, to }, ...(from === to || isHidden ? { notes: [note] } : {}) };
}

const hides = (text: string, mask: Mask) => mask(text) !== text;

/** scrypt where the step holds a secret, so that guessing the secret from a saved plan is slow. */
function fingerprintOf(id: string, step: object, isSecret: boolean): string {
  const text = JSON.stringify(step);
  return isSecret
    ? scryptSync(text, id, 32).toString('hex')
    : createHash('sha256').update(text).digest('hex');
}
