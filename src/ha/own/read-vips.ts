import { isIP } from 'node:net';
import { canonical } from '../../inventory/address';
import type { Host, Vip, VipAddress } from '../../inventory/inventory';
import { vip as vipSchema } from '../../inventory/schema/vip';
import { type Configuration, readConfiguration } from '../keepalived/configuration';
import type { Entry } from '../keepalived/settings';
import type { Place } from '../keepalived/syntax';
import type { VrrpInstance } from '../keepalived/vrrp';
import type { OwnTexts, ReadingNote, WrittenAt } from './reading';

interface ReadVips {
  vips: Vip[];
  /** Of each host that has one. */
  configurations: Configuration[];
  notes: ReadingNote[];
  /** Passwords that stand in the files. */
  secrets: string[];
}

/** A vrrp_instance of one host, with the addresses that it moves, the one that clients know first. */
interface Held {
  host: Host;
  instance: VrrpInstance;
  configuration: Configuration;
  addresses: VipAddress[];
  at: WrittenAt;
}

/** The VIPs of the hosts' own keepalived.conf: those of several hosts that share an address are one. */
export function readVips(texts: readonly OwnTexts[]): ReadVips {
  const notes: ReadingNote[] = [];
  const configurations: Configuration[] = [];
  const held = texts.flatMap(({ host, keepalived }): Held[] => {
    if (!keepalived) return [];
    const configuration = readConfiguration({
      ...keepalived,
      configId: host.name.split('.')[0] ?? host.name,
    });
    configurations.push(configuration);
    const at = ({ file, line, column }: Place) => ({
      host: host.name,
      file: file ?? keepalived.main,
      line,
      column,
    });
    for (const { what, ...place } of configuration.unknowns) notes.push(unknownNote(what, at(place)));
    return configuration.instances.map((instance) => ({
      host,
      instance,
      configuration,
      addresses: addressesOf(instance),
      at: at(instance.at),
    }));
  });
  const shared: Held[][] = [];
  for (const one of held.filter(({ addresses }) => addresses.length > 0)) {
    const together = shared.find((members) => members.some((other) => haveOneInCommon(one, other)));
    if (together) together.push(one);
    else shared.push([one]);
  }
  const names = new Map<string, number>();
  const vips = shared.map((members) => {
    members.sort((a, b) => priorityOf(b) - priorityOf(a));
    const name = members[0]?.instance.name ?? '';
    names.set(name, (names.get(name) ?? 0) + 1);
    return toVip(members, names.get(name) === 1 ? name : `${name}-${names.get(name)}`);
  });
  const secrets = held.flatMap(({ instance }) => instance.authentication?.password ?? []);
  return { vips: vips.flatMap((one) => one ?? []), configurations, notes, secrets };
}

/** An instance of the same host is another one. */
const haveOneInCommon = (a: Held, b: Held) =>
  a.host !== b.host &&
  a.addresses.some(({ address }) => b.addresses.some((other) => other.address === address));

const priorityOf = ({ instance }: Held) => instance.priority ?? 100;

function addressesOf({ addresses, excludedAddresses }: VrrpInstance): VipAddress[] {
  const all = [
    ...addresses.flatMap((one) => readAddress(one, 'advert')),
    ...excludedAddresses.flatMap((one) => readAddress(one, 'excluded')),
  ];
  const isOfLink = ({ address }: VipAddress) => /^fe[89ab]/i.test(address);
  return [...all.filter((one) => !isOfLink(one)), ...all.filter(isOfLink)];
}

function readAddress({ name }: Entry, stands: VipAddress['stands']): VipAddress[] {
  const [bare = '', prefix] = name.split('/');
  if (isIP(bare) === 0) return [];
  return [
    {
      address: canonical(bare),
      ...(prefix && /^\d+$/.test(prefix) ? { prefix: Number(prefix) } : {}),
      family: isIP(bare) === 6 ? 6 : 4,
      stands,
    },
  ];
}

