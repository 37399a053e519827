import { ExitCode, HaprovError, HostError } from '../errors';
import { messageWithoutHost, ScriptFailure, whyNot } from '../host/script-result';
import { drainHost } from '../maintenance/drain-host';
import { joinWithAnd, secondsSince } from '../maintenance/maintenance';
import { undrainHost } from '../maintenance/undrain-host';
import { holdersOf, type PairState } from '../pair/health';
import type { HostOutcome, HostRun } from '../rollout/host-run';
import { tellWhoIsDrained } from '../rollout/keep-drained';
import { readAlone, seeAbove } from '../text/format';
import { comeBack } from './come-back';
import { gate, gateUnlessLast, missingSince, soak } from './gates';
import { isAwaited, serveIfLast, whyNobodyElse } from './last-one';
import { phase } from './phase';
import { noteStand, othersOf, type Roll, type RollHost, standOf, staysDrained } from './rolling';
import { watched } from './watch';

const never = new AbortController().signal;
const hangs = () => new Promise<never>(() => {});
const failed = (message: string) => new HaprovError(ExitCode.failed, message);

/**
 * One host's turn. A host that was told to boot before, by a roll that was left, is looked at whether it has.
 * @throws HaprovError with how the host is now; exit 3 where it does not come back
 */
export async function takeTurn(roll: Roll, host: RollHost): Promise<void> {
  try {
    await workOn(roll, host);
  } catch (error) {
    throw await serveIfLast(roll, host, error, (waits) => giveBack(roll, host, waits));
  }
  await giveBack(roll, host);
  await noteStand(roll, host.name, { state: 'done' });
  await soak(roll, host);
}

/** Takes the host out, changes and boots it, and looks at it. */
async function workOn(roll: Roll, host: RollHost): Promise<void> {
  const { name, boots, run } = host;
  const stand = roll.note.hosts.get(name);
  const wasTold = stand?.state === 'booting';
  const hasBooted = wasTold && (await boots.mark()) !== stand.mark;
  if (hasBooted) await noteSeen(roll, host);
  // It had not when this began: what was staged since is for a host that does not boot any more.
  if (hasBooted && run)
    await mustBe(
      run.restore('its host has booted: it is only looked at'),
      `${name} has booted, and its run could not be closed`,
    );
  if (!hasBooted) {
    if (standOf(roll, name).state === 'due') await roll.keepBefore(name);
    await noteStand(roll, name, { state: 'taken' });
    await drain(roll, host);
  }
  await watched(roll, host, () => workAway(roll, host, { hasBooted, wasTold }));
}

/** While nobody is sent there. */
async function workAway(
  roll: Roll,
  host: RollHost,
  { hasBooted, wasTold }: { hasBooted: boolean; wasTold: boolean },
): Promise<void> {
  const { name, run } = host;
  let forMs = roll.waits.gateMs;
  let isBooted = hasBooted;
  if (!hasBooted) {
    const mustBoot = run ? await change(roll, host, run) : wasTold;
    // Its processes would keep the host from going down until its lease is over.
    if (run) await mustBe(run.finish(), `${name} is changed, and its run could not be closed`);
    const begun = performance.now();
    if (mustBoot) {
      await boot(roll, host);
      await roll.hold('renew');
      isBooted = true;
      // What is slow to start may take what the boot itself has left.
      forMs = Math.max(forMs, begun + roll.waits.bootMs - performance.now());
    }
  }
  await look(roll, host, { forMs, isBooted });
  if (isBooted && host.owed) await tellOwed(roll, name, host.owed);
}

async function drain(roll: Roll, host: RollHost): Promise<void> {
  const { waits, cuts, force } = roll;
  const { name, maintenance } = host;
  try {
    await phase(roll, name, 'drain', () =>
      drainHost(maintenance, { timeoutMs: waits.sessionsMs, cuts, force }),
    );
    if (roll.stopping.aborted) throw failed(`${name}: stopped before it was changed`);
    await requireOthers(roll, host, 'is not changed');
  } catch (error) {
    throw await backOut(roll, host, error);
  }
}

