import { isIP } from 'node:net';
import * as z from 'zod';
import { integer, object, text } from '../document/fields';

/** The name of a unit, with or without its ending. */
export const unit = () => text('a unit name such as httpd', /^[A-Za-z0-9@:._\\-]{1,255}$/);
const notification = z.union(
  [
    object({ reload: unit().describe('The unit that reads its files anew.') }),
    object({ restart: unit().describe('The unit that is stopped and started.') }),
  ],
  {
    error: '{ "reload": UNIT } or { "restart": UNIT }',
  },
);
/** `{ "reload": UNIT }` or `{ "restart": UNIT }`, one or several. */
export const notify = z.union([notification, z.array(notification)], {
  error: '{ "reload": UNIT }, { "restart": UNIT }, or a list of them',
});
export type Notify = z.output<typeof notification>;

/** A mode with four digits, such as `0644`, however it is written. */
export const formatMode = (value: string) => value.replace(/^0+/, '').padStart(3, '0').padStart(4, '0');

/** How many seconds each part of a step may take; `seconds` by default. */
export const timeout = (seconds: number) =>
  integer(1, 86_400, 'seconds')
    .default(seconds)
    .describe(
      'Seconds that what it runs on the host may take: the change itself, its check, its validator, and its undo each. What takes longer is ended, with all that it started, and has failed.',
    );

/** The fields of every resource: which units to reload or restart when it changes, and a list that repeats it. */
export const common = {
  notify: notify
    .optional()
    .describe(
      'The units to reload or restart, once, when it has changed: { "reload": UNIT } or { "restart": UNIT }.',
    ),
  forEach: z
    .array(z.json(), { error: 'a list, as { "var": "certificates" }' })
    .optional()
    .describe('One such resource for each item of the list; its strings see the item as "item".'),
};

/** A port or range with its protocol: `80/tcp`, `5000-5010/udp`. */
export const portRange = () => {
  const error = 'a port such as "80/tcp" or "5000-5010/udp"';
  return text(error, /^\d{1,5}(?:-\d{1,5})?\/(?:tcp|udp|sctp|dccp)$/).refine(
    (range) => {
      const [low = 0, high = low] = range.split('/')[0]?.split('-').map(Number) ?? [];
      return low >= 1 && low <= high && high <= 65535;
    },
    { error },
  );
};

/** As {@link portRange}, and `10002/tcp@192.0.2.1`, which is open for that address only. */
export const opening = () => {
  const error = 'a port such as "80/tcp" or "5000-5010/udp", or for one address "80/tcp@192.0.2.1"';
  return text(error).refine(
    (found) => {
      const [range, address] = found.split('@');
      return portRange().safeParse(range).success && (address === undefined || isIP(address) > 0);
    },
    { error },
  );
};

/** The name of a resource that is no file, unit or package. */
export const resourceName = () =>
  text('a name of at most 80 characters', /^[^\u0000-\u001f\u007f]{1,80}$/).default('haprov');
