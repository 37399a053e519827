import { createHash, scryptSync } from 'node:crypto';
import type { Observed } from '../resources/bound-resource';
import type { Notify } from '../resources/fields';
import { noted } from '../resources/file-state';
import { remembering } from '../resources/kept-secret';
import type { DiffContext, Difference } from '../resources/resource';
import { unitOf } from '../resources/unit';
import type { PlannedChange } from './plan';
import { type HostSecrets, type Mask, maskedText, rowsOf } from './secret-texts';

/**
 * The changes of one host, in the playbooks' order. Units are compared last, when the resources that ask them to reload
 * or restart are known.
 * @throws Error with the reason when a resource cannot be reached from the host's state, or two write one target.
 */
export function buildChanges(
  host: string,
  observed: readonly Observed[],
  secrets: HostSecrets,
): PlannedChange[] {
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
  // A unit that has a change has the note there.
  const unknown = packagesPending
    ? []
    : observed.filter((one) => one.isUnknown && differences.get(one)?.length === 0);
  const units = new Set(unknown.map(({ resource }) => resource.unit));
  return observed.flatMap((one) =>
    (differences.get(one) ?? []).map((found, index) => {
      const notes =
        index === 0 ? one.resource.notify.filter((wish) => units.has(unitOf(wish))).map(noteOn) : [];
      const difference = { ...found, ...noted(...(found.notes ?? []), ...notes) };
      return toChange(host, one, difference, index, secrets);
    }),
  );
}

const noteOn = (wish: Notify) =>
  `the host knows no ${unitOf(wish)}, which this is to ${'restart' in wish ? 'restart' : 'reload'}: nothing comes of that`;

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
  secrets: HostSecrets,
): PlannedChange {
  const { mask } = secrets;
  const { id, task, type, target, notify, unit, part, isOpaque } = resource;
  const { step, text, hidden, attributes, reason, notes, action, target: path = target } = difference;
  const raw = text ?? hidden;
  const origin = resource.origin?.();
  return {
    id: mask(index === 0 ? id : `${id} (${index + 1})`),
    host,
    task,
    type,
    target: mask(path),
    action,
    attributes: attributes.map(({ name, from, to }) => ({
      name,
      from: from && mask(from),
      to: to && mask(to),
    })),
    ...(text ? maskedText(path, text, secrets) : {}),
    ...(reason ? { reason: mask(reason) } : {}),
    ...(notes ? { notes } : {}),
    fingerprint: fingerprintOf(id, step, hides(text?.to ?? '', mask) || hides(JSON.stringify(step), mask)),
    step: raw ? remembering(step, rowsOf(path, raw, secrets, !text)) : step,
    notify,
    ...(unit ? { unit } : {}),
    ...(part ? { part } : {}),
    ...(isOpaque ? { isOpaque } : {}),
    ...(origin ? { origin } : {}),
    ...(raw ? { raw } : {}),
  };
}

const hides = (text: string, mask: Mask) => mask(text) !== text;

/** scrypt where the step holds a secret, so that guessing the secret from a saved plan is slow. */
function fingerprintOf(id: string, step: object, isSecret: boolean): string {
  const text = JSON.stringify(step);
  return isSecret
    ? scryptSync(text, id, 32).toString('hex')
    : createHash('sha256').update(text).digest('hex');
}
