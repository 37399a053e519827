import { ExitCode } from '../../../src/errors';
import type { Story, Told } from './story';

/** What must be so of every run, however it went. */
export function brokenPromises(story: Story, told: Told): string[] {
  return [...onTheHosts(story, told), ...inOrder(story, told), ...whatIsSaid(story, told)];
}

function onTheHosts({ together }: Story, { world }: Told): string[] {
  const broken = world.hosts.filter(({ state }) => state === 'broken');
  const mixed = new Set(world.hosts.map(({ files }) => files));
  return [
    ...world.hosts.flatMap(({ name, files, state }) =>
      files === 'half' && state !== 'broken' ? [`${name} is half new`] : [],
    ),
    ...(together && mixed.size > 1 && broken.length === 0
      ? [
          `hosts that must be new together are not: ${world.hosts.map(({ name, files }) => `${name} ${files}`)}`,
        ]
      : []),
    ...(world.holders.length > 1 && broken.length === 0
      ? [`${world.holders.join(' and ')} hold the VIP`]
      : []),
    ...world.hosts.flatMap(({ name, lock }) => (lock === 'ours' ? [`${name} is locked for good`] : [])),
  ];
}

function inOrder({ hosts }: Story, { world: { diary } }: Told): string[] {
  const firstCommit = diary.findIndex(({ what }) => what === 'commit');
  if (firstCommit < 0) return [];
  const before = diary.slice(0, firstCommit);
  const staged = new Set(before.filter(({ what }) => what === 'staged').map(({ host }) => host));
  const faults: string[] = [];
  if (staged.size < hosts) faults.push(`committed when ${[...staged]} were staged`);
  const commits = diary.flatMap((one, index) => (one.what === 'commit' ? [{ ...one, index }] : []));
  const stop = diary.find(({ what }) => what === 'stop');
  for (const commit of commits) {
    const earlier = commits.filter(({ at }) => at < commit.at);
    const isConfirmed = (host: string) =>
      diary.slice(0, commit.index).some((one) => one.host === host && one.what === 'confirmed');
    for (const { host } of earlier)
      if (!isConfirmed(host)) faults.push(`${commit.host} was committed before ${host} was confirmed`);
    const failed = diary.slice(0, commit.index).find(({ what }) => what.startsWith('said to fail'));
    if (failed) faults.push(`${commit.host} was committed after ${failed.host} was ${failed.what}`);
    if (stop && stop.at < commit.at && earlier.some(({ at }) => at > stop.at))
      faults.push(`${commit.host} was committed in a turn that began after Ctrl-C`);
  }
  return faults;
}

function whatIsSaid({ onFailure, change }: Story, { world, result, atEnd }: Told): string[] {
  // Who has gone says nothing.
  if (!result || world.isGone) return [];
  const { exitCode, message, changed, failed } = result;
  const faults: string[] = [];
  const ends = world.events.flatMap((event) => (event.type === 'phase-end' && !event.ok ? [event] : []));
  const warned = world.events.flatMap((event) =>
    event.type === 'message' && event.level === 'warning' ? [event] : [],
  );
  const isNamed = (host: string) => ends.some((event) => event.host === host);
  const isUnsure = (host: string) =>
    ends.some(
      (event) =>
        event.host === host &&
        /by itself|is not waited for|cannot be reached again/.test(event.message ?? ''),
    );
  const isMade = exitCode === ExitCode.done || message.startsWith('every change is made');
  const kept = /done and kept on ([^;]*)/.exec(message)?.[1]?.split(', ') ?? [];
  for (const { name, files, state } of world.hosts) {
    const wanted = isMade || kept.includes(name) ? 'new' : 'old';
    if (files !== wanted && !(isUnsure(name) && exitCode !== ExitCode.done) && state !== 'broken')
      faults.push(`${name} is ${files}, and was said to be ${wanted}`);
    if (state === 'broken' && exitCode !== ExitCode.notRestored && !isUnsure(name))
      faults.push(`${name} is broken, and the exit code is ${exitCode}`);
  }
  const isBroken = ends.some((event) => event.message?.startsWith('NOT RESTORED'));
  if (isBroken !== (exitCode === ExitCode.notRestored)) faults.push(`exit code ${exitCode}`);
  const untouched = /not touched: ([^;]*)/.exec(message)?.[1]?.split(', ') ?? [];
  for (const { name, state } of world.hosts) {
    const left = world.events.flatMap((event) =>
      event.type === 'phase-end' && event.host === name && event.left ? [event.left] : [],
    );
    const isChanged = world.diary.some(({ host, what }) => host === name && what === 'committed');
    if (state === 'restored' && isChanged && left.length === 0 && !isUnsure(name))
      faults.push(`${name} was changed and put back, and nobody said so`);
    if (left.includes('restored') && (left.length > 1 || state !== 'restored' || untouched.includes(name)))
      faults.push(`${name} is ${state}, and was said to be put back`);
  }
  if (exitCode === ExitCode.done && (failed > 0 || changed !== world.hosts.length))
    faults.push('done, but not all');
  if (failed > world.hosts.length) faults.push(`failed on ${failed} of ${world.hosts.length} hosts`);
  if (!isMade && changed !== kept.length)
    faults.push(`${changed} changes are said to be kept, on ${kept.length} hosts`);
  if (exitCode === ExitCode.failed && failed === 0 && !world.stop.signal.aborted)
    faults.push('failed on no host');
  if (onFailure === 'restore-all' && kept.length > 0 && !world.stop.signal.aborted)
    faults.push(`kept on ${kept}`);
  const filesOf = (name: string) => world.hosts.find((one) => one.name === name)?.files;
  for (const { host, lock, isLent, spares } of atEnd) {
    if (lock === 'ours' && !isNamed(host)) faults.push(`${host} is locked, and nobody said so`);
    const says = (text: RegExp) => warned.some((one) => one.host === host && text.test(one.text));
    if (isLent && !says(/drain flag/)) faults.push(`${host} gives its VIP away still, and nobody said so`);
    // One that is as before would look for a server where it was: it has it when it is done itself.
    const isAway = (server: string) =>
      change === 'move httpd' && filesOf(host) === 'old' && filesOf(server.replace('web/', '')) !== 'old';
    const stillSpared = spares.filter((server) => !isAway(server));
    if (stillSpared.length > 0 && !says(/get requests again/))
      faults.push(`${host} spares ${stillSpared}, and nobody said so`);
  }
  return faults;
}
