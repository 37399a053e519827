import { writeFileSync } from 'node:fs';
import type { ExitCode } from '../errors';
import {
  drill as breakThings,
  type DrillReport,
  type DrillOptions as LibraryOptions,
  renderDrillPage,
  renderDrillReport,
} from '../library/drill';
import type { Context } from '../planning/context';

export interface DrillOptions extends LibraryOptions {
  /** The file to write the report to as a page. */
  html?: string;
}

/** `haprov drill`: breaks one thing after the other and measures what clients notice. */
export async function drill(options: DrillOptions, context: Context): Promise<ExitCode> {
  const { html, json } = options;
  const keep = async (report: DrillReport): Promise<boolean> => {
    if (json) await context.printJson(report, 2);
    else await context.printRendered(renderDrillReport(report, context));
    return html === undefined || writePage(html, report, context);
  };
  return (await breakThings({ ...options, keep }, context)).exitCode;
}

/** Reports a failed write as a message instead of throwing: the drill's own result must still be printed. */
function writePage(file: string, report: DrillReport, context: Context): boolean {
  try {
    writeFileSync(file, renderDrillPage(report));
    return true;
  } catch (error) {
    const text = `--html: the page could not be written: ${(error as Error).message}`;
    context.emit({ type: 'message', level: 'error', text });
    return false;
  }
}
