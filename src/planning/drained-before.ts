import type { HostFacts } from '../host/facts';
import { takenBy } from '../host/roll-note';
import type { Surveyed } from '../host/survey';
import { localTime } from '../text/format';

/** `since 2026-01-02 03:04:05, by me@laptop`. */
export function sinceAndBy({ since, by }: NonNullable<HostFacts['drained']>): string {
  return `since ${localTime(since)}, by ${by || 'somebody'}`;
}

/** The hosts that somebody has drained, each with a sentence; a roll says of its own that it gives them their places back. */
export function drainedBefore(
  hosts: readonly Pick<Surveyed, 'name' | 'facts'>[],
  inventory: string,
): { host: string; text: string }[] {
  const notes = hosts.flatMap(({ facts }) => facts.roll ?? []);
  return hosts.flatMap(({ name, facts: { drained } }) => {
    if (!drained || takenBy(notes, name)) return [];
    const back = `haprov undrain ${inventory} ${name} gives it its place back`;
    return [{ host: name, text: `it is drained ${sinceAndBy(drained)}, and stays so: ${back}` }];
  });
}
