import * as z from 'zod';
import { list, object, text } from '../document/fields';
import { call } from '../shell/library';
import { inTurn } from '../shell/quote';
import { common, opening, resourceName, timeout } from './fields';
import type { Attribute, Difference } from './resource';
import type { ResourceType } from './resource-type';

const schema = object({
  ...common,
  timeout: timeout(300),
  type: z.literal('firewall').describe('Ports and protocols that are open in firewalld.'),
  name: resourceName().describe('Whose ports they are: what this owner no longer asks for is closed again.'),
  ports: list(opening(), 'a list of ports such as "80/tcp"')
    .default([])
    .describe('"80/tcp", "5000-5010/udp"; "80/tcp@192.0.2.1" is open for that address only.'),
  protocols: list(
    text('an IP protocol such as "vrrp"', /^[a-z0-9][a-z0-9.-]{0,31}$/),
    'a list of IP protocols such as "vrrp"',
  )
    .default([])
    .describe('IP protocols that are let in, by their names.'),
  zone: text('the name of a zone', /^[A-Za-z0-9_/-]{1,64}$/)
    .optional()
    .describe('Otherwise the zones of the interfaces that carry the addresses, or the default zone.'),
  addresses: list(text('an IP address', /^[0-9A-Fa-f.:]{2,45}$/), 'a list of IP addresses')
    .default([])
    .describe(
      'Addresses of the host: what is opened is opened in the zones of the interfaces that carry them.',
    ),
});

type FirewallSpec = z.output<typeof schema>;

/** A port or protocol that a zone can let in. */
interface Opening {
  set: 'runtime' | 'permanent';
  zone: string;
  /** `80/tcp`, `80/tcp@192.0.2.1`, or a protocol such as `vrrp`. */
  entry: string;
}

interface OpeningState extends Opening {
  /** Opened by an entry as haprov makes it; covered by another, such as a range of ports; or closed. */
  found: 'listed' | 'covered' | 'closed';
  /** The owners for which haprov opened it; empty where others opened it, or it is closed. */
  holders: string[];
}

type FirewallState =
  | { runs: false }
  /** `zones` are those of firewalld; `inZones` those that the resource is about. */
  | { runs: true; zones: string[]; inZones: string[]; openings: OpeningState[] };

/**
 * Ports and protocols that firewalld lets in, now and after a boot. Does nothing where firewalld does not run. Never closes
 * what was open before.
 */
export const firewall: ResourceType<FirewallSpec, FirewallState> = {
  type: 'firewall',
  schema,
  part: 'firewall',
  target: (spec) => spec.name,
  probe: ({ name, zone = '', addresses, ports, protocols }) =>
    call('probe_firewall', recordOf(name), zone, addresses.join(' '), ...ports, ...protocols),
  asksFor: () => ({ units: ['firewalld'] }),
  shows: (spec) => [
    { says: `firewall ${spec.name}: ${[...spec.ports, ...spec.protocols].join(', ')}, where firewalld runs` },
  ],
  read(output) {
    const rows = output.split('\n').filter(Boolean);
    if (rows[0] === 'off') return { runs: false };
    if (rows[0] === 'failed')
      throw new Error('firewalld runs, but firewall-cmd does not answer: run "firewall-cmd --state" there');
    const starting = (word: string) => rows.map((row) => row.split(' ')).filter(([first]) => first === word);
    const names = (word: string) => starting(word).map(([, name = '']) => name);
    const holders = starting('held').map(([, set, zone, entry, record = '']) => ({
      key: `${set} ${zone} ${entry}`,
      owner: decodeURIComponent(record),
    }));
    const openings = (['listed', 'covered', 'closed'] as const).flatMap((found) =>
      starting(found).map(([, set = '', zone = '', entry = '']): OpeningState => {
        if (set !== 'runtime' && set !== 'permanent') throw new Error(`not a firewall's state: ${output}`);
        const opening = { set, zone, entry } as const;
        const held = holders.filter(({ key }) => key === keyOf(opening)).map(({ owner }) => owner);
        return { ...opening, found, holders: held };
      }),
    );
    if (names('zone').length === 0) throw new Error(`not a firewall's state: ${output}`);
    return { runs: true, zones: names('zone'), inZones: names('in'), openings };
  },
  diff(spec, state) {
    if (!state.runs) return [];
    const unknown = state.inZones.find((zone) => !state.zones.includes(zone));
    if (unknown !== undefined)
      throw new Error(
        `the host's firewalld has no zone "${unknown}" at work; it has ${state.zones.join(', ')}`,
      );
    const { name } = spec;
    const entries = [...spec.ports, ...spec.protocols];
    const isWanted = ({ zone, entry }: Opening) => state.inZones.includes(zone) && entries.includes(entry);
    const inOrder = [...state.openings].sort((a, b) => rank(a, entries) - rank(b, entries));
    const isOwn = (opening: OpeningState) => opening.holders.includes(name);
    const held = inOrder.filter(
      (one) => isWanted(one) && (one.found === 'closed' || (one.holders.length > 0 && !isOwn(one))),
    );
    const left = inOrder.filter((one) => isOwn(one) && !isWanted(one));
    if (held.length + left.length === 0) return [];
    return [
      {
        action: 'update',
        attributes: [...held.map((one) => opened(one, name)), ...left.map((one) => closed(one, name))],
        step: { ...stepOf(name, held, left), limitSeconds: spec.timeout },
      } satisfies Difference,
    ];
  },
};

