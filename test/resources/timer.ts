import * as z from 'zod';
import { absolutePath, object, text } from '../../src/document/fields';
import { common, unit } from '../../src/resources/fields';
import type { ResourceType } from '../../src/resources/resource-type';
import { quote } from '../../src/shell/quote';

const schema = object({
  ...common,
  type: z.literal('timer'),
  unit: unit(),
  path: absolutePath(),
  every: text('a time span such as "1h"', /^[0-9]+[smhd]$/),
});

/** A tenth type, in one file: a unit's timetable, of which haprov knows nothing else. */
export const timer: ResourceType<z.output<typeof schema>, { every: string | null }> = {
  type: 'timer',
  schema,
  isDaily: true,
  target: (spec) => spec.unit,
  touches: (target) => ({ unit: target }),
  about: ({ path }) => ({ path, runs: true, packages: ['timers'] }),
  probe: (spec) => `cat ${quote(spec.path)} 2>/dev/null || :`,
  asksFor: (spec) => ({ files: [spec.path] }),
  read: (output) => ({ every: output.trim() || null }),
  shows: (spec) => [{ says: `timer ${spec.unit}: every ${spec.every}` }],
  diff(spec, { every: from }) {
    if (from === spec.every) return [];
    const path = quote(spec.path);
    return [
      {
        action: from === null ? 'start' : 'restart',
        attributes: [{ name: 'every', from, to: spec.every }],
        step: {
          phase: 'service',
          check: `[ "$(cat ${path} 2>/dev/null)" = ${quote(from ?? '')} ] || drifted`,
          run: `begin || return\nprintf '%s\\n' ${quote(spec.every)} >${path}`,
          verify: `grep -qx ${quote(spec.every)} ${path}`,
          undo: `[ -f "$step/begun" ] || return 0\n${
            from === null ? `rm -f ${path}` : `printf '%s\\n' ${quote(from)} >${path}`
          }`,
        },
      },
    ];
  },
};
