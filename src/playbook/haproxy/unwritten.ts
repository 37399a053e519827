import type { linesOf } from './lines';

type Lines = ReturnType<typeof linesOf>;

/** What no template can write but by the lines that are made for it, and what that is in an inventory. */
const keys: Partial<Record<keyof Lines, string>> = {
  connections: 'limits.connections, or tls.acme of another',
  rate: 'limits.rate',
  auth: 'auth',
  headers: 'headers',
  stick: 'stick',
  server: 'check, backends.tls, backends.resolvers, onDown or onBack',
};

/**
 * Why a haproxy.cfg template of the user's own leaves out what a service says; nothing where it knows of lines at all.
 * One that was ejected before a key came would do so without a word.
 */
export function unwritten(
  template: string,
  services: readonly { name: string; lines: Lines }[],
): string | undefined {
  if (/\blines\b/.test(template)) return undefined;
  for (const { name, lines } of services)
    for (const [key, said] of Object.entries(keys))
      if (lines[key as keyof Lines].length > 0)
        return `does not write what services.${name} says (${said}): put the lines of service.lines.${key} where they belong, or eject the shipped template again`;
  return undefined;
}
