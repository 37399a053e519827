import { ExitCode } from '../errors';
import type { RunEnd } from '../events/events';
import { executePlan, planningFor, type RolloutOptions, undoOptions } from '../execution/execute-plan';
import { historyQuestion, readHistory } from '../host/history';
import type { Host, Inventory } from '../inventory/inventory';
import type { Readiness } from '../pair/health';
import { makeDueAgain } from '../patch/between';
import { pending } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';
import { notAsked, patience } from '../planning/hosts';
import {
  type BeforePlan,
  type Instead,
  makePlan,
  type Planned,
  requireWhole,
  surveyWhole,
} from '../planning/planning';
import type { Resource } from '../playbook/expand';
import { chooseRuns } from '../rollback/choose-runs';
import { readUndo } from '../rollback/records';
import type { Undo } from '../rollback/undo';

export interface RollbackOptions extends CommonOptions, RolloutOptions {
  /** Undo all runs after this one. */
  to?: string;
}

/** What `wishes` has found for the run that has nothing to undo. */
type Chosen = { newest?: string | undefined };

/** Plans how to undo the newest run, or all runs after `to`; has the plan agreed to, and rolls it out. */
export async function rollback(options: RollbackOptions, context: Context): Promise<RunEnd> {
  const begun = performance.now();
  const undos = new Map<string, Undo>();
  const chosen: Chosen = {};
  const planned = await makePlan(options, context, {
    ...planningFor('rollback', options, context),
    instead: (known) => wishes(known, options, context, undos, chosen),
  });
  try {
    requireWhole(planned);
    if (pending(planned.plan) === 0) {
      const message = [...undos.values()].some((undo) => undo.resources.length > 0)
        ? 'nothing to undo: the hosts are as they were before'
        : whyNothing(options, chosen);
      const ms = Math.round(performance.now() - begun);
      const ended: RunEnd = { exitCode: ExitCode.done, ms, changed: 0, failed: 0, message };
      context.emit({ type: 'run-end', ...ended });
      return ended;
    }
    const undo = () => rollback(undoOptions(options), context);
    const text = `only the hosts went back: what your files still ask for (haprov plan ${options.inventory} shows it) is made by the next push, and what a patch had made newer by the next patch`;
    const last = async ({ exitCode }: Pick<RunEnd, 'exitCode'>) => {
      if (exitCode !== ExitCode.done) return;
      context.emit({ type: 'message', level: 'info', text });
      const undone = planned.plan.hosts.filter(({ changes }) => changes.length > 0).map(({ host }) => host);
      await makeDueAgain(planned.survey.hosts, undone, context);
    };
    return await executePlan(
      { command: 'rollback', begun, planned: withoutUndone(planned, undos), undo, last },
      options,
      context,
    );
  } finally {
    planned.survey.close();
  }
}

function whyNothing({ to }: RollbackOptions, { newest }: Chosen): string {
  if (to !== undefined)
    return `nothing to undo: no run after ${to} has changed these hosts; a boot is not taken back`;
  return newest === undefined
    ? 'nothing to undo: no run that could be undone has finished on these hosts'
    : `nothing to undo: what ${newest} did, the newest run that has finished, stays; haprov rollback --to RUN takes back all after RUN (haprov log lists them)`;
}

/** Asks each host for its runs, then for the records of those to undo: two read-only execs a host. */
async function wishes(
  { inventory, targets, wanted: byPlaybooks }: BeforePlan,
  options: RollbackOptions,
  context: Context,
  undos: Map<string, Undo>,
  chosen: Chosen,
): Promise<Instead> {
  const asked = [...targets.values()].map((target) => ({ target, questions: [historyQuestion] }));
  const waits = patience(options, context);
  const surveyed = await surveyWhole(asked, context, options.yes || context.canAsk);
  try {
    const failure = notAsked(surveyed.failures);
    if (failure) throw failure;
    const histories = surveyed.hosts.map(
      ({ name, answers }) => [name, readHistory(answers.of(historyQuestion.id))] as const,
    );
    const choice = chooseRuns(new Map(histories), options.to);
    chosen.newest = choice.newest;
    const warnings = [...choice.warnings];
    const wanted = new Map<Host, Resource[]>();
    await Promise.all(
      [...byPlaybooks].map(async ([host, resources]) => {
        const found = surveyed.hosts.find(({ name }) => name === host.name);
        if (!found) return;
        const undo = await readUndo(found, choice.runs.get(host.name) ?? [], resources, waits);
        for (const file of undo.files)
          for (const secret of rotatedSecrets(file, (text) => inventory.secrets.mask(text)))
            inventory.secrets.add(secret);
        undos.set(host.name, undo);
      }),
    );
    for (const host of byPlaybooks.keys()) {
      const undo = undos.get(host.name);
      wanted.set(host, undo?.resources ?? []);
      warnings.push(...(undo?.warnings ?? []));
    }
    return { wanted, warnings, kept: surveyed.hosts };
  } catch (error) {
    surveyed.close();
    throw error;
  }
}

/** Former secrets: the texts in `to` at the places where `from` holds a secret. They must be masked, too. */
export function rotatedSecrets(
  { from, to }: Undo['files'][number],
  mask: (text: string) => string,
): string[] {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const patterns = from.split('\n').flatMap((row) => {
    const masked = mask(row);
    return masked === row ? [] : [new RegExp(`^${masked.split('***').map(literal).join('(.+?)')}$`)];
  });
  const rows = to.split('\n');
  return patterns.flatMap((pattern) => rows.flatMap((row) => pattern.exec(row)?.slice(1) ?? []));
}

/**
 * What the gate may expect after an undo: as the inventory says, without the ports and VIPs that disappear with the
 * undone files, and without the units that will not run.
 */
function withoutUndone(planned: Planned, undos: ReadonlyMap<string, Undo>): Planned {
  const { inventory } = planned;
  const readiness = new Map(
    [...planned.readiness].map(([host, expected]) => [
      host,
      lessOf(expected, undos.get(host), inventory.haproxy.healthPort),
    ]),
  );
  const vips = inventory.vips.filter(({ address, members }) => {
    const undone = members.flatMap((member) => undos.get(member.host.name) ?? []);
    const allStop =
      undone.length === members.length && undone.every(({ stopped }) => stopped.includes('keepalived'));
    return !allStop && !undone.some((undo) => goes(undo, address));
  });
  return { ...planned, readiness, inventory: { ...inventory, vips } satisfies Inventory };
}

function lessOf(expected: Readiness, undo: Undo | undefined, healthPort: number): Readiness {
  if (!undo) return expected;
  const units = expected.units.filter((unit) => !undo.stopped.includes(unit));
  const noUnit = units.length === 0;
  return {
    units,
    ports: noUnit ? [] : expected.ports.filter((port) => !goes(undo, String(port))),
    balances: expected.balances && units.includes('haproxy'),
    ...(expected.healthPort !== undefined && !goes(undo, String(healthPort)) ? { healthPort } : {}),
  };
}

/** Whether a file has `word` now and will not have it after the undo. */
function goes({ files }: Undo, word: string): boolean {
  const names = (text: string) =>
    new RegExp(`(?<![0-9a-fA-F.])${word.replaceAll('.', '\\.')}(?![0-9a-fA-F.]*[0-9a-fA-F])`).test(text);
  return files.some(({ from, to }) => names(from) && !names(to));
}
