import type { Value } from '../schema/vars';
import type { GivenVars } from './read';
import { fromEnvironment, isTemplate, misread, type Note } from './values';

/** Variables under names that ours may have; what is left out, called otherwise, or had better not stand there is noted. */
export function carryVariables(given: GivenVars, note: Note): Record<string, Value> {
  const vars = new Map<string, Value>();
  for (const [key, { value, line }] of given) {
    const name = key.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9])/, '_');
    const isTaken = name !== key && (given.has(name) || vars.has(name));
    const environment = fromEnvironment(value);
    const why =
      name === '' || name === '__proto__'
        ? `${JSON.stringify(key)} is not a name that can be used`
        : isTaken
          ? `it would be called ${name}, and there is one already`
          : isTemplate(value) && !environment
            ? `${JSON.stringify(value)} is an expression, and haprov evaluates none`
            : misread(value);
    if (why !== undefined) {
      note(line, `${key} is left out: ${why}`);
      continue;
    }
    vars.set(name, environment ?? value);
    if (name !== key) note(line, `${key} is called ${name}: a name is of letters, digits and "_"`);
    if (namesSecret.test(name) && !environment && value !== '')
      note(
        line,
        `${name} looks like a secret in plain text: { "env": "NAME" } in its place keeps it out of the file, and masks it`,
      );
  }
  return Object.fromEntries(vars);
}

const namesSecret = /(?:^|_)(?:pass|passwd|password|passphrase|secret|token|api_?key)$/i;
