import { writeFileSync } from 'node:fs';
import { ExitCode, UsageError } from '../errors';
import { type DiagramOptions as DrawOptions, diagram as draw } from '../library/diagram';
import type { Context } from '../planning/context';

export interface DiagramOptions extends DrawOptions {
  out?: string;
}

/** `haprov diagram`: draws a packet's way from the client to the service. */
export async function diagram(options: DiagramOptions, context: Context): Promise<ExitCode> {
  const { out } = options;
  const text = await draw(options, out === undefined ? context : { ...context, color: false, columns: 80 });
  if (out !== undefined) write(out, text);
  else if (options.format === 'text') await context.printRendered(text);
  else await context.print(Buffer.from(`${text}\n`));
  return ExitCode.done;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`);
  } catch (error) {
    throw new UsageError(`--out: ${file} cannot be written: ${(error as Error).message}`);
  }
}
