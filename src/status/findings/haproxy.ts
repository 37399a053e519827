import { formatAge } from '../age';
import { blames, type FindingRule, type Found, foundOn, type Reached, reached } from '../snapshot';

/** The configuration that HAProxy runs is not the one on the disk, or an old worker has stayed. */
export const haproxy: FindingRule = (snapshot, before) =>
  reached(snapshot).flatMap((one) => {
    if (!one.readiness.balances || blames(before, one.host.name, 'haproxy', 'packages')) return [];
    const found = stale(one) ?? refused(one) ?? lingering(one);
    const silence = unasked(one, snapshot.inventory.haproxy.healthPort);
    const lost = lostSocket(one);
    return [found, lost, silence].filter((each) => each !== undefined);
  });

/** It serves, and cannot be told that a server leaves. */
function lostSocket({ host, diagnostics }: Reached): Found | undefined {
  const { lostSocket: path } = diagnostics;
  if (path === undefined) return undefined;
  return foundOn(host.name, {
    rule: 'socket-lost',
    level: 'warning',
    component: 'haproxy',
    unit: 'haproxy',
    brief: 'its socket is gone',
    message: (on) =>
      `HAProxy on ${on} runs, and its socket ${path} is not there any more: drain, patch and reboot cannot tell it which servers are away`,
    evidence: [],
    next: (on) =>
      `systemctl restart haproxy on ${on} makes it anew (a reload does not), and cuts what goes through it: where that host holds a VIP, haprov drain it first`,
  });
}

/** Nothing is broken, and nothing is known of its servers. */
function unasked({ host, diagnostics }: Reached, port: number): Found | undefined {
  if (diagnostics.servers || (diagnostics.unasked !== 'none' && diagnostics.unasked !== 'no-tool'))
    return undefined;
  const why =
    diagnostics.unasked === 'none'
      ? `it has neither haprov’s listener on 127.0.0.1:${port} nor a stats socket that answers`
      : 'it has a stats socket, and the host neither socat nor a curl that can speak to it';
  return foundOn(host.name, {
    rule: 'haproxy-not-asked',
    level: 'note',
    component: 'haproxy',
    unit: 'haproxy',
    brief: 'cannot be asked',
    message: (on) => `HAProxy on ${on} runs, and cannot be asked how its servers are: ${why}`,
    evidence: [],
    next: () =>
      'haprov lint says what to add to its configuration; without it, whether a server is up is not known here',
  });
}

/** The kernel's own idea of when a file was written is some hundredths of a second late; in seconds. */
const tolerance = 0.05;

function newestWorker({ diagnostics }: Reached): number | undefined {
  const ages = diagnostics.processes
    .filter(({ unit, name }) => unit === 'haproxy' && name === 'haproxy')
    .map(({ age }) => age);
  return ages.length > 0 ? Math.min(...ages) : undefined;
}

function stale(one: Reached): Found | undefined {
  const { host, diagnostics, plan } = one;
  if (diagnostics.loaded === 'same') return undefined;
  const worker = newestWorker(one);
  const changed = diagnostics.changed.filter(({ age }) => worker !== undefined && age + tolerance < worker);
  const [file] = changed.toSorted((a, b) => a.age - b.age);
  if (!file || worker === undefined) return undefined;
  const isRefused = diagnostics.onDisk?.valid === false;
  const isEdited = plan.changes.some(({ target, text }) => text && target.startsWith('/etc/haproxy/'));
  const isKnown = diagnostics.loaded === 'other';
  if (!isKnown && !isRefused && !isEdited) return replaced(one, file, worker);
  // The edit is the inventory's: the file on the host differs from it since before.
  if (diagnostics.loaded === 'unwritten' && !isRefused) return undefined;
  return foundOn(host.name, {
    rule: isRefused ? 'configuration-refused' : 'stale-worker',
    component: 'haproxy',
    brief: isRefused ? 'file is refused' : 'runs an older file',
    message: (on) =>
      isRefused
        ? `HAProxy on ${on} still runs its old configuration: ${file.path} was changed ${formatAge(file.age)} ago, and HAProxy refuses it`
        : `HAProxy on ${on} is a stale worker: ${file.path} was changed ${formatAge(file.age)} ago, and is not what runs`,
    evidence: [
      `its newest process is ${formatAge(worker)} old`,
      ...(isRefused && diagnostics.onDisk?.why ? [diagnostics.onDisk.why] : []),
    ],
    next: (on) =>
      isRefused
        ? `do not restart HAProxy there: it would not come up. ${remedyFor(one)(on)}`
        : `haprov plan shows whether somebody changed it by hand; haprov apply, or systemctl reload haproxy on ${on}`,
  });
}

