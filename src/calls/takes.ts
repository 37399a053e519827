import { didYouMean } from '../document/suggest';
import { UsageError } from '../errors';
import type { Caller } from '../library/caller';
import { elMajors, ranges, versionForm, wholeNumbers } from '../ranges';

/** Says of a value that an option does not take what it is not ("no path"); undefined where it is taken. */
type Check = (value: unknown) => string | undefined;

/** A check for each option that a function takes. */
export type Takes<O> = { readonly [Name in Exclude<keyof O, keyof Caller>]-?: Check };

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const text: Check = (value) => (isText(value) ? undefined : 'no text');
export const texts: Check = (value) =>
  Array.isArray(value) && value.every(isText) ? undefined : 'no list of texts';
/** Of what an empty list would mean all, were it taken. */
export const someTexts: Check = (value) =>
  Array.isArray(value) && value.length === 0 ? 'an empty list' : texts(value);
export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'neither true nor false');
export const callback: Check = (value) => (typeof value === 'function' ? undefined : 'no function');
export const object: Check = (value) => (isObject(value) ? undefined : 'no object');
export const version: Check = (value) =>
  isText(value) && versionForm.test(value) ? undefined : 'no version, such as 2.4.22';
export const oneOf =
  <T>(values: readonly T[]): Check =>
  (value) =>
    values.some((one) => one === value) ? undefined : `none of ${values.join(', ')}`;
/** A number in a range, which need not be whole. */
export const number =
  (least: number, most: number, isWhole = false): Check =>
  (value) => {
    const isNumber = typeof value === 'number' && (!isWhole || Number.isInteger(value));
    return isNumber && value >= least && value <= most
      ? undefined
      : `no ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`;
  };
/** As the command line takes the option of this name. */
export const ranged = (name: keyof typeof ranges): Check =>
  number(ranges[name][0], ranges[name][1], wholeNumbers.includes(name));
export const el: Check = oneOf(elMajors);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const ofEveryCaller: Record<keyof Caller, Check> = {
  env: object,
  signal: (value) => (value instanceof AbortSignal ? undefined : 'no AbortSignal'),
  onEvent: callback,
  ask: callback,
  askHostKey: callback,
};

/** Of what is no option, and cannot be left out. @throws UsageError */
export function requireArgument(name: string, value: unknown, check: Check): void {
  const wrong = check(value);
  if (wrong !== undefined) throw new UsageError(`${name}: ${shown(value)} is ${wrong}`);
}

/**
 * What a caller said, without himself. What he left undefined he did not say.
 * @throws UsageError for an option that the function does not take, or a value that the option does not
 */
export function saidIn<O extends Caller>(options: O, takes: Takes<O>): Omit<O, keyof Caller> {
  if (!isObject(options))
    throw new UsageError(`${shown(options)} is no object of options`, 'give none, or { NAME: VALUE }');
  const known: Record<string, Check> = { ...takes, ...ofEveryCaller };
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of said) {
    if (!Object.hasOwn(known, name))
      throw new UsageError(
        `this function takes no option ${name}${didYouMean(name, Object.keys(known))}`,
        `it takes ${Object.keys(known).sort().join(', ')}`,
      );
    const wrong = known[name]?.(value);
    if (wrong !== undefined)
      throw new UsageError(
        `${name}: ${shown(value)} is ${wrong}`,
        'leave it out, or undefined, for the default',
      );
  }
  return Object.fromEntries(said.filter(([name]) => !Object.hasOwn(ofEveryCaller, name))) as Omit<
    O,
    keyof Caller
  >;
}

const shown = (value: unknown) => (isObject(value) ? JSON.stringify(value) : String(value)).slice(0, 100);
