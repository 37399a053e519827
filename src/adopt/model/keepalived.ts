import { isIPv6 } from 'node:net';
import type { Configuration } from '../../ha/keepalived/configuration';
import type { Setting } from '../../ha/keepalived/settings';
import type { VrrpInstance } from '../../ha/keepalived/vrrp';

/** What an inventory can say of the keepalived of its hosts: `vips`, `keepalived`. */
interface KeepalivedModel {
  vips: Record<string, Record<string, unknown>>;
  keepalived: { sections?: string[] };
  /** VIP → the password of its adverts, which does not belong into the inventory. */
  passwords: Map<string, string>;
  /** Why keepalived's files stay as they are; then nothing else here counts. */
  refused: string[];
}

/** One host's keepalived, and what all its files say outside of blocks that haprov writes. */
interface OwnKeepalived {
  host: string;
  configuration: Configuration;
  /** Blocks beside instances and `global_defs`, as they are written. */
  blocks: string[];
}

/** A keepalived of several hosts as far as the model says it; what differs between them and has no key is refused. */
export function modelOfKeepalived(all: readonly OwnKeepalived[]): KeepalivedModel {
  const refused: string[] = [];
  const passwords = new Map<string, string>();
  const names = [
    ...new Set(all.flatMap(({ configuration }) => configuration.instances.map(({ name }) => name))),
  ];
  const vips = names.map((name): [string, Record<string, unknown>] => {
    const found = all.map(({ host, configuration }) => ({
      host,
      instance: configuration.instances.find((one) => one.name === name),
      configuration,
    }));
    return [name, vipOf(name, found, { refused, passwords })];
  });
  for (const { host, configuration } of all)
    for (const { line, what } of configuration.unknowns)
      refused.push(`${host}: nobody can tell ${what} (line ${line})`);
  for (const { host, configuration } of all)
    for (const { keyword } of configuration.globals.settings)
      if (!elsewhere.test(keyword)) refused.push(`${host}: no key says ${keyword} of global_defs`);
  for (const { name, members, settings } of all.flatMap(({ configuration }) => configuration.syncGroups)) {
    const besides = settings.filter(({ keyword }) => !ofSyncGroups.test(keyword));
    if (besides.length > 0)
      refused.push(
        `vrrp_sync_group ${name}: no key says ${besides.map(({ keyword }) => keyword).join(', ')}`,
      );
    for (const member of members) Object.assign(Object.fromEntries(vips)[member] ?? {}, { syncGroup: name });
  }
  const sections = all.map(({ blocks }) => blocks);
  if (new Set(sections.map((texts) => texts.join('\n'))).size > 1)
    refused.push('blocks beside the instances differ between the hosts');
  const [first = []] = sections;
  return {
    vips: Object.fromEntries(vips),
    keepalived: first.length > 0 ? { sections: first } : {},
    passwords,
    refused: [...new Set(refused)],
  };
}

/** What the key `syncGroup` stands for. */
const ofSyncGroups = /^(?:group|sync_group_tracking_weight|global_tracking)$/;

interface Notes {
  refused: string[];
  passwords: Map<string, string>;
}

interface OnHost {
  host: string;
  instance: VrrpInstance | undefined;
  configuration: Configuration;
}

/** What has a key, or is decided by haprov. */
const keyed =
  /^(?:state|interface|virtual_router_id|priority|advert_int|(?:no)?preempt|authentication|virtual_ipaddress(?:_excluded)?|unicast_src_ip|unicast_peer|native_ipv6)$/;

