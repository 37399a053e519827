import pc from 'picocolors';
import type { Level } from '../status/status';
import { eachText } from '../text/each-text';
import { visible } from '../text/format';

/** A mark for each level, so that it is clear without colour. */
export const marks: Record<Level, string> = { ok: '✓', note: '·', unknown: '?', warning: '!', broken: '✗' };

/** The colour of each level on a terminal. */
export function paints(color: boolean): Record<Level, (text: string) => string> {
  const { green, cyan, magenta, yellow, red } = pc.createColors(color);
  return { ok: green, note: cyan, unknown: magenta, warning: yellow, broken: red };
}

/**
 * The level of HAProxy's status of a server. `UP 1/3` is going down, `DOWN 1/2` is going up; somebody has set DRAIN and
 * MAINT; NOLB is up and takes no new clients. (Management Guide, 9.1, "status".)
 */
export function levelOfServer(status: string): Level {
  if (status === '') return 'unknown';
  if (status === 'UP' || status === 'no check') return 'ok';
  if (/^(?:DRAIN|MAINT|NOLB)/.test(status)) return 'note';
  return status.startsWith('DOWN') ? 'broken' : 'warning';
}

/** The same data, with control characters in all strings made visible. */
export const allVisible = <T>(value: T): T => eachText(value, visible);
