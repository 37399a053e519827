import { dirname } from 'node:path';
import { byCaller } from '../by-caller';
import type { Document } from '../document/document';
import { oneOf, suggestion } from '../document/suggest';
import { ExitCode, HaprovError, InputError } from '../errors';
import { askCommand } from './secret-command';
import { openSecrets, type SecretAsker } from './secret-file';
import {
  type Answer,
  type Answers,
  faultOf,
  isOfPrograms,
  type Reference,
  referenceIn,
  secretCommand,
  secretFile,
} from './sources';

/**
 * Asks for every value of `document` that a command prints or that stands in the encrypted file beside it: all commands side
 * by side, each once, however often it is named.
 * @throws HaprovError where the user leaves meanwhile
 */
export async function askAll(document: Document, asker: SecretAsker): Promise<Answers> {
  const found = new Map(referencesIn(document.value).map((one) => [JSON.stringify(one), one]));
  const asked = [...found.values()].filter((one) => faultOf(one) === undefined);
  const folder = dirname(document.file);
  const env = withoutRead(asker.env, [...found.values()]);
  const commands = asked.flatMap((one) => ('command' in one ? [one] : []));
  const secrets = asked.flatMap((one) => ('secret' in one ? [one] : []));
  const all = await Promise.all([
    ...commands.map(
      async (one): Promise<[string, Answer]> => [
        JSON.stringify(one),
        await once(one.command, { cwd: folder, env, signal: asker.stopping }, saidTo(asker.env)),
      ],
    ),
    ...(secrets.length > 0 ? [askFile(secrets, document.file, asker)] : []),
  ]);
  const answers = new Map(all.flatMap((one) => (one instanceof Map ? [...one] : [one])));
  // Where all is answered, a look at the hosts after Ctrl-C goes on: it says what a command has left there.
  if (asker.stopping?.aborted && [...answers.values()].some((one) => 'fault' in one))
    throw new HaprovError(ExitCode.left, 'left while its secrets were asked for: nothing was done');
  return (reference) => answers.get(JSON.stringify(reference));
}

/** The programs that an inventory has run for its values. */
export function programsOf(document: Document): string[] {
  const words = referencesIn(document.value).flatMap((one) =>
    'command' in one && faultOf(one) === undefined ? (one.command[0] ?? []) : [],
  );
  return [...new Set(words)];
}

function referencesIn(node: unknown): Reference[] {
  const reference = referenceIn(node);
  if (reference) return [reference];
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(referencesIn) : [];
}

/** Programs need no variable that is there for the inventory. */
function withoutRead(env: NodeJS.ProcessEnv, references: readonly Reference[]): NodeJS.ProcessEnv {
  const read = new Set(
    references.flatMap((one) => ('env' in one && !isOfPrograms(one.env) ? [one.env] : [])),
  );
  return Object.fromEntries(Object.entries(env).filter(([name]) => !read.has(name)));
}

/** What commands have said to whom: who looks again and again is not asked for a PIN each time. */
const saidTo = byCaller(() => new Map<string, Promise<Answer>>());

async function once(
  words: string[],
  options: Parameters<typeof askCommand>[1],
  said: Map<string, Promise<Answer>>,
): Promise<Answer> {
  const key = JSON.stringify([options.cwd, words]);
  const answer = said.get(key) ?? askCommand(words, options);
  said.set(key, answer);
  if ('fault' in (await answer)) said.delete(key);
  return answer;
}

async function askFile(
  references: readonly { secret: string }[],
  inventory: string,
  asker: SecretAsker,
): Promise<Map<string, Answer>> {
  let answer: (name: string) => Answer;
  try {
    const values = (await openSecrets(dirname(inventory), asker))?.values;
    answer = (name) => {
      const value = values?.get(name);
      if (value !== undefined) return { value };
      if (!values)
        return {
          fault: `there is no ${secretFile} beside this file: ${secretCommand(inventory, 'set', name)} makes it`,
          isAbsent: true,
        };
      const meant = suggestion(name, oneOf([...values.keys()]));
      return {
        fault: `${secretFile} has no secret ${name}${meant === undefined ? '' : `; did you mean "${meant}"?`}: set it with ${secretCommand(inventory, 'set', name)}`,
        isAbsent: true,
      };
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const text = error.faults.map(({ file, message }) => `${file}: ${message}`).join('; ');
    answer = () => ({ fault: text });
  }
  return new Map(references.map((one) => [JSON.stringify(one), answer(one.secret)]));
}
