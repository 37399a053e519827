import { relative } from 'node:path';
import type { TitledStep } from '../host/transaction';

/** What the operator does about a failed part of a step, in a sentence. */
export function hintFor({
  part,
  command,
  output,
  origin,
}: {
  part: string;
  command: string;
  output: string;
  /** The local file that is pushed. */
  origin?: string | undefined;
}): string {
  if (output.includes('drift: '))
    return 'somebody changed the host in between: make a new plan and look at it';
  // The words of src/shell/patch/update.sh.
  if (output.includes('so that it is not installed'))
    return 'nothing was installed: change the configuration so that the old and the new program take it, or leave the package out';
  if (output.includes('a script of a package failed'))
    return 'its words are above; mend what it complains of, or leave the package out';
  const unwritable = hintForUnwritable(output);
  if (unwritable !== undefined) return unwritable;
  if (part === 'validate') {
    const isOwn = origin !== undefined && !origin.endsWith('.ejs');
    return `mend ${isOwn ? shownPath(origin) : 'the template or the inventory'}; the host keeps the file that it had`;
  }
  if (/^(yum|dnf) /.test(command) && /already locked|another copy is running|currently holding/i.test(output))
    return 'another dnf or yum is at work there: wait until it has ended, or see what it waits for, and run this again';
  if (/^(yum|dnf) /.test(command))
    return 'look at what the package manager says above: is a repository enabled and in reach? (EL6 and EL7 are only in the vault now)';
  const [, unit] = /^systemctl (?:.* )?(\S+)$/.exec(command) ?? [];
  if (unit) return `the unit’s own log says why: journalctl -u ${unit} on the host`;
  if (/^(service|chkconfig) /.test(command))
    return 'the init script says why above; if not, the service’s own log or /var/log/messages on the host';
  return 'mend the cause, then apply again: what is done already is skipped';
}

/** What is done where a host cannot write what it is to keep; undefined where its words say another reason. */
export function hintForUnwritable(output: string): string | undefined {
  if (/No space left|more space needed/.test(output)) return 'make room on the host, then run this again';
  if (output.includes('Read-only file system'))
    return 'mount it so that it can be written again (dmesg on the host says why, where the kernel has made it read-only), then run this again';
  return undefined;
}

/**
 * The step whose file the user must mend: HAProxy checks all files together, so that the step of one may fail for another. One that is
 * named as a file beside goes before the one whose line (`[PATH:3]`) names it.
 */
export function stepToMend<T extends Pick<TitledStep, 'target'>>(
  output: string,
  own: T | undefined,
  steps: readonly T[],
): T | undefined {
  const beside = output.replaceAll(/\[[^\][]*:\d+\]/g, '');
  const namedIn = (text: string) =>
    steps.find(({ target }) => target.startsWith('/') && text.split(/[\s'":,;()[\]]+/).includes(target));
  return namedIn(beside) ?? (own && output.includes(own.target) ? own : (namedIn(output) ?? own));
}

function shownPath(file: string): string {
  const here = relative(process.cwd(), file);
  return here.startsWith('..') ? file : here;
}