/**
 * The file is newer than HAProxy, says what the inventory wants, and it is not known what HAProxy has read: somebody may
 * have put back what was there, or may have it run something else.
 */
function replaced({ host }: Reached, { path, age }: { path: string; age: number }, worker: number): Found {
  return foundOn(host.name, {
    rule: 'file-replaced',
    level: 'note',
    component: 'haproxy',
    brief: 'file put there since',
    message: (on) =>
      `HAProxy on ${on} may be a stale worker: ${path} is as the inventory says, and was put there ${formatAge(age)} ago, after HAProxy was started or reloaded by hand`,
    evidence: [`its newest process is ${formatAge(worker)} old`],
    next: (on) => `systemctl reload haproxy on ${on} makes sure that it runs that file`,
  });
}

/**
 * Not newer than the worker, and yet refused: a reload that failed left the old worker, or a file that the configuration names
 * is gone.
 */
function refused(one: Reached): Found | undefined {
  const { host, diagnostics } = one;
  if (diagnostics.onDisk?.valid !== false) return undefined;
  return foundOn(host.name, {
    rule: 'configuration-refused',
    component: 'haproxy',
    brief: 'would not start again',
    message: (on) =>
      `HAProxy on ${on} would not start again: it refuses its configuration on disk, or a file that this names`,
    evidence: diagnostics.onDisk.why ? [diagnostics.onDisk.why] : [],
    next: remedyFor(one),
  });
}

/** What to do about a configuration that HAProxy refuses: an apply mends only what the inventory has. */
function remedyFor({ diagnostics, plan }: Reached): (on: string) => string {
  const read = new Set(diagnostics.changed.map(({ path }) => path));
  const isOurs = plan.changes.some(
    ({ target, notify }) =>
      read.has(target) || notify?.some((one) => Object.values(one).some((unit) => unit === 'haproxy')),
  );
  return (on) =>
    isOurs
      ? 'haprov plan shows what differs from the inventory, haprov apply puts it right'
      : `mend the line that it names, or put the file back on ${on}, before HAProxy is reloaded or the host boots; haprov status says whether that was all`;
}

/** An old worker finishes the connections that it has; after this long somebody should know. */
const long = 600;
/** The processes of one start come up within this; in seconds. */
const startsWithin = 2;

function lingering(one: Reached): Found | undefined {
  const { host, diagnostics } = one;
  const newest = newestWorker(one);
  if (newest === undefined || newest < long) return undefined;
  const main = diagnostics.processes.filter(({ unit, name }) => unit === 'haproxy' && name === 'haproxy');
  const oldest = Math.max(...main.map(({ age }) => age));
  // The master is the oldest; a worker between it and the newest is of a configuration before.
  const between = main.filter(({ age }) => age > newest + startsWithin && age < oldest);
  if (between.length === 0) return undefined;
  return foundOn(host.name, {
    rule: 'old-worker',
    level: 'note',
    component: 'haproxy',
    brief: 'an old worker stays',
    message: (on) =>
      `HAProxy on ${on} has an old worker, which still serves connections from before its reload ${formatAge(newest)} ago`,
    evidence: between.map(({ pid, age }) => `process ${pid} is ${formatAge(age)} old`),
    next: () => 'hard-stop-after in haproxy.extra.global bounds how long that may take',
  });
}
