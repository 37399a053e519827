import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../document/document';
import { ExitCode, HaprovError, InputError } from '../errors';
import { decrypt } from './age';
import type { Editor } from './own-editor';
import { inPrivate } from './private-file';
import { fault, type OpenedSecrets, openSecrets, type SecretAsker, type SecretValues } from './secret-file';
import { asYaml, inDoubleQuotes, readYaml } from './secrets-as-yaml';
import { secretFile } from './sources';
import { changeSecrets, encryptFor, type Made, putInPlace } from './write-secrets';

/** What somebody has written and what could not be taken as it is; encrypted, until the next edit. */
const draftFile = `${secretFile}.draft`;

interface Draft {
  /** The secrets from which the edit began. */
  base: SecretValues;
  text: string;
}

/** The names of secrets, by what an edit has done with them. */
export interface Edited {
  added: string[];
  changed: string[];
  removed: string[];
}

export interface Editing {
  editor: Editor;
  /** Asks whether secrets may go. @param isAll whether none is left */
  mayRemove(names: readonly string[], isAll: boolean): Promise<boolean>;
  /** Is told what else the change has made. */
  tell(made: Made): void;
  /** The command that goes on with what was kept. */
  again: string;
}

/** Somebody else has changed the same secrets. */
class Conflict extends HaprovError {
  constructor(
    readonly names: readonly string[],
    readonly now: SecretValues,
  ) {
    super(ExitCode.failed, `somebody else has changed ${names.join(', ')} meanwhile: nothing was changed`);
  }
}

/**
 * Has the secrets of `folder` edited as YAML, in a file of the user's own that is wiped afterwards. Only what an edit has
 * changed is changed, also where somebody else has changed something meanwhile. What cannot be taken is kept for the next edit.
 * @throws HaprovError
 */
export async function editSecrets(
  folder: string,
  asker: SecretAsker,
  { editor, mayRemove, tell, again }: Editing,
): Promise<Edited> {
  const found = await openSecrets(folder, asker);
  if (!found) throw new Error('there is nothing to edit');
  const place = join(folder, draftFile);
  const draft: Draft = existsSync(place)
    ? await readDraft(place, found)
    : { base: found.values, text: asYaml(found.values) };
  const { result: code, text, isUtf8 } = await inPrivate(draft.text, editor);
  const keep = async (why: HaprovError) => {
    if (text === draft.text && !existsSync(place)) return why;
    const kept = why instanceof Conflict ? settled({ ...draft, text }, why) : { ...draft, text };
    const plain = JSON.stringify({ ...kept, base: Object.fromEntries(kept.base) });
    putInPlace(place, await encryptFor(folder, plain, found));
    const next = why instanceof Conflict ? 'shows what they have set, and takes yours' : 'goes on with it';
    const first = why.hint === undefined ? '' : `${why.hint}; `;
    const hint = `${first}what you wrote is kept, encrypted, in ${place}: ${again} ${next} (remove it to begin anew)`;
    return why instanceof InputError
      ? new InputError(why.faults, hint)
      : new HaprovError(why.exitCode, why.message, hint);
  };
  if (code !== 0)
    throw await keep(
      new HaprovError(ExitCode.failed, `the editor failed with exit code ${code}: nothing was changed`),
    );
  try {
    if (!isUtf8) throw fault('the edited text', 'is no UTF-8 text: have your editor save it as UTF-8');
    const values = readYaml(text, new Set(draft.base.keys()));
    const edited = difference(draft.base, values);
    const { removed } = edited;
    if (removed.length > 0 && !(await mayRemove(removed, values.size === 0)))
      throw new HaprovError(ExitCode.failed, 'nothing was changed');
    if (Object.values(edited).some((names) => names.length > 0))
      await changeSecrets(folder, asker, (now) => merged(now, draft.base, values, edited), tell);
    rmSync(place, { force: true });
    return edited;
  } catch (error) {
    throw error instanceof HaprovError ? await keep(error) : error;
  }
}

async function readDraft(place: string, { key }: OpenedSecrets): Promise<Draft> {
  try {
    const text = await decrypt(readBytes(place), key);
    const { base, ...draft } = JSON.parse(text) as { base: Record<string, string>; text: string };
    return { ...draft, base: new Map(Object.entries(base)) };
  } catch {
    throw fault(place, 'cannot be read: it is damaged, or not for you; remove it to begin anew');
  }
}

function difference(base: SecretValues, values: SecretValues): Edited {
  const names = [...values.keys()];
  return {
    added: names.filter((name) => !base.has(name)),
    changed: names.filter((name) => base.has(name) && base.get(name) !== values.get(name)),
    removed: [...base.keys()].filter((name) => !values.has(name)),
  };
}

function merged(now: SecretValues, base: SecretValues, values: SecretValues, edited: Edited): SecretValues {
  const names = Object.values(edited).flat();
  const both = names.filter((name) => now.get(name) !== base.get(name) && now.get(name) !== values.get(name));
  if (both.length > 0) throw new Conflict(both, now);
  return withValues(now, names, values);
}

/** `all` with what `values` has of `names`. */
function withValues(all: SecretValues, names: readonly string[], values: SecretValues): SecretValues {
  const next = new Map(all);
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

const notice = '# Meanwhile somebody else has ';

/** A draft that says what others have set, and begins from there. */
function settled({ base, text }: Draft, { names, now }: Conflict): Draft {
  const rows = names.map((name) => {
    const value = now.get(name);
    const what = value === undefined ? `taken ${name} out` : `set ${name} to ${inDoubleQuotes(value)}`;
    return `${notice}${what}; what stands below counts once you end the editor.\n`;
  });
  const own = text
    .split('\n')
    .filter((row) => !row.startsWith(notice))
    .join('\n');
  return { base: withValues(base, names, now), text: rows.join('') + own };
}
