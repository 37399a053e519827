import type { Stand } from '../host/roll-note';
import { count, visible } from '../text/format';
import type { PackageUpdate, UpdatePlan } from './packages';

/** What a roll will do on one host. */
export interface PlannedTurn {
  host: string;
  address: string;
  os: string;
  /** Names and addresses of the VIPs that it holds. */
  holds: { vip: string; address: string }[];
  stand: Stand['state'];
  staysDrained: boolean;
  /** The services that run, and that nothing starts at boot. */
  endingWithBoot: string[];
  /** The hosts that are reached through it. */
  leadsTo: string[];
  /** Absent where there is nothing to install. */
  packages?: UpdatePlan;
  boot: 'yes' | 'no' | 'if needed';
}

/** What a roll will do, in its order. */
export interface RollPlan {
  version: 1;
  command: string;
  inventory: string;
  /** Where it goes on with one that was left: what that has done. */
  resumed: string[];
  turns: PlannedTurn[];
  /** Seconds. */
  waits: { sessions: number; boot: number; soak: number };
}

/** The plan as text, before anything is done. */
export function renderRoll({ command, resumed, turns, waits }: RollPlan): string {
  const [only, ...more] = turns;
  const head =
    only === undefined
      ? `${command}: there is nothing to do`
      : more.length === 0
        ? `${command} of ${visible(only.host)}`
        : `${command} of ${count(turns.length, 'host')}, one after the other; the first that fails ends it`;
  const toldOf = new Map<string, string>();
  const each = turns.flatMap((turn, at) => [
    '',
    `  ${at + 1}. ${describe(turn)}`,
    ...stepsOf(turn, waits, { isLast: at === turns.length - 1, isPatch: command === 'patch', toldOf }).map(
      (row) => `     ${row}`,
    ),
  ]);
  return [...resumed.map(visible), head, ...each].join('\n');
}

function describe({ host, address, os, holds, staysDrained }: PlannedTurn): string {
  const vips = holds.map(({ vip, address: at }) => `VIP ${vip} (${at})`).join(' and ');
  const state = staysDrained ? ', which is drained and stays so' : vips ? `, which holds ${vips}` : '';
  return visible(`${host} (${address}, ${os})${state}`);
}

function stepsOf(
  { host, holds, stand, staysDrained, endingWithBoot, leadsTo, packages, boot }: PlannedTurn,
  waits: RollPlan['waits'],
  { isLast, isPatch, toldOf }: { isLast: boolean; isPatch: boolean; toldOf: Map<string, string> },
): string[] {
  const moves = holds.map(({ vip }) => `VIP ${vip}`).join(' and ');
  const hasBooted = stand === 'booting' && boot === 'no';
  const drain = `drain: ${moves ? `${moves} moves to another host, and may come back at undrain: requests on their way then may be lost; ` : ''}nothing new is sent to it, and sessions are waited for, ${waits.sessions} s at most`;
  const soak = waits.soak > 0 && !isLast ? `, and stays so for ${waits.soak} s before the next host` : '';
  return [
    ...(hasBooted
      ? [
          `it was told to boot, and has: it is only looked at${isPatch ? ', and not made newer once more' : ''}`,
        ]
      : [...(stand === 'booting' ? ['it was told to boot: where it has, it is only looked at'] : []), drain]),
    ...(packages ? onceOf(packagesOf(packages, boot === 'yes'), host, toldOf) : []),
    ...(boot === 'no'
      ? []
      : [
          `boot${boot === 'yes' ? '' : ', if that is needed then'}: it is waited for, ${waits.boot} s at most`,
          ...(leadsTo.length > 0
            ? [
                `  until it is back nobody can ask ${visible(leadsTo.join(' and '))}, which ${leadsTo.length === 1 ? 'is' : 'are'} reached through it: taken to serve as before`,
              ]
            : []),
          ...endingWithBoot.map(
            (unit) =>
              `  ${visible(unit)} runs, and does not afterwards, since nothing starts it at boot (systemctl enable ${visible(unit)})`,
          ),
        ]),
    'look: until units, ports, servers, VIPs, services, kernel parameters, SELinux and firewall are as before',
    staysDrained ? 'it stays drained' : `undrain: it gets its place back${soak}`,
  ];
}

/** Rows about a host; where they are told of another one already, the first of them. */
function onceOf([head = '', ...rows]: string[], host: string, toldOf: Map<string, string>): string[] {
  const text = [head, ...rows].join('\n');
  const same = toldOf.get(text);
  if (same !== undefined && rows.length > 0)
    return [`${head.replace(/:$/, '')}: the same as on ${visible(same)}`];
  toldOf.set(text, host);
  return [head, ...rows];
}

function packagesOf({ updates, afterwards, oneWay, skipped }: UpdatePlan, isBooted: boolean): string[] {
  return [
    updates.length === 0 ? 'no package is newer' : `update ${count(updates.length, 'package')}:`,
    ...updates.map((one) => `  ${visible(updateOf(one))}`),
    ...(isBooted ? [] : afterwards.units).map(
      ({ unit }) => `  restart ${visible(unit)}, which runs of files that are replaced`,
    ),
    ...skipped.map(
      ({ name, arch, version }) =>
        `  left out: ${visible(`${name}.${arch} ${version}`)}, since something else does not fit it`,
    ),
    ...afterwards.boot.map((why) => `  a boot is needed: ${visible(why)}`),
    ...oneWay.map((why) => `  no way back: ${visible(why)}`),
  ];
}

const updateOf = ({ name, arch, from, to, repository, isBeside }: PackageUpdate): string =>
  to === null
    ? `${name}.${arch} ${from} is removed`
    : `${name}.${arch} ${from ?? 'not installed'} → ${to}${isBeside ? ', beside the old one' : ''} (${repository})`;
