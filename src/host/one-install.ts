import { install } from '../shell/install';
import { changesIn, defaultLimitSeconds, type TitledStep } from './transaction';

/**
 * The steps with one that installs all packages in place of several, since each call of yum reads its metadata anew. A
 * package is not installed before a command that comes before it, such as one that enables its repository.
 */
export function inOneInstall(steps: readonly TitledStep[]): TitledStep[] {
  const result: TitledStep[] = [];
  let first: number | undefined;
  for (const step of steps) {
    const { installs, phase } = step.step;
    if (step.isOpaque && phase === 'prepare') first = undefined;
    const before = first === undefined ? undefined : result[first];
    if (installs && before && first !== undefined) result[first] = both(before, step);
    else result.push(step);
    if (installs && !before) first = result.length - 1;
  }
  return result;
}

function both(one: TitledStep, other: TitledStep): TitledStep {
  const [mine, its] = [one, other].map(({ step }) => step.installs ?? []);
  const names = [...new Set([...(mine ?? []), ...(its ?? [])])];
  const seconds = [one, other].map(({ step }) => step.limitSeconds ?? defaultLimitSeconds);
  const target = names.join(' ');
  return {
    ...one,
    title: `${one.action} ${target}`,
    target,
    changes: changesIn([one, other]),
    attributes: [...(one.attributes ?? []), ...(other.attributes ?? [])],
    step: {
      phase: 'prepare',
      limitSeconds: seconds.reduce((sum, limit) => sum + limit),
      ...install(names),
    },
  };
}
