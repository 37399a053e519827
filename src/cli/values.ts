import { InvalidArgumentError } from 'commander';
import { elMajors, versionForm } from '../ranges';

// Parsers of option values, for commander; each throws InvalidArgumentError with what it expects.

/** Appends to the values of an option that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A port from `least` to 65535. */
export function portFrom(least: number): (text: string) => number {
  return (text) => {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < least || port > 65535)
      throw new InvalidArgumentError(`it is a number from ${least} to 65535.`);
    return port;
  };
}

/** A number of seconds, with a fraction or without. */
export function seconds(min: number, max: number, unit = 'seconds'): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`it is a number of ${unit} from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A number of seconds, or of another unit, without a fraction. */
export function whole(min: number, max: number, unit = 'seconds'): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`it is a whole number of ${unit} from ${min} to ${max}.`);
    return value;
  };
}

/** One of these words, which stand at the parser for completion. */
export function oneOf(...words: string[]): ((text: string) => string) & { words: readonly string[] } {
  const parse = (text: string) => {
    if (!words.includes(text)) throw new InvalidArgumentError(`it is one of: ${words.join(', ')}.`);
    return text;
  };
  return Object.assign(parse, { words });
}

/** A program's version, as it prints it: "2.4", "2.2.8". */
export function version(text: string): string {
  if (!versionForm.test(text)) throw new InvalidArgumentError('it is a version, such as 2.4.22.');
  return text;
}

/** An EL major version. */
export const elMajor = oneOf(...elMajors.map(String));
