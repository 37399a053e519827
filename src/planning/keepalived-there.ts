import { dirname, resolve } from 'node:path/posix';
import type { OwnTexts } from '../ha/own/reading';
import type { KeepalivedThere } from '../ha/own/whole-texts';
import type { Question } from '../host/probe';
import type { Surveyed } from '../host/survey';
import { includesIn } from '../lint/given-files';
import { readKeepalivedFiles, textsScript } from '../pair/keepalived-files';
import type { Resource } from '../playbook/expand';

const id = 'keepalived-texts';

/**
 * Asks a host, for a keepalived.conf of the user's own, for the files that its present one includes, and for those that it is
 * to include: what is not in the inventory counts as well.
 */
export function keepalivedQuestion(
  { keepalived }: Pick<OwnTexts, 'keepalived'>,
  resources: readonly Resource[],
): Question[] {
  if (!keepalived) return [];
  const { main, files } = keepalived;
  if (!resources.some(({ about: { path } }) => path?.startsWith(`${dirname(main)}/`))) return [];
  const patterns = [...files].flatMap(([path, text]) =>
    includesIn(text).map((pattern) => resolve(dirname(path), pattern)),
  );
  const told = new Set(patterns.filter((pattern) => !/[{$]/.test(pattern)));
  return [{ id, script: textsScript(main, told) }];
}

/** The answer; undefined where keepalived reads one file before and after. */
export function keepalivedThere({ answers }: Pick<Surveyed, 'answers'>): KeepalivedThere | undefined {
  const { configId, files, searched } = readKeepalivedFiles(answers.find(id) ?? '');
  return configId === undefined ? undefined : { configId, files, searched };
}
