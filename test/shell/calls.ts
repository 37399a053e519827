import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bare, callsIn, functionNames, functionsOf } from '../../src/shell/parse-shell';

/** Which functions of ours a script calls, and whether it has them: by its text, so also what no test runs through. */

/** Every function of every library. */
const known: ReadonlySet<string> = new Set(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sh'))
    .flatMap((name) => functionNames(readFileSync(join('src', name), 'utf8'))),
);

/** Functions of ours that can be reached from what `script` does by itself, and that it does not have. */
export function missingFunctions(script: string): string[] {
  const { bodies, rest } = functionsOf(bare(script));
  const reached = new Set<string>();
  const missing = new Set<string>();
  const follow = (text: string): void => {
    for (const name of callsIn(text, known)) {
      if (reached.has(name)) continue;
      reached.add(name);
      const own = bodies.get(name);
      if (own === undefined) missing.add(name);
      for (const body of own ?? []) follow(body);
    }
  };
  follow(rest);
  return [...missing];
}
