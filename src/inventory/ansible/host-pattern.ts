import { Mistake, OtherFormat } from './mistake';

/** Far more than anybody balances, far fewer than exhaust the memory. */
export const mostHosts = 10_000;

const bracketed = /^\[(.+)\]:([0-9]+)$/;
const withPort = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/;

/**
 * The hosts that the first word of a host line means: `web[01:03].example.org:2222` is three, with the port.
 * @throws Mistake
 */
export function expandHostPattern(pattern: string): { names: string[]; port?: number } {
  const [, inner = pattern, outerPort] = bracketed.exec(pattern) ?? [];
  const [, bare = inner, innerPort] = withPort.exec(inner) ?? [];
  const port = innerPort ?? outerPort;
  if (pattern === '---')
    throw new OtherFormat('"---" begins a YAML file, which is told by its ending: .yml, .yaml');
  if (port === undefined && pattern.endsWith(':'))
    throw new OtherFormat(
      `${JSON.stringify(pattern)} ends with ":" but names no port; is it a YAML file? One is told by its ending: .yml, .yaml`,
    );
  const names = expandRanges(bare);
  for (const name of names)
    if (!/^[\p{L}\p{N}_.:-]+$/u.test(name)) throw new Mistake(`${JSON.stringify(name)} is no host name`);
  return port === undefined ? { names } : { names, port: Number(port) };
}

/** `db-[a:c]`, `web[01:10:3]`, also several in one name; both ends count. */
function expandRanges(pattern: string): string[] {
  let names = [pattern];
  while (names[0]?.includes('[')) {
    const parts = names.map((name) => /^([^[]*)\[([^\]]*)\](.*)$/s.exec(name));
    const members = sequence(parts[0]?.[2], pattern);
    if (members.length * names.length > mostHosts) throw new Mistake(`is more than ${mostHosts} hosts`);
    names = parts.flatMap((part) => members.map((member) => `${part?.[1]}${member}${part?.[3]}`));
  }
  return names;
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function sequence(range: string | undefined, pattern: string): string[] {
  const [, begin = '', end = '', step = '1'] = /^(\w*):(\w+)(?::([0-9]+))?$/.exec(range ?? '') ?? [];
  const isOfLetters = /^[A-Za-z]$/.test(begin) && /^[A-Za-z]$/.test(end);
  if (!isOfLetters && !(/^[0-9]*$/.test(begin) && /^[0-9]+$/.test(end)))
    throw new Mistake(
      `${JSON.stringify(pattern)} has a range that is none: one is [begin:end] or [begin:end:step], of numbers or of single letters`,
    );
  const isPadded = begin.length > 1 && begin.startsWith('0');
  if (isPadded && begin.length !== end.length)
    throw new Mistake(`the range [${range}] begins with a zero, so both its ends must be of one length`);
  const [from, to, by] = isOfLetters
    ? [letters.indexOf(begin), letters.indexOf(end), Number(step)]
    : [Number(begin), Number(end), Number(step)];
  if (by === 0 || from > to) throw new Mistake(`the range [${range}] is empty`);
  const count = Math.floor((to - from) / by) + 1;
  if (count > mostHosts) throw new Mistake(`the range [${range}] is more than ${mostHosts} hosts`);
  return Array.from({ length: count }, (_, nth) => {
    const member = from + nth * by;
    return isOfLetters ? letters.charAt(member) : String(member).padStart(isPadded ? begin.length : 0, '0');
  });
}
