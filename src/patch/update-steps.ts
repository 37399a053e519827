import type { TitledStep } from '../host/transaction';
import { call } from '../shell/library';
import type { UpdatePlan } from './packages';
import { stays, wordsOf } from './resolve';

/** Seconds for each part of an update: a mirror, a disk and the packages' scripts may be slow. */
const limitSeconds = 3600;

/**
 * The steps of a transaction that make exactly these updates; none where there are none. Its parts: `check` (the packages
 * are as the plan saw them, and rpm's database is free), `stage` (all is downloaded, and rpm tries it without changing
 * anything), `validate` (the new HAProxy and keepalived read the host's running configuration), `run`, `verify`, and
 * `undo`. Then each unit that runs what is replaced is restarted, unless the host is booted anyway.
 */
export function updateSteps(plan: UpdatePlan, { isBooted = false } = {}): TitledStep[] {
  const { updates, wish, afterwards } = plan;
  if (updates.length === 0) return [];
  const rows = updates
    .map((one) => [
      one.name,
      one.arch,
      one.from ?? '-',
      one.to ?? '-',
      ...(stays(one, updates) ? ['stays'] : []),
    ])
    .map((fields) => fields.join(' '))
    .join('\n');
  const target = namesIn(updates);
  return [
    {
      title: `update package ${target}`,
      type: 'package',
      target,
      action: 'update',
      attributes: updates.map(({ name, arch, from, to }) => ({ name: `${name}.${arch}`, from, to })),
      step: {
        phase: 'commit',
        limitSeconds,
        check: call('check_updates', rows),
        stage: call('stage_updates', rows, ...wordsOf(wish)),
        validate: call('try_updates', rows),
        run: call('run_updates', rows, ...wordsOf(wish)),
        verify: call('verify_updates', rows),
        undo: call('undo_updates', rows),
        undoneByNetwork: true,
      },
    },
    ...(isBooted ? [] : afterwards.units.map(({ unit }) => restartStep(unit))),
  ];
}

/** The packages' names; where there are many, how many more. */
function namesIn(updates: readonly { name: string }[]): string {
  const names = [...new Set(updates.map(({ name }) => name))];
  return names.length <= 8 ? names.join(' ') : `${names.slice(0, 7).join(' ')} and ${names.length - 7} more`;
}

/** Restarts a unit, so that it runs what is installed; its undo restarts it again, when the packages are as before. */
function restartStep(unit: string): TitledStep {
  return {
    title: `restart service ${unit}`,
    type: 'service',
    target: unit,
    action: 'restart',
    unit,
    step: {
      phase: 'service',
      limitSeconds: 300,
      check: ':',
      stage: call('save_service', unit, '-'),
      run: call('change_service', unit, '-', 'restart'),
      verify: call('verify_service', unit, '-', 'active'),
      undo: call('restart_back', unit),
    },
  };
}
