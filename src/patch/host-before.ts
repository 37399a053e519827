import type { Question } from '../host/probe';
import { call, compose } from '../shell/library';
import type { Surroundings } from './as-before';

/** How a host was before a roll took it out. */
export interface HostBefore {
  /** As {@link faultKeys} gives them. */
  faults: ReadonlySet<string>;
  /** A hash of what the inventory wished, by which the faults were found. */
  wish: string;
  /** Absent where it could not be asked. */
  surroundings?: Surroundings;
  /** A roll that was left has noted it. */
  isNoted?: true;
}

/** Asks for what {@link keepBeforeScript} has kept. */
export const beforeQuestion: Question = { id: 'roll-before', script: call('tell_before') };

/** Keeps on a host how it was; what its clock was is of no use to another machine. */
export function keepBeforeScript({ faults, wish, surroundings }: HostBefore): string {
  const told = surroundings && { values: [...surroundings.values], services: [...surroundings.services] };
  return compose('umask 077', call('keep_before', JSON.stringify({ faults: [...faults], wish, ...told })));
}

/** Undoes {@link keepBeforeScript}; undefined where nothing is kept, or it cannot be read. */
export function readBefore(kept: string): HostBefore | undefined {
  try {
    const { faults, wish, values, services } = JSON.parse(kept);
    return {
      faults: new Set<string>(faults),
      wish: `${wish}`,
      ...(values && services
        ? {
            surroundings: {
              values: new Map<string, string>(values),
              services: new Map<string, boolean>(services),
              skipped: new Set<string>(),
              clockMs: Number.NaN,
            },
          }
        : {}),
      isNoted: true,
    };
  } catch {
    return undefined;
  }
}
