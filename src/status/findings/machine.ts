import { StrangeHostKey } from '../../host/host-keys';
import { UnansweredQuestion } from '../../host/unanswered-question';
import type { FileSystem } from '../diagnostics';
import { type FindingRule, foundOn, list, type Reached, reached } from '../snapshot';

/** Hosts that could not be asked. What the others see of them tells a dead host from a dead sshd. */
export const unreachable: FindingRule = (snapshot) =>
  snapshot.hosts.flatMap(({ host, failure }) => {
    if (!failure) return [];
    const { name } = host;
    const { evidence, verdict } = seenByOthers(name, snapshot);
    const isIn = failure instanceof UnansweredQuestion;
    // Somebody is there, and answers.
    const isStranger = failure instanceof StrangeHostKey;
    const look = failure.hint ? `? ${failure.hint}` : '?';
    const [, jump, why] = /\(jump host (\S+)\): (.*)$/s.exec(failure.message) ?? [];
    if (jump !== undefined)
      return [
        foundOn(name, {
          rule: 'unreachable',
          component: 'ssh',
          brief: 'cannot be asked',
          message: (on) => `${on} could not be asked, since the way to it is through ${jump}: ${why}`,
          evidence,
          next: () => `is the jump host ${jump} up, seen from its console${look}`,
        }),
      ];
    return [
      foundOn(name, {
        rule: 'unreachable',
        component: 'ssh',
        brief: 'cannot be asked',
        message: (on) =>
          `${isIn ? `${on} does not answer` : `SSH on ${on} does not work`}: ${failure.message.replace(`${name}: `, '')}`,
        evidence,
        next: (on) =>
          ((isIn || isStranger) && failure.hint) ||
          {
            serves: `its services answer, so ${on} lives: is sshd there well, seen from its console${look}`,
            silent: `is ${on} up and not hung, seen at its console, and is the network in between${look}`,
            unsure: `look at ${on} from its console: is sshd well, is the host${look}`,
          }[verdict],
      }),
    ];
  });

/** A connection is taken by a host that hangs as well; an answer, or a VIP that stays with it, proves that it lives. */
function seenByOthers(
  name: string,
  snapshot: Parameters<FindingRule>[0],
): { evidence: string[]; verdict: 'serves' | 'silent' | 'unsure' } {
  const others = reached(snapshot);
  const views = others.flatMap(({ host, diagnostics }) =>
    (diagnostics.servers ?? [])
      .filter(({ server }) => server === name)
      .map(({ service, status, check }) => ({ by: host.name, service, status, check })),
  );
  const left = snapshot.inventory.vips.flatMap((vip) => {
    const isMeant = vip.preempt && vip.members[0]?.host.name === name;
    const holder = others.find(({ diagnostics }) => diagnostics.addresses.includes(vip.address))?.host.name;
    return isMeant && holder ? [`VIP ${vip.name} has left it for ${holder}`] : [];
  });
  const evidence = [
    ...views.map(({ by, service, status }) => `HAProxy on ${by} sees ${service}/${name} as ${status}`),
    ...left,
  ];
  const answers = views.some(({ status, check }) => /^UP/.test(status) && check.startsWith('L7OK'));
  const isGone = left.length > 0 || (views.length > 0 && views.every(({ status }) => /^DOWN/.test(status)));
  return { evidence, verdict: isGone ? 'silent' : answers ? 'serves' : 'unsure' };
}

/** File systems without room, or that cannot be written. */
export const disk: FindingRule = (snapshot) =>
  reached(snapshot).flatMap(({ host, diagnostics }) =>
    diagnostics.room.flatMap((room) => {
      const what = lack(room);
      return what === undefined
        ? []
        : [
            foundOn(host.name, {
              rule: what.rule,
              component: 'disk',
              brief: `${room.path} ${what.brief}`,
              message: (on) => `disk on ${on}: ${room.path} ${what.says}`,
              evidence: [what.evidence],
              next: (on) => what.next(room.path, on),
            }),
          ];
    }),
  );

interface Lack {
  rule: string;
  brief: string;
  says: string;
  evidence: string;
  next(mount: string, host: string): string;
}

const nearly = 0.01;

function lack({ totalKb, freeKb, inodes, freeInodes, readOnly }: FileSystem): Lack | undefined {
  if (readOnly)
    return {
      rule: 'disk-read-only',
      brief: 'read-only',
      says: 'cannot be written: it is mounted read-only',
      evidence: 'the kernel does that by itself when the disk has errors',
      next: (mount, host) => `look at dmesg on ${host}; then mount -o remount,rw ${mount}`,
    };
  // A per cent of a large disk is still a lot.
  const isFull = totalKb > 0 && (freeKb === 0 || (freeKb < totalKb * nearly && freeKb < 256 * 1024));
  if (isFull)
    return {
      rule: 'disk-full',
      brief: 'is full',
      says: 'is full: nothing can be written there',
      evidence: `${freeKb} of ${totalKb} KiB are free`,
      next: (mount, host) => `make room on ${host}: du -xh ${mount} | sort -h | tail`,
    };
  const hasNoInodes = inodes > 0 && (freeInodes === 0 || (freeInodes < inodes * nearly && freeInodes < 1000));
  if (hasNoInodes)
    return {
      rule: 'disk-full',
      brief: 'has no inodes',
      says: 'has no inodes left: no file can be made there',
      evidence: `${freeInodes} of ${inodes} inodes are free`,
      next: (mount, host) =>
        `find the folder with the many files on ${host}: du -x --inodes ${mount} | sort -n | tail`,
    };
  return undefined;
}

/** Why there is no plan for a host that answered: the inventory does not fit it. */
export const unfit: FindingRule = (snapshot) =>
  reached(snapshot).flatMap(({ host, plan, facts }) =>
    plan.error === undefined
      ? []
      : [
          foundOn(host.name, {
            rule: 'host-does-not-fit',
            component: 'configuration',
            brief: 'does not fit',
            message: (on) => `${on} is not what the inventory says: ${plan.error}`,
            evidence: [`it has ${list(addresses(facts))}`],
            next: () => 'correct the inventory, or the host',
          }),
        ],
  );

const addresses = ({ addresses: own }: Reached['facts']) =>
  own.map((one) => `${one.interface} ${one.address}/${one.prefix}`);