function vipOf(
  name: string,
  found: readonly OnHost[],
  { refused, passwords }: Notes,
): Record<string, unknown> {
  const own = found.flatMap(({ host, instance, configuration }) =>
    instance ? [{ host, instance, configuration }] : [],
  );
  const refuse = (why: string) => refused.push(`${name}: ${why}`);
  const [first] = own;
  if (!first || own.length < found.length) {
    refuse(`not every host has it: ${own.map(({ host }) => host).join(', ')}`);
    return {};
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) refuse('the name is none that an inventory can have');
  const globals = (instance: VrrpInstance) =>
    (own.find((one) => one.instance === instance) ?? first).configuration.globals;
  const same = <T>(what: string, of: (instance: VrrpInstance) => T): T => {
    if (new Set(own.map(({ instance }) => JSON.stringify(of(instance)))).size > 1)
      refuse(`${what} differs between the hosts`);
    return of(first.instance);
  };
  const addresses = same('the list of addresses', (one) => one.addresses.map((each) => plain(each, one)));
  const excluded = same('the list of excluded addresses', (one) =>
    one.excludedAddresses.map((each) => plain(each, one)),
  );
  if ([...addresses, ...excluded].some((address) => address.includes(' ')))
    refuse('an address has options of its own (dev, label, …)');
  const [address, ...more] = addresses.filter((one) => !/^fe80:/i.test(one) || !isIPv6(addresses[1] ?? ''));
  const advert = same('advert_int', (one) => one.advertInterval ?? 1);
  if (!Number.isInteger(advert)) refuse(`advert_int ${advert} is no whole number of seconds`);
  const password = same('the authentication', (one) => one.authentication?.password);
  if (password !== undefined) passwords.set(name, password);
  const unicast = own.flatMap(({ host, instance }) =>
    instance.unicastSource === undefined ? [] : [[host, instance.unicastSource] as const],
  );
  if (own.some(({ instance }) => instance.unicastPeers.length > 0) && unicast.length < own.length)
    refuse('it speaks to peers without saying from which address');
  const interfaces = same('the interface', (one) => one.interface);
  const extra = same('what it says besides', (one) =>
    wholeSettings(one.settings, { globals: globals(one) })
      .filter(({ keyword }) => !keyed.test(keyword))
      .flatMap((setting) => linesOf(setting)),
  );
  return {
    address,
    ...(more.length > 0 ? { addresses: more } : {}),
    ...(excluded.length > 0 ? { excluded } : {}),
    virtualRouterId: same('the VRID', (one) => one.virtualRouterId),
    ...(interfaces === undefined ? {} : { interface: interfaces }),
    priorities: Object.fromEntries(own.map(({ host, instance }) => [host, instance.priority ?? 100])),
    ...(advert === 1 ? {} : { advertInterval: advert }),
    ...(same('nopreempt', (one) => one.nopreempt) ? { preempt: false } : {}),
    ...(unicast.length > 0 ? { unicast: Object.fromEntries(unicast) } : {}),
    ...(extra.length > 0 ? { extra } : {}),
  };
}

/** An address with its options, but for the interface that it is on anyway. */
const plain = (
  { name, options }: VrrpInstance['addresses'][number],
  { interface: own }: VrrpInstance,
): string => [name, ...options].join(' ').replace(/ dev (\S+)/, (all, on) => (on === own ? '' : all));

/** What a key, an instance or a script says in place of global_defs. */
export const elsewhere = /^(?:router_id|lvs_id|enable_script_security|script_user|vrrp_(?:garp|gna)_\w+)$/;

/** As whom programs run that do not say it: what `script_user` has, or keepalived without one. */
export const ownerOf = ({ globals: { scriptUser } }: Pick<Configuration, 'globals'>): string[] =>
  scriptUser?.user === undefined
    ? ['root']
    : [scriptUser.user, ...(scriptUser.group === undefined ? [] : [scriptUser.group])];

/** What an instance does by itself and by `global_defs`: who runs its programs, how often it tells of its addresses. */
export function wholeSettings(
  settings: readonly Setting[],
  configuration: Pick<Configuration, 'globals'>,
): Setting[] {
  const owner = ownerOf(configuration);
  const common = configuration.globals.settings.flatMap((one) => {
    const keyword = /^vrrp_((?:garp|gna)_\w+)$/.exec(one.keyword)?.[1];
    return keyword === undefined || settings.some((own) => own.keyword === keyword)
      ? []
      : [{ ...one, keyword }];
  });
  return [
    ...settings.map((one) =>
      /^notify(?:_(?:master|backup|fault|stop|master_rx_lower_pri|deleted))?$/.test(one.keyword) &&
      one.words.length === 1
        ? { ...one, words: [...one.words, ...owner] }
        : one,
    ),
    ...common,
  ];
}

/** A statement as lines: a brace that opens a block ends its line, one that closes it has one. */
export function linesOf({ keyword, words, block }: Setting): string[] {
  const said = [keyword, ...words.map(quoted)].join(' ');
  return block
    ? [`${said} {`, ...block.flatMap((one) => linesOf(one)).map((line) => `    ${line}`), '}']
    : [said];
}

const quoted = (word: string) =>
  /[\s"#!]/.test(word) || word === '' ? `"${word.replaceAll('"', '\\"')}"` : word;
