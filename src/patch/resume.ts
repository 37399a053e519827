import { UsageError } from '../errors';
import { goesOnBy, isTaken, placeBackBy, type RollNote, type Stand, standsOf } from '../host/roll-note';
import { formatElapsed } from '../text/format';

interface Asked {
  command: string;
  /** The hosts that are meant, in the order of their turns. */
  hosts: readonly string[];
  /** All hosts of the inventory. */
  known: readonly string[];
  /** The hosts that are drained now. */
  drained: ReadonlySet<string>;
  /** Begin from the first host, whatever was noted. */
  anew: boolean;
  /** For a roll that begins. */
  roll: string;
  owner: string;
  now: Date;
}

/** What the roll must do, and what to say of it first. */
export interface Resumed {
  note: RollNote;
  /** What was left, as far as the inventory has its hosts. */
  left?: RollNote;
  /** The hosts whose turn is left, in the order of their turns. */
  due: string[];
  words: string[];
  /** Who may still be drained by what was left and has no part in this, and what to do then, a sentence each. */
  leftOut: string[];
}

/** A roll that was left for longer is begun from the first host: what it did counts no more. */
const oldMs = 24 * 3_600_000;

/**
 * A roll that begins, or goes on where one was left, with its own hosts and no others. Hosts that the inventory has no more are left out: nobody can go on with them.
 * @param noted what is noted of one that was begun and not brought to its end
 * @throws UsageError where another command, or one with another wish or over other hosts, is to go on first
 */
export function resume(noted: RollNote | undefined, asked: Asked): Resumed {
  const { note, words, ...resumed } = resumeOrBegin(noted, asked);
  const leftOut = [...(noted?.hosts ?? [])].flatMap(([name, stand]) => {
    if (!isTaken(stand) || note.hosts.has(name)) return [];
    if (asked.known.includes(name))
      return asked.drained.has(name) ? [`${name} is still drained (${placeBackBy(name)})`] : [];
    const was = standsOf({ hosts: new Map([[name, stand]]) });
    return [
      `${was}, and the inventory has it no more: where it is still drained, ${placeBackBy(name)}, by an inventory that has it`,
    ];
  });
  return { ...resumed, note, words: [...words, ...leftOut], leftOut };
}

function resumeOrBegin(noted: RollNote | undefined, asked: Asked): Omit<Resumed, 'leftOut'> {
  const { command, hosts, known, anew, now } = asked;
  if (!noted) return begin(undefined, asked);
  const thatAre = (isKnown: boolean) =>
    new Map([...noted.hosts].filter(([name]) => known.includes(name) === isKnown));
  const [kept, gone] = [thatAre(true), thatAre(false)];
  const left = { ...noted, hosts: kept };
  const agoMs = now.getTime() - left.begun.getTime();
  const which = `haprov ${left.command} of ${left.owner}, begun ${formatElapsed(Math.max(0, agoMs))} ago`;
  const beginAnew = (why: string) =>
    begin(left, asked, `begins anew${why}: ${which}, was left: ${standsOf(noted)}`);
  if (anew) return beginAnew('');
  if (!(agoMs < oldMs)) return beginAnew(', because what was done is old');
  const isOver = gone.size > 0 && [...kept.values()].every(({ state }) => state === 'done');
  const others = hosts.filter((name) => !left.hosts.has(name));
  if (isOver && (kept.size === 0 || left.command !== command || others.length > 0))
    return beginAnew(', because the inventory has no more what was not done');
  const apart = others.length > 0 ? `; no part of it: ${others.join(', ')}` : '';
  if (left.command !== command || apart)
    throw new UsageError(
      `${which}, was left (${standsOf(left)}${left.command === command ? apart : ''}), and nothing was done now`,
      `${goesOnBy(left)} goes on with it; --anew begins haprov ${command} from the first host`,
    );
  const rank = (name: string) =>
    ['booting', 'taken', 'due', 'done'].indexOf(left.hosts.get(name)?.state ?? 'due');
  const due = hosts
    .filter((name) => left.hosts.get(name)?.state !== 'done')
    .sort((a, b) => rank(a) - rank(b));
  const untaken = new Map([...gone].filter(([, stand]) => !isTaken(stand)));
  return {
    note: { ...left, hosts: asDrained(left.hosts, asked) },
    left,
    due,
    words: [
      `goes on with ${which}: ${standsOf(left)}`,
      ...(untaken.size > 0
        ? [`leaves out what the inventory has no more: ${standsOf({ hosts: untaken })}`]
        : []),
    ],
  };
}

/** A host that had no turn yet, or that somebody else has drained, and is drained, stays so. */
const asDrained = (stands: RollNote['hosts'], { drained }: Pick<Asked, 'drained'>) =>
  new Map(
    [...stands].map(([name, stand]) => [
      name,
      stand.state === 'due' || stand.staysDrained ? { ...stand, staysDrained: drained.has(name) } : stand,
    ]),
  );

/** A host that was drained by a roll that was left does not stay drained. */
function begin(left: RollNote | undefined, asked: Asked, ...words: string[]): Omit<Resumed, 'leftOut'> {
  const { command, hosts, drained, roll, owner, now } = asked;
  const stands = new Map(hosts.map(fresh(asked)));
  for (const [name, stand] of left?.hosts ?? [])
    if (stands.has(name) && isTaken(stand) && drained.has(name))
      stands.set(name, { state: 'taken', staysDrained: false, mark: '' });
  return {
    note: { roll, serial: 0, begun: now, command, owner, hosts: stands },
    ...(left ? { left } : {}),
    due: [...hosts],
    words,
  };
}

const fresh =
  ({ drained }: Pick<Asked, 'drained'>) =>
  (name: string): [string, Stand] => [name, { state: 'due', staysDrained: drained.has(name), mark: '' }];
