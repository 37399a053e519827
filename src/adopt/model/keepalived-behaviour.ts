import type { Configuration } from '../../ha/keepalived/configuration';
import type { Tracked, VrrpInstance } from '../../ha/keepalived/vrrp';
import type { Behaviour } from './haproxy-behaviour';
import { elsewhere, linesOf, ownerOf, wholeSettings } from './keepalived';

/** Part of keepalived → what it does, a row a fact. */
export function keepalivedBehaviours(configuration: Configuration): Map<string, Behaviour> {
  const {
    globals,
    instances,
    syncGroups,
    scripts,
    trackProcesses,
    trackFiles,
    virtualServers,
    virtualServerGroups,
  } = configuration;
  const rows = (settings: VrrpInstance['settings']) => settings.map((one) => linesOf(one).join(' ')).sort();
  const owner = ownerOf(configuration).join(' ');
  const named = (kind: string, all: readonly { name: string; settings: VrrpInstance['settings'] }[]) =>
    all.map(({ name, settings }): [string, Behaviour] => [
      `${kind} ${name}`,
      rows(wholeSettings(settings, { globals: { ...globals, settings: [] } })),
    ]);
  return new Map<string, Behaviour>([
    ['global_defs', rows(globals.settings.filter(({ keyword }) => !elsewhere.test(keyword)))],
    ...instances.map((one): [string, Behaviour] => [
      `vrrp_instance ${one.name}`,
      instanceRows({ ...one, settings: wholeSettings(one.settings, configuration) }),
    ]),
    ...named('vrrp_sync_group', syncGroups),
    ...scripts.map(({ name, settings, script }): [string, Behaviour] => [
      `vrrp_script ${name}`,
      [
        ...rows(settings.filter(({ keyword }) => keyword !== 'user')),
        `user ${script?.user === undefined ? owner : [script.user, script.group].filter(Boolean).join(' ')}`,
      ],
    ]),
    ...named('vrrp_track_process', trackProcesses),
    ...named('track_file', trackFiles),
    ...virtualServers.map((one): [string, Behaviour] => [
      `virtual_server ${JSON.stringify(one.key)}`,
      rows(one.settings),
    ]),
    ...virtualServerGroups.map((one): [string, Behaviour] => [
      `virtual_server_group ${one.name}`,
      one.entries.map(({ name, options }) => [name, ...options].join(' ')),
    ]),
  ]);
}

function instanceRows(one: VrrpInstance): Behaviour {
  const bare = (address: string) => address.replace(/\/(?:32|128)$/, '');
  const each = (what: string, entries: VrrpInstance['addresses']) =>
    entries
      .map(({ name, options }) =>
        [what, bare(name), ...options].join(' ').replace(` dev ${one.interface}`, ''),
      )
      .sort();
  const tracked = (what: string, all: readonly Tracked[]) =>
    all.map(({ name, weight }) => `${what} ${name}${weight === undefined ? '' : ` weight ${weight}`}`);
  const others = one.settings.filter(({ keyword }) => !told.test(keyword));
  return [
    `interface ${one.interface ?? ''}`,
    `virtual_router_id ${one.virtualRouterId ?? ''}`,
    `priority ${one.priority ?? ''}`,
    `advert_int ${one.advertInterval ?? ''}`,
    ...(one.nopreempt ? ['nopreempt'] : []),
    ...(one.authentication ? [`auth_pass ${(one.authentication.password ?? '').slice(0, 8)}`] : []),
    ...(one.unicastSource === undefined ? [] : [`unicast_src_ip ${one.unicastSource}`]),
    ...each('unicast_peer', one.unicastPeers),
    ...each('virtual_ipaddress', one.addresses),
    ...each('virtual_ipaddress_excluded', one.excludedAddresses),
    ...tracked('track_script', one.trackScripts),
    ...tracked('track_interface', one.trackInterfaces),
    ...tracked('track_process', one.trackProcesses),
    ...tracked('track_file', one.trackFiles),
    ...others.map((setting) => linesOf(setting).join(' ')).sort(),
  ];
}

const told =
  /^(?:state|interface|virtual_router_id|priority|advert_int|(?:no)?preempt|authentication|unicast_src_ip|unicast_peer|virtual_ipaddress(?:_excluded)?|track_(?:script|interface|process|file)|native_ipv6)$/;
