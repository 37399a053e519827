import { ExitCode, HaprovError } from '../errors';
import type { Connection } from '../host/connection';
import type { Surveyed } from '../host/survey';
import { call, compose } from '../shell/library';
import { type MixedHost, mixedVersions } from './mixed-versions';
import type { UpdatePlan, UpdateWish } from './packages';
import { needsScript, readNeeds, readUpdatePlan, updatesScript } from './resolve';
import type { RollOptions, Work, WorkOn } from './roll-options';
import { bootStep } from './ssh-boot';
import { updateSteps } from './update-steps';

/** Loading the lists of a slow mirror may take minutes. */
const resolverMs = 600_000;
const needsMs = 120_000;
const restartMs = 300_000;

/** As {@link RollOptions.wish}; what is usual is left out. */
export const wishAsOptions = ({ packages, isSecurity }: UpdateWish, boot: RollOptions['boot']): string[] => [
  ...(packages.length > 0 ? [`--packages ${[...new Set(packages)].sort().join(',')}`] : []),
  ...(isSecurity ? ['--security'] : []),
  ...(boot === 'needed' ? [] : [`--reboot ${boot}`]),
];

/**
 * Newer packages on each host, by its own resolver, and what they need then.
 * @param tell hears what is worth knowing of versions that run beside each other, and of what is not done
 * @returns what throws a HaprovError (exit 1) where a host cannot tell, or where two hosts would not get on meanwhile
 */
export function packageWork(
  wish: UpdateWish,
  boot: RollOptions['boot'],
  tell: (text: string) => void,
): WorkOn {
  const plans = new Map<string, UpdatePlan>();
  const told = new Set<string>();
  return async (host, connection, all, hasBooted) => {
    const owed = async () => {
      const { boot: reasons, oldKernel } = await needsOf(connection());
      return [...reasons, ...(oldKernel === undefined ? [] : [oldKernel])];
    };
    if (hasBooted) return { boot: 'no', steps: [], owed };
    const { stdout } = await connection().runScript(updatesScript(wish), {
      timeoutMs: resolverMs,
      to: 'say what its packages would become',
    });
    const plan = readUpdatePlan(host.name, wish, stdout);
    plans.set(host.name, plan);
    if (plan.noSecurity)
      tell(
        `${host.name}: ${plan.noSecurity}; where its repositories have no advisories, as those of CentOS, no update is ever called one of security`,
      );
    const { refused, notes } = mixedVersions(all.map((one) => mixedHost(one, plans.get(one.name))));
    // Of the same versions each host's question finds the same.
    for (const text of notes.filter((one) => !told.has(one))) {
      told.add(text);
      tell(text);
    }
    if (refused.length > 0)
      throw new HaprovError(
        ExitCode.failed,
        `hosts of the two versions would not get on while they are patched one after the other: ${refused.join('; ')}`,
        'Nothing was changed. Leave the package out (--packages names those that are meant), or update all hosts at once in a maintenance window.',
      );
    // A boot may be owed for what was made newer before: by hand, by a timer, or by a patch that was left.
    const reasons = [...new Set([...plan.afterwards.boot, ...plan.owed.boot])];
    const afterwards = { ...plan.afterwards, boot: reasons };
    const work = workOf({ ...plan, afterwards }, boot, host, connection);
    if (!work && plan.owed.boot.length > 0)
      tell(`${host.name} is not booted, as you said (--reboot never), although ${plan.owed.boot.join('; ')}`);
    return work && { ...work, owed };
  };
}

const mixedHost = ({ name, facts }: Surveyed, plan?: UpdatePlan): MixedHost => ({
  host: name,
  versions: Object.fromEntries(
    Object.entries(facts.versions).filter(([one]) => facts.installed.includes(one)),
  ),
  ...(plan && { plan }),
});

function workOf(
  plan: UpdatePlan,
  boot: RollOptions['boot'],
  host: Surveyed,
  connection: () => Connection,
): Work | undefined {
  const { updates, afterwards } = plan;
  const isBooted = boot === 'always' || (boot === 'needed' && afterwards.boot.length > 0);
  const steps = [...updateSteps(plan, { isBooted }), ...(isBooted ? [bootStep] : [])];
  if (steps.length === 0) return undefined;
  return {
    boot: isBooted ? 'yes' : boot === 'never' || updates.length === 0 ? 'no' : 'if needed',
    steps,
    packages: plan,
    settleMs: needsMs + restartMs,
    settle: async () => {
      const needs = await needsOf(connection());
      // What runs old files since long before has no part in what was agreed to.
      const owed = new Map(plan.owed.units.map(({ unit, files }) => [unit, files]));
      const left = needs.units
        .filter(({ unit, files }) => files.some((file) => !owed.get(unit)?.includes(file)))
        .map(({ unit }) => unit);
      if (!isBooted && left.length > 0) {
        await connection().runScript(compose(call('restart_units', ...left)), {
          timeoutMs: restartMs,
          to: `restart what runs files that are replaced, on ${host.name}`,
        });
      }
      return [...new Set([...afterwards.boot, ...needs.boot])];
    },
  };
}

async function needsOf(connection: Connection) {
  const { stdout } = await connection.runScript(needsScript(), {
    timeoutMs: needsMs,
    to: 'say what it needs now',
  });
  return readNeeds(stdout);
}