/** @throws HaprovError where nobody else serves any more, so that the host must not go away */
async function requireOthers(roll: Roll, host: RollHost, so: string): Promise<void> {
  if (roll.force || staysDrained(roll, host)) return;
  const alone = whyNobodyElse(roll, host, await roll.pair.look());
  if (alone.length > 0)
    throw failed(`${host.name} ${so}: nobody else serves any more (${alone.join('; ')}); mend that first`);
}

/** Gives an unchanged host its place back. @returns the error with how that went */
async function backOut(roll: Roll, host: RollHost, error: unknown): Promise<unknown> {
  if (!(error instanceof HaprovError)) return error;
  const isOut = (await roll.pair.look()).get(host.name)?.drained !== false && !staysDrained(roll, host);
  if (isOut) {
    const why = await whyNot(() => giveBack(roll, host));
    if (why !== undefined)
      return new HaprovError(error.exitCode, `${error.message}; and it did not get its place back: ${why}`);
  }
  await noteStand(roll, host.name, { state: 'due' });
  return isOut ? new HaprovError(error.exitCode, `${error.message}; it has its place back`) : error;
}

/** Makes the run's changes, and confirms them. @returns whether the host must boot now */
async function change(roll: Roll, host: RollHost, run: HostRun): Promise<boolean> {
  const { name, settle } = host;
  try {
    await mustBe(run.commit(), `${name} could not be changed`);
    const reasons = settle ? await settle() : [];
    await mustBe(
      run.gated(() => gateUnlessLast(roll, host)),
      `${name} does not serve as before`,
    );
    await mustBe(run.logInAnew(), `${name} takes no new login`);
    await mustBe(run.confirm(), `${name} was not confirmed`);
    if (host.makes) host.maintenance.say(`is changed, and well: ${host.makes}`);
    if (reasons.length > 0 && roll.boot === 'never')
      roll.emit({
        type: 'message',
        level: 'warning',
        host: name,
        text: `is not booted, as you said (--reboot never), although ${reasons.join('; ')}`,
      });
    return roll.boot === 'always' || (roll.boot === 'needed' && reasons.length > 0);
  } catch (error) {
    if (error instanceof HaprovError && error.exitCode === ExitCode.notRestored) throw error;
    if (!run.isBack)
      await mustBe(
        run.restore(readAlone((error as Error).message)),
        `${(error as Error).message}; and it could not be put back`,
      );
    const missing = await missingSince(roll, host);
    if (missing.length > 0)
      throw failed(
        `${(error as Error).message}; it was put back, and is not as before: ${missing.join('; ')}`,
      );
    throw await backOut(roll, host, error);
  }
}

/** @throws HaprovError with `words` where it went wrong; what exactly was told as an event */
async function mustBe(outcome: Promise<HostOutcome>, words: string): Promise<void> {
  const { status } = await outcome;
  if (status === 'ok') return;
  const codes = { unreachable: ExitCode.unreachable, 'not-restored': ExitCode.notRestored };
  throw new HaprovError(
    status in codes ? codes[status as keyof typeof codes] : ExitCode.failed,
    `${words}${seeAbove}`,
  );
}