function toVip(members: readonly Held[], name: string): Vip | undefined {
  const [first] = members;
  const main = first?.addresses[0];
  const id = first?.instance.virtualRouterId;
  if (!first || !main || id === undefined) return undefined;
  const { instance } = first;
  const { address, prefix, family } = main;
  const interfaces = new Set(members.map((one) => one.instance.interface));
  const shared = interfaces.size === 1 ? instance.interface : undefined;
  const isUnicast = members.some((one) => one.instance.unicastPeers.length > 0);
  const {
    address: _,
    addresses: __,
    excluded: ___,
    group: ____,
    priorities: _____,
    check,
    ...settings
  } = vipSchema.parse({
    address: main.address,
    virtualRouterId: 1,
    check: checkOf(first),
  });
  const { syncGroups } = first.configuration;
  const syncGroup = syncGroups.find((group) => group.members.includes(instance.name))?.name;
  return {
    ...settings,
    name,
    address,
    ...(prefix === undefined ? {} : { prefix }),
    family,
    addresses: first.addresses,
    // Nobody can tell what a script of the user's own asks: it may be HAProxy.
    check: { ...check, haproxy: watches(first), looksForProcess: looksForProcess(first), port: undefined },
    ports: [],
    ...(syncGroup === undefined ? {} : { syncGroup }),
    virtualRouterId: id,
    ...(shared === undefined ? {} : { interface: shared }),
    advertInterval: instance.advertInterval ?? 1,
    preempt: !instance.nopreempt,
    unicast:
      isUnicast &&
      Object.fromEntries(
        members.map((one) => [one.host.name, one.instance.unicastSource ?? one.host.address]),
      ),
    ...(instance.authentication?.password ? { auth: instance.authentication.password } : {}),
    members: members.map((one) => ({ host: one.host, priority: priorityOf(one) })),
  };
}

/** Whether anything but its link keeps it from holding the address. */
function watches({ instance, configuration: { syncGroups } }: Held): boolean {
  const groups = syncGroups.filter((group) => group.members.includes(instance.name));
  return [instance, ...groups].some(({ trackScripts, trackProcesses, trackFiles }) =>
    [trackScripts, trackProcesses, trackFiles].some((tracked) => tracked.length > 0),
  );
}

/** Commands that see a process, whatever becomes of it. */
const seesProcess =
  /(?:^|[\s/`("'])(?:pgrep|pidof|killall|kill|systemctl(?: -\S+)* (?:is-active|status)|service \S+ status)(?: |$)/;

/** Parts of a command line that look at nothing. */
const looksAtNothing = /^[\s"')}]*(?:(?:exit|true|false|:|test|\[)(?:\s.*)?)?$/;

/** Whether a command sees a process and nothing else; what stands behind a pipe reads its words only. */
function seesProcessOnly(command: string): boolean {
  const parts = command.split(/&&|\|\||;|\n/).map((part) => part.split('|')[0] ?? '');
  return (
    parts.some((part) => seesProcess.test(part)) &&
    parts.every((part) => seesProcess.test(part) || looksAtNothing.test(part))
  );
}

/** Whether all that keeps it from holding the address is that a process is gone. */
function looksForProcess(held: Held): boolean {
  const { instance, configuration } = held;
  const groups = configuration.syncGroups.filter((group) => group.members.includes(instance.name));
  const all = [instance, ...groups];
  const scripts = all
    .flatMap(({ trackScripts }) => trackScripts)
    .map(({ name }) => configuration.scripts.find((one) => one.name === name)?.script?.command ?? '');
  return (
    watches(held) && all.every(({ trackFiles }) => trackFiles.length === 0) && scripts.every(seesProcessOnly)
  );
}

/** How soon it notices what it watches, by the first of the scripts that it tracks. */
function checkOf({ instance, configuration }: Held): object {
  const tracked = instance.trackScripts
    .map((one) => ({ one, script: configuration.scripts.find(({ name }) => name === one.name) }))
    .find(({ script }) => script !== undefined);
  if (!tracked?.script) return {};
  const { interval, fall, rise, weight } = tracked.script;
  const own = Math.abs(tracked.one.weight ?? weight);
  const within = (value: number, most: number) => Math.min(most, Math.max(1, Math.round(value)));
  return {
    interval: within(interval, 60),
    fall: within(fall, 20),
    rise: within(rise, 20),
    weight: Math.min(253, own),
  };
}

const unknownNote = (what: string, at: WrittenAt): ReadingNote => ({
  severity: 'warning',
  at,
  message: `nobody can tell from the files ${what}`,
  why: 'what stands there is not among the VIPs that status, drain and the gates of apply look at',
  fix: 'name the file in keepalived.config, or write the value instead',
});
