/** A value with single spaces: the kernel separates tuples with tabs, people use spaces. */
export const normalValue = (value: string) => value.trim().replace(/\s+/g, ' ');

/** Keys whose value is a set of numbers: the kernel shows "8080,8081" as "8080-8081". */
const isSet = (key: string) => /(?:^|\.)(?:ip_local_reserved_ports|\w*cpumask|cpu_list|mems)$/.test(key);

/** Keys whose value is a set of processors in hexadecimal, with as many digits as the machine needs. */
const isMask = (key: string) => /(?:^|\.)(?:rps_default_mask|flow_limit_cpu_bitmap)$/.test(key);

/**
 * How the kernel shows `value`: sets as sorted ranges, numbers in decimal (0x10 is 16, 010 is 8), a space between the
 * numbers of a tuple.
 */
export function kernelForm(key: string, value: string): string {
  const text = normalValue(value);
  if (isSet(key)) return ranges(text) ?? text;
  if (isMask(key))
    return text
      .replaceAll(',', '')
      .replace(/^0+(?=.)/, '')
      .toLowerCase();
  const words = text.split(' ');
  return words.every((word) => /^-?(?:0x[0-9a-f]+|\d+)$/i.test(word)) ? words.map(decimal).join(' ') : text;
}

/** Whether the kernel takes both for the same value. */
export const isSameValue = (key: string, one: string, other: string): boolean =>
  kernelForm(key, one) === kernelForm(key, other);

/** Stands for a value whose form only the host knows. */
const anyForm = '*';

/** As {@link kernelForm}, for `verify_sysctls` on the host. */
export const formOnHost = (key: string, value: string): string =>
  isMask(key) ? anyForm : kernelForm(key, value);

function decimal(word: string): string {
  const digits = word.replace('-', '');
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits}` : digits;
  // The kernel does not take 09 for a number.
  if (/^0\d/.test(digits) && octal === digits) return word;
  const number = BigInt(octal);
  return `${word.startsWith('-') && number !== 0n ? '-' : ''}${number}`;
}

/** A list of numbers and ranges, sorted and merged; undefined where it is none. */
function ranges(text: string): string | undefined {
  const parts = text.split(',').filter(Boolean);
  const found = parts.map((part) => /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(part));
  if (found.some((one) => one === null)) return undefined;
  const spans = found
    .map((one) => ({ from: Number(one?.[1]), to: Number(one?.[2] ?? one?.[1]) }))
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of spans) {
    if (to < from) return undefined;
    const last = merged.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
