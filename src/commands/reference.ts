import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../errors';
import { schemas } from '../library/schema';
import type { Context } from '../planning/context';
import { installation } from '../playbook/playbook';
import type { CommandData } from '../reference/command-data';
import { exitCodes } from '../reference/documents';
import { keysOf } from '../reference/keys';
import { commandPages, keysPage } from '../reference/man';
import { commandsDocument, keysDocument } from '../reference/markdown';

export interface ReferenceOptions {
  /** The folder to write manual pages to. */
  man?: string;
  /** The folder to write documents to. */
  docs?: string;
  program: CommandData;
}

/** `haprov reference`, which only the build and `npm run reference` call: writes what the command line and the schemas say. */
export function reference({ man, docs, program }: ReferenceOptions, { env }: Context): ExitCode {
  const keys = { inventory: keysOf(schemas.inventory()), playbook: keysOf(schemas.playbook()) };
  const kinds = ['inventory', 'playbook'] as const;
  if (docs !== undefined)
    write(docs, [
      ['commands.md', commandsDocument(program)],
      ...kinds.map((kind) => [`${kind}.md`, keysDocument(kind, keys[kind])] as const),
    ]);
  if (man !== undefined) {
    const edition = {
      version: __HAPROV_VERSION__,
      date: new Date(Number(env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000).toISOString().slice(0, 10),
      exitCodes: exitCodes(installation),
    };
    write(man, [
      ...commandPages(program, edition),
      ...kinds.map((kind) => keysPage(kind, keys[kind], edition)),
    ]);
  }
  return ExitCode.done;
}

function write(folder: string, files: readonly (readonly [string, string])[]): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}
