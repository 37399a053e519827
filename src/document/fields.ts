import { isIPv6 } from 'node:net';
import * as z from 'zod';

// A document is checked once, and compiling a checker takes longer than checking.
z.config({ jitless: true });

/**
 * The fields that inventories and playbooks are made of. Each check's message says what was **expected**; `validate`
 * adds what was found instead.
 */

/** A string that matches `pattern`; by default any without control characters, which could end a configuration line. */
export const text = (expected: string, pattern = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/) =>
  z.string({ error: expected }).regex(pattern, { error: expected });

/** Text of several lines, such as a PEM file. */
export const multiline = (expected: string) =>
  z
    .string({ error: expected })
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+$/, { error: expected });

/** A whole number from `min` to `max`. */
export const integer = (min: number, max: number, what = 'a whole number') => {
  const error = `${what} from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

export const flag = () => z.boolean({ error: 'true or false' });

/** One of these words. */
export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of: ${values.join(', ')}` });

/** An object with these keys and no other. */
export const object = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `one of: ${Object.keys(shape).join(', ')}`
        : `an object ${sketch(shape)}`,
  });

/** Such an object with the keys that it needs, `{ "address": … }`, or with its first two, where it needs none. */
function sketch(shape: z.core.$ZodLooseShape): string {
  const all = Object.keys(shape).filter((key) => key !== '$schema');
  const needed = all.filter((key) => !z.safeParse(shape[key] as z.ZodType, undefined).success);
  const shown = (needed.length > 0 ? needed : all.slice(0, 2)).map((key) => `"${key}": …`);
  return `{ ${[...shown, ...(needed.length > 0 ? [] : ['…'])].join(', ')} }`;
}

/** A list with at least `min` items. @param what the list, for messages */
export const list = <T extends z.ZodType>(item: T, what: string, min = 0) => {
  const error = min > 0 ? `${what}, at least one` : what;
  return z.array(item, { error }).min(min, { error });
};

/** An object with keys of one kind and values of another. @param expected the object, for messages */
export const record = <K extends z.core.$ZodRecordKey, V extends z.ZodType>(
  key: K,
  value: V,
  expected: string,
) => z.record(key, value, { error: expected });

/** A name that is safe as a file name, a HAProxy proxy or server name and a shell word. */
export const name = () =>
  text(
    'a name of letters, digits, ".", "_" and "-", starting with a letter or digit, at most 63 long',
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  );

export const port = () => integer(1, 65535, 'a port');

/** A port, or the first and the last of many: `50000-50100`. */
export const ports = () => {
  const error = 'a port from 1 to 65535, or a range such as "50000-50100"';
  const range = text(error, /^[1-9]\d{0,4}-[1-9]\d{0,4}$/).refine(
    (value) => {
      const [first = 0, last = 0] = value.split('-').map(Number);
      return first < last && last <= 65535;
    },
    { error },
  );
  return z.union([port(), range], { error });
};

const byte = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** The last label of a DNS name is no number (RFC 1123), so 10.0.0.256 and 10.0.0 do not match. */
const address = new RegExp(
  `^(?=.{1,253}$)(?:(?:${byte}\\.){3}${byte}|(?!(?:[^.]*\\.)*[0-9]+\\.?$)${label}(?:\\.${label})*\\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)$`,
);

/** An IP address or a DNS name (RFC 1123). */
export const hostAddress = () => {
  const error = 'an IP address (four numbers to 255 without leading zeros, or IPv6) or a host name';
  return text(error, address).refine((found) => !found.includes(':') || isIPv6(found), { error });
};

/** A DNS name, or `*.` and the end of one. */
export const domain = () =>
  text(
    'a host name, or "*." and the end of one',
    new RegExp(`^(?=.{1,253}$)(?:\\*\\.)?${label}(?:\\.${label})*$`),
  );

/** A network interface's name (Linux: at most 15 bytes, no slash, no white space). */
export const networkInterface = () =>
  text('an interface name: at most 15 letters, digits, ".", "_" and "-"', /^[A-Za-z0-9._-]{1,15}$/);

/** An absolute path without `.`/`..` parts, doubled or trailing slashes. */
export const absolutePath = () =>
  text(
    'an absolute path without "..", "//" or a trailing slash',
    /^(?!.*\/\.{1,2}(?:\/|$))(?:\/[^/\u0000-\u001f\u007f-\u009f\u2028\u2029]+)+$/,
  );

export const packageName = () => text('a package name such as httpd', /^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/);

export const owner = () =>
  text('a user or group name, or a number', /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?|[0-9]{1,10})$/);
/** An octal mode with three or four digits; `formatMode` of the resources makes it four. */
export const mode = () => text('an octal mode such as "0644"', /^0?[0-7]{3,4}$/);

/** A key as sysctl(8) writes it: parts separated by dots; a dot inside a part (an interface's name) becomes a slash. */
export const sysctlKey = () =>
  text('a sysctl key such as net.ipv4.ip_forward', /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_/-]+)+$/);

/** A kernel parameter's value: a line of text, or a whole number. */
export const sysctlValue = () =>
  z.union(
    [
      text(
        'a value of one line, without = # ;',
        /^(?=.*\S)[^\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029=#;]+$/,
      ),
      z.int(),
    ],
    {
      error: 'a string or a whole number',
    },
  );
