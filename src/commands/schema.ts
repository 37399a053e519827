import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../errors';
import { schemas, schema as textOf } from '../library/schema';
import type { Context } from '../planning/context';

/** `haprov schema`: prints a JSON Schema, or writes those of what users write. */
export async function schema(
  { kind, write }: { kind: string; write?: string },
  context: Context,
): Promise<ExitCode> {
  if (write === undefined) await context.print(Buffer.from(textOf(kind)));
  else for (const one of Object.keys(schemas)) writeFileSync(join(write, `${one}.schema.json`), textOf(one));
  return ExitCode.done;
}
