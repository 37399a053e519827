import { keepalivedScripts } from '../keepalived-scripts';
import {
  blames,
  type FindingRule,
  type Found,
  foundOn,
  list,
  type Reached,
  reached,
  vrrpOf,
} from '../snapshot';

/** keepalived runs, and a script of it does not, or a check says no without a reason that is known already. */
export const keepalived: FindingRule = (snapshot, before) =>
  reached(snapshot).flatMap((one) => {
    const name = one.host.name;
    const own = snapshot.inventory.vips.filter(({ members }) =>
      members.some(({ host }) => host === one.host),
    );
    if (own.length === 0 || !one.readiness.units.includes('keepalived')) return [];
    if (blames(before, name, 'keepalived', 'packages')) return [];
    const states = own.map((vip) => ({ vip, ...vrrpOf(one, vip) }));
    const found =
      disabled(one, states) ?? failing(one, states, before, snapshot.inventory.haproxy.healthPort);
    return [...onDisk(one, states), ...(found ? [found] : []), ...(unnotified(one, states) ?? [])];
  });

type State = ReturnType<typeof vrrpOf> & { vip: { name: string } };

/** What its next reload, or the next boot, would do without: nobody notices before. */
function onDisk(one: Reached, states: readonly State[]): Found[] {
  const { isRefused, says, lacks } = one.diagnostics.keepalivedOnDisk;
  const lines = leftOut(one, states).map(({ line }) => line);
  const gone = lacks.filter(({ path }) => !lines.some((line) => line.includes(path)));
  // A pattern may fit no file.
  const notIncluded = says.filter((line) => /Config files missing '[^'*?[]+'/.test(line));
  if (!isRefused && notIncluded.length === 0 && gone.length === 0) return [];
  const isBroken = isRefused || notIncluded.length > 0 || gone.some(({ isCheck }) => isCheck);
  return [
    foundOn(one.host.name, {
      rule: isRefused ? 'configuration-refused' : 'file-gone',
      ...(isBroken ? {} : { level: 'warning' as const }),
      component: 'keepalived',
      unit: 'keepalived',
      brief: isRefused ? 'would not start again' : 'a file of it is gone',
      message: (on) =>
        isRefused
          ? `keepalived on ${on} would not start again: it refuses its configuration on disk`
          : `keepalived on ${on} goes on without a file that its configuration names, at the latest when it is reloaded or the host boots`,
      evidence: [
        ...gone.map(
          ({ isCheck, path }) =>
            `${path} is not there: ${isCheck ? 'nothing is checked' : 'nobody is notified'}`,
        ),
        ...(isRefused ? says : notIncluded),
      ].slice(0, 4),
      next: (on) =>
        `put the file back on ${on}, or mend the line, before keepalived is reloaded; haprov plan shows what differs from the inventory`,
    }),
  ];
}

const leftOut = ({ diagnostics }: Reached, states: readonly State[]) =>
  keepalivedScripts([...new Set(states.flatMap((state) => state.disabled))], diagnostics.scripts ?? []);

/** Checks that keepalived leaves out; scripts of which nobody knows what they are for may be checks. */
function disabled(one: Reached, states: readonly State[]): Found | undefined {
  const scripts = leftOut(one, states).filter(({ use }) => use !== 'notify');
  const [first] = scripts;
  if (!first) return undefined;
  const names = list([...new Set(scripts.map(({ name }) => name))]);
  const checks = scripts.filter(({ use }) => use === 'check');
  const isDrainOnly = scripts.every(({ name }) => name.startsWith('not_drained_'));
  const lost = isDrainOnly
    ? 'haprov drain could not move its VIP, nor could a run'
    : checks.length > 0
      ? 'the VIP would stay on a host that does not serve'
      : 'where that is a check, the VIP would stay on a host that does not serve';
  return foundOn(one.host.name, {
    rule: 'check-disabled',
    component: 'keepalived',
    unit: 'keepalived',
    brief: 'runs without a check',
    message: (on) =>
      `keepalived on ${on} runs without its ${checks.length > 0 ? 'check' : 'script'} ${names}: ${lost}`,
    evidence: scripts.map(({ line }) => line).slice(0, 4),
    next: (on) =>
      `${first.remedy ?? 'haprov plan shows whether the script is there and as wanted'}; then systemctl reload keepalived on ${on}`,
  });
}

/** Scripts that tell somebody of a change: the VIP moves all the same. */
function unnotified(one: Reached, states: readonly State[]): Found[] | undefined {
  const scripts = leftOut(one, states).filter(({ use }) => use === 'notify');
  const [first] = scripts;
  if (!first) return undefined;
  const names = list([...new Set(scripts.map(({ name }) => name))]);
  const why = first.user === undefined ? '' : `: uid ${first.user}, as which it runs scripts, may not`;
  return [
    foundOn(one.host.name, {
      rule: 'notify-disabled',
      level: 'warning',
      component: 'keepalived',
      unit: 'keepalived',
      brief: 'notifies nobody',
      message: (on) =>
        `keepalived on ${on} does not run ${names} when its state changes${why}. What the script does is not done; the VIP moves all the same`,
      evidence: scripts.map(({ line }) => line).slice(0, 4),
      next: (on) =>
        `${first.remedy ?? `look whether ${first.name} is there, and root’s alone to change`}; then systemctl reload keepalived on ${on}`,
    }),
  ];
}

/** A check that looks at haprov's flag, by whatever name: while the host is drained its no is meant. */
const asksForDrain = (check: string, scripts: Reached['diagnostics']['scripts']) =>
  check.startsWith('not_drained_') ||
  (scripts?.some(
    ({ name, command }) => name === check && /haprov-not-drained|\/haprov\/drained/.test(command),
  ) ??
    false);

/** One that is in its configuration no more has no say, though its last word was a no. */
const isConfigured = (check: string, scripts: Reached['diagnostics']['scripts']) =>
  scripts?.some(({ name }) => name === check) ?? true;

function failing(
  { host, diagnostics }: Reached,
  states: readonly State[],
  before: readonly Found[],
  healthPort: number,
): Found | undefined {
  const checks = [...new Set(states.flatMap((state) => state.failing))].filter(
    (check) =>
      !(diagnostics.drained && asksForDrain(check, diagnostics.scripts)) &&
      isConfigured(check, diagnostics.scripts),
  );
  const faulty = states.filter(({ state }) => state === 'FAULT');
  // What drain has written makes a check of the user's own say no, which is meant.
  if (diagnostics.drained && (checks.length === 0 || diagnostics.drainFiles)) return undefined;
  if (checks.length === 0 && faulty.length === 0) return undefined;
  // A check that fails since what it asks is broken does its work.
  if (blames(before, host.name, 'haproxy', 'service')) return undefined;
  const vips = faulty.map(({ vip }) => vip.name);
  const isUnheard =
    checks.some((check) => check.startsWith('haproxy_answers_')) &&
    !diagnostics.listening.includes(healthPort);
  return foundOn(host.name, {
    rule: faulty.length > 0 ? 'vrrp-fault' : 'check-fails',
    component: 'keepalived',
    unit: 'keepalived',
    ...(vips.length > 0 ? { vips } : {}),
    brief: faulty.length > 0 ? 'in FAULT' : 'a check fails',
    message: (on) =>
      faulty.length > 0
        ? `keepalived on ${on} is in FAULT for VIP ${list(vips)}, and will not take it`
        : `keepalived on ${on} finds that ${list(checks)} fails`,
    evidence: [
      ...checks.map((check) => `check ${check} failed last`),
      ...(checks.length === 0 ? ['no check of it failed: its interface may be down'] : []),
      ...(diagnostics.servers && !isUnheard ? ['HAProxy there answers'] : []),
      ...(isUnheard
        ? [
            `nothing listens on 127.0.0.1:${healthPort}, where it asks HAProxy: haprov lint says what is missing`,
          ]
        : []),
    ],
    next: (on) =>
      `run the check by hand on ${on}, as keepalived.conf there names it, and look at ip addr and journalctl -u keepalived`,
  });
}