async function boot(roll: Roll, host: RollHost): Promise<void> {
  const { name, boots, maintenance } = host;
  try {
    await requireOthers(roll, host, 'does not boot');
  } catch (error) {
    throw await backOut(roll, host, error);
  }
  const mark = await boots.mark();
  await noteStand(roll, name, { state: 'booting', mark });
  roll.pair.boots(name);
  const begun = performance.now();
  await phase(roll, name, 'boot', async () => {
    // A connection that hangs would hide that the host is back already.
    const telling = told(boots.boot()).then((why) => (why === undefined ? hangs() : { refused: why }));
    const seen = await Promise.race([telling, comeBack(boots, mark, roll.waits.bootMs)]);
    if (!seen) return noteSeen(roll, host);
    if ('refused' in seen)
      throw await backOut(roll, host, failed(`${name} refuses to boot: ${seen.refused}`));
    const now = await roll.pair.look(othersOf(roll, name));
    const places = maintenance.vips
      .filter(({ members }) => members.some((member) => member.host.name === name))
      .map((vip) => {
        const holders = joinWithAnd(holdersOf(vip, now));
        return `VIP ${vip.name} (${vip.address}) is on ${holders || 'no host that answers'}`;
      });
    const hidden = roll.pair.hiddenBy(name);
    throw new HostError(
      name,
      [
        seen.strange
          ? `was told to boot, and is not known to be back: ${seen.why}`
          : `was told to boot and is not back after ${roll.waits.bootMs / 1000} s: ${seen.why}`,
        ...places,
        ...(hidden.length > 0
          ? [`${joinWithAnd(hidden)} could not be asked since, being reached through it`]
          : []),
        ...(seen.strange ? [seen.strange.hint] : []),
      ].join('; '),
    );
  });
  maintenance.say(`has booted, and answers after ${secondsSince(begun)}`);
}

/** Has the host's log say that it is back. */
async function noteSeen({ emit }: Roll, { name, boots }: RollHost): Promise<void> {
  const why = await whyNot(() => boots.seenBack());
  if (why !== undefined)
    emit({
      type: 'message',
      level: 'warning',
      host: name,
      text: `has booted, and haprov log will call it not back: ${why}`,
    });
}

/** Why the host refuses; undefined where it does not, or the connection broke before it could. */
async function told(telling: Promise<void>): Promise<string | undefined> {
  try {
    await telling;
    return undefined;
  } catch (error) {
    // A host that goes down ends whatever runs there.
    const isRefused = error instanceof ScriptFailure && (error.result.code ?? 128) < 128;
    if (isRefused) return messageWithoutHost(error);
    if (error instanceof HaprovError) return undefined;
    throw error;
  }
}

/** Looks until the host is as it was before the roll, but drained. */
async function look(
  roll: Roll,
  host: RollHost,
  { forMs, isBooted }: { forMs: number; isBooted: boolean },
): Promise<void> {
  const { name, run } = host;
  const is = isBooted ? 'has booted' : run ? 'is changed' : 'was taken out';
  await tellWhoIsDrained({ ...roll, hosts: roll.connected }, await roll.pair.look());
  const ends = (now: PairState) => !staysDrained(roll, host) && isAwaited(roll, host, now);
  await phase(roll, name, 'gate', async () => {
    const { faults, pairState } = await gate(roll, host, { forMs, ends });
    const all = faults.length > 0 ? faults : await roll.newFaults(name, isBooted);
    const isCutShort = roll.stopping.aborted && ends(pairState) && !whyNobodyElse(roll, host, pairState)[0];
    if (faults.length > 0 && isCutShort)
      host.maintenance.say(`${is}, and is looked at no longer, since you have stopped it: ${all.join('; ')}`);
    else if (all.length > 0) throw failed(`${name} ${is}, and not as it was before: ${all.join('; ')}`);
  });
}

/** A boot loader may have started the old kernel: the host serves, and its update is not what runs. */
async function tellOwed(roll: Roll, host: string, owed: () => Promise<string[]>): Promise<void> {
  let reasons: string[] = [];
  const why = await whyNot(async () => {
    reasons = await owed();
  });
  const text =
    why !== undefined
      ? `has booted, and cannot say whether it must once more: ${why}`
      : `has booted, and a boot is needed still: ${reasons.join('; ')} (for a kernel: see which one its boot loader starts)`;
  if (why !== undefined || reasons.length > 0) roll.emit({ type: 'message', level: 'warning', host, text });
}

/** Also where the operator has pressed Ctrl-C: a host that was taken out gets its place back. */
async function giveBack(roll: Roll, host: RollHost, waits = true): Promise<void> {
  if (staysDrained(roll, host)) {
    host.maintenance.say(`${host.name} stays drained, as it was`);
    return;
  }
  await phase(roll, host.name, 'undrain', () =>
    undrainHost({ ...host.maintenance, pair: roll.pair, wasDrained: true, stopping: never }, waits),
  );
}