/** The name of an owner's record on the host, without characters that a file name cannot have, and never hidden. */
const recordOf = (owner: string) => encodeURIComponent(owner).replace(/^\./, '%2E');

const keyOf = ({ set, zone, entry }: Opening) => `${set} ${zone} ${entry}`;

/** In the playbook's order, entries that it no longer has last; the runtime set first. */
function rank({ entry, set }: Opening, entries: readonly string[]): number {
  const at = entries.indexOf(entry);
  return (at < 0 ? entries.length : at) * 2 + (set === 'runtime' ? 0 : 1);
}

const nameOf = ({ set, zone, entry }: Opening) => `${entry} ${set} (${zone})`;
const openFor = (owners: readonly string[]) => `open for ${owners.join(', ')}`;

function opened(one: OpeningState, owner: string): Attribute {
  return one.found === 'closed'
    ? { name: nameOf(one), from: 'closed', to: 'open' }
    : { name: nameOf(one), from: openFor(one.holders), to: openFor([...one.holders, owner]) };
}

function closed(one: OpeningState, owner: string): Attribute {
  const others = one.holders.filter((other) => other !== owner);
  const name = nameOf(one);
  if (others.length > 0) return { name, from: openFor(one.holders), to: openFor(others) };
  // Somebody has closed it since, or opened more: only the record is removed.
  return one.found === 'listed'
    ? { name, from: 'open', to: 'closed' }
    : { name, from: `${one.found}, on record`, to: one.found };
}

/** Every line works whether the lines before it ran or not, so that a run that died half way can be undone. */
function stepOf(owner: string, held: OpeningState[], left: OpeningState[]): Difference['step'] {
  const record = recordOf(owner);
  const toOpen = held.filter((one) => one.found === 'closed');
  const toClose = left.filter((one) => one.found === 'listed');
  const added = held.filter((one) => !one.holders.includes(owner));
  const rows = (sign: string, some: Opening[]) => some.map((one) => `${sign}${keyOf(one)}`);
  const write = (plus: Opening[], minus: Opening[]) =>
    plus.length + minus.length === 0
      ? []
      : [call('record_firewall', record, ...rows('+', plus), ...rows('-', minus))];
  const seen = [...toOpen, ...left].map((one) => `${one.found} ${keyOf(one)}`);
  return {
    phase: 'commit',
    check: call('check_firewall', record, ...seen),
    run: inTurn(
      call('begin'),
      ...write(added, left),
      // Opens also what another owner holds, because that owner may have closed it in this run.
      ...changes('add', record, held),
      ...changes('remove', record, toClose),
    ),
    verify: call('verify_firewall', record, ...rows('+', held), ...rows('-', toClose)),
    // The exit codes of `changes` do not matter: the last line verifies the result.
    undo: [
      '[ -f "$step/begun" ] || return 0',
      ...write(left, added).map((script) => `${script} || return`),
      ...changes('remove', record, toOpen),
      ...changes('add', record, toClose),
      call('verify_restored_firewall', record, ...rows('-', toOpen), ...rows('+', toClose)),
    ].join('\n'),
  };
}

/** A call for each set and zone. */
function changes(verb: 'add' | 'remove', record: string, some: Opening[]): string[] {
  const places = new Map<string, Opening[]>();
  for (const one of some) {
    const place = `${one.set} ${one.zone}`;
    places.set(place, [...(places.get(place) ?? []), one]);
  }
  return [...places.values()].flatMap(([first, ...rest]) =>
    first === undefined
      ? []
      : [
          call(
            'change_firewall',
            verb,
            record,
            first.set,
            first.zone,
            ...[first, ...rest].map(({ entry }) => entry),
          ),
        ],
  );
}
