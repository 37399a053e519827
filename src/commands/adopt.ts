import { ExitCode } from '../errors';
import {
  type AdoptedPair,
  adopt as adoptPair,
  type AdoptOptions as LibraryOptions,
  troubleRow,
} from '../library/adopt';
import type { Context } from '../planning/context';
import { count } from '../text/format';

export interface AdoptOptions extends LibraryOptions {
  json: boolean;
}

/** What `adopt --json` prints. */
export interface AdoptedDocument extends AdoptedPair {
  version: 1;
}

/** `haprov adopt`: writes an inventory, and byte for byte the files, of a pair that runs without haprov. */
export async function adopt(options: AdoptOptions, context: Context): Promise<ExitCode> {
  const found = await adoptPair(options, context);
  if (options.json) await context.printJson({ version: 1, ...found } satisfies AdoptedDocument, 2);
  else await context.printRendered(summary(found));
  const isWrong = found.faults.length > 0 || found.troubles.some(({ isFatal }) => isFatal);
  return isWrong ? ExitCode.failed : ExitCode.done;
}

function summary({ inventory, report, files, findings, faults, troubles, model }: AdoptedPair): string {
  const different = files.filter(({ same }) => !same).length;
  const rows = [
    model
      ? `${inventory}: by keys ${model.said.length === 0 ? 'nothing' : model.said.join(', ')}; ${count(model.sections.length, 'block')} as they are written; ${count(model.differences.length, 'part')} of HAProxy and keepalived will do otherwise`
      : `${inventory}: ${count(files.length, 'file')} of HAProxy and keepalived, byte for byte; ${different === 0 ? 'all are the same on all hosts' : `${different} not the same on all hosts`}`,
    `${report}: what differs, what is not managed, ${count(findings.length, 'finding')} of lint`,
    ...faults.map((one) => `still wrong: ${one}`),
    ...troubles.map((one) => `${one.isFatal ? '✗' : '!'} ${troubleRow(one)}`),
    `next: haprov plan ${inventory}`,
  ];
  return rows.join('\n');
}
