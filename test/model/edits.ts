import { InputError } from '../../src/errors';
import { type Raw, type World, worldOf } from './wishes';

/** What an edit does to what is wanted: to the inventory, or to what the hosts are to have. */
export interface Edit {
  name: string;
  raw?(raw: Raw): void;
  world?(world: World): void;
  /** What was otherwise before: in the inventory, or on the hosts. */
  rawBefore?(raw: Raw): void;
  before?(world: World): void;
}

const restart = (unit: string, only?: string): Edit => ({
  name: `restart ${unit}${only ? ` on ${only}` : ''}`,
  world: ({ hosts }) => {
    for (const [name, { files, services }] of hosts)
      if (services.has(unit) && (only ?? name) === name)
        files.set(`/etc/${unit}/restarts`, { content: 'again', notify: [{ restart: unit }] });
  },
});
const vip = (raw: Raw) => (raw.vips.router37 ?? raw.vips.renamed) as Record<string, unknown>;
const web = (raw: Raw) => raw.services.web as Raw['services'][string];

export const edits: Edit[] = [
  {
    name: 'advert interval',
    raw: (raw) => {
      vip(raw).advertInterval = 2;
    },
  },
  {
    name: 'authentication',
    raw: (raw) => {
      vip(raw).auth = 'geheim';
    },
  },
  {
    name: 'virtual router id',
    raw: (raw) => {
      vip(raw).virtualRouterId = 99;
    },
  },
  {
    name: 'another VIP address',
    raw: (raw) => {
      vip(raw).address = '10.0.0.209';
    },
  },
  {
    name: 'one VIP more',
    raw: (raw) => {
      raw.vips.more = { address: '10.0.0.210', virtualRouterId: 44, group: 'balancers' };
    },
  },
  {
    name: 'one VIP less',
    raw: (raw) => {
      delete raw.vips.second;
    },
  },
  {
    name: 'priorities',
    raw: (raw) => {
      raw.hosts.ethyl = { address: '10.0.0.2', priority: 150 };
    },
  },
  {
    name: 'no preempt',
    raw: (raw) => {
      vip(raw).preempt = false;
    },
  },
  {
    name: 'backend port',
    raw: (raw) => {
      web(raw).backends.port = 8008;
    },
  },
  {
    name: 'timeouts',
    raw: (raw) => {
      web(raw).timeouts = { client: 60_000 };
    },
  },
  {
    name: 'front port more',
    raw: (raw) => {
      raw.services.more = { port: 8111, backends: { ...web(raw).backends } };
    },
  },
  {
    name: 'check of keepalived',
    raw: (raw) => {
      vip(raw).check = { interval: 3 };
    },
  },
  restart('httpd'),
  restart('haproxy'),
  restart('keepalived'),
  restart('httpd', 'ethyl'),
  restart('haproxy', 'fred'),
  restart('keepalived', 'ethyl'),
  {
    name: 'httpd stops on ethyl',
    world: ({ hosts }) => {
      for (const name of ['ethyl'])
        if (hosts.get(name)?.services.has('httpd')) hosts.get(name)?.services.set('httpd', false);
    },
  },
  {
    name: 'a file of keepalived and httpd',
    world: ({ hosts }) => {
      for (const { files, services } of hosts.values())
        if (services.has('keepalived') && services.has('httpd'))
          files.set('/etc/both', { content: 'x', notify: [{ reload: 'keepalived' }, { restart: 'httpd' }] });
    },
  },
];

edits.push(
  {
    name: 'a server less',
    raw: (raw) => {
      raw.groups.web = raw.groups.web?.slice(0, -1) ?? [];
    },
  },
  {
    name: 'a VIP by another name',
    raw: ({ vips }) => {
      vips.renamed = { ...vips.router37, virtualRouterId: 98 };
      delete vips.router37;
    },
  },
  ...[
    ['httpd', 'fred'],
    ['httpd', 'ethyl'],
    ['httpd', 'lucy'],
    ['keepalived', 'fred'],
    ['keepalived', 'ethyl'],
    ['haproxy', 'fred'],
  ].map(
    ([unit = '', name = '']): Edit => ({
      name: `${unit} runs on ${name} from now on`,
      before: ({ hosts }) => {
        if (hosts.get(name)?.services.has(unit)) hosts.get(name)?.services.set(unit, false);
      },
    }),
  ),
  ...['fred', 'ethyl'].map(
    (name): Edit => ({
      name: `HAProxy stops on ${name}`,
      world: ({ hosts }) => {
        if (hosts.get(name)?.services.has('haproxy')) hosts.get(name)?.services.set('haproxy', false);
      },
    }),
  ),
);

/** The hosts come, go, and change their places. */
const newcomer = (raw: Raw, priority: number) => {
  raw.hosts.newcomer = { address: '10.0.0.9', priority };
};
const leaves = (raw: Raw, name: string) => {
  delete raw.hosts[name];
  for (const [group, hosts] of Object.entries(raw.groups))
    raw.groups[group] = hosts.filter((one) => one !== name);
};
edits.push(
  {
    name: 'a server more, on a host that joins',
    raw: (raw) => {
      newcomer(raw, 1);
      raw.groups.web?.push('newcomer');
    },
  },
  {
    name: 'a server more, which runs already',
    rawBefore: (raw) => {
      newcomer(raw, 1);
      raw.groups.served = [...(raw.groups.web ?? [])];
      raw.groups.web?.push('newcomer');
      web(raw).backends.group = 'served';
    },
    raw: (raw) => {
      raw.groups.served = raw.groups.web ?? [];
    },
  },
  {
    name: 'a balancer more, of low priority',
    raw: (raw) => {
      newcomer(raw, 50);
      raw.groups.balancers?.push('newcomer');
    },
  },
  {
    name: 'a balancer more, of the highest priority',
    raw: (raw) => {
      newcomer(raw, 200);
      raw.groups.balancers?.push('newcomer');
    },
  },
  { name: 'ethyl leaves', raw: (raw) => leaves(raw, 'ethyl') },
  { name: 'fred leaves', raw: (raw) => leaves(raw, 'fred') },
  {
    name: 'ethyl balances no more',
    raw: (raw) => {
      raw.groups.balancers = raw.groups.balancers?.filter((one) => one !== 'ethyl') ?? [];
    },
  },
  {
    name: 'fred balances no more',
    raw: (raw) => {
      raw.groups.balancers = raw.groups.balancers?.filter((one) => one !== 'fred') ?? [];
    },
  },
  {
    name: 'the second VIP goes to other hosts',
    raw: (raw) => {
      newcomer(raw, 50);
      raw.groups.others = ['newcomer'];
      if (raw.vips.second) raw.vips.second.group = 'others';
    },
  },
  {
    name: 'the second VIP goes to hosts of which one had it',
    raw: (raw) => {
      newcomer(raw, 50);
      raw.groups.others = ['ethyl', 'newcomer'].filter((one) => one in raw.hosts);
      if (raw.vips.second) raw.vips.second.group = 'others';
    },
  },
  {
    name: 'the VIPs change their addresses',
    raw: (raw) => {
      if (!raw.vips.second) return;
      const own = vip(raw);
      [own.address, raw.vips.second.address] = [raw.vips.second.address, own.address];
    },
  },
  {
    name: 'the second VIP has other priorities',
    raw: (raw) => {
      if (raw.vips.second && 'ethyl' in raw.hosts) raw.vips.second.priorities = { ethyl: 180 };
    },
  },
  {
    name: 'ethyl has another address',
    raw: (raw) => {
      if (raw.hosts.ethyl) raw.hosts.ethyl.address = '10.0.0.22';
    },
  },
);

/** What a service or a VIP says otherwise. */
const says = (name: string, of: (raw: Raw) => object, what: object, before?: object): Edit => ({
  name,
  ...(before ? { rawBefore: (raw) => Object.assign(of(raw), before) } : {}),
  raw: (raw) => Object.assign(of(raw), what),
});
edits.push(
  says('preempt again', vip, { preempt: true }, { preempt: false }),
  says('unicast', vip, { unicast: true }),
  says('a weight for the check', vip, { check: { weight: 60 } }),
  {
    name: 'one server’s port',
    raw: (raw) => {
      if (!raw.groups.web?.includes('ethyl') || !raw.hosts.ethyl) return;
      raw.hosts.ethyl.vars = { httpd_port: 8009 };
      web(raw).backends.servers = { ethyl: { port: 8009 } };
    },
  },
  says('balance', web, { balance: 'leastconn' }),
  says('health check', web, { check: { type: 'http', path: '/health', interval: 500, fall: 1 } }),
  says('a cookie', web, { cookie: 'S' }),
  says('only one VIP of a service', web, { vips: ['router37'] }),
  says('another address of a VIP', vip, { addresses: ['10.0.0.220'] }),
  says('an excluded address', vip, { excluded: ['10.0.0.221'] }),
  says(
    'an excluded address that is advertised',
    vip,
    { addresses: ['10.0.0.222'], excluded: undefined },
    {
      excluded: ['10.0.0.222'],
    },
  ),
  {
    name: 'VIPs come together',
    raw: ({ vips }) => {
      for (const one of Object.values(vips)) one.syncGroup = 'all';
    },
  },
  {
    name: 'VIPs part',
    rawBefore: ({ vips }) => {
      for (const one of Object.values(vips)) one.syncGroup = 'all';
    },
    raw: ({ vips }) => {
      for (const one of Object.values(vips)) delete one.syncGroup;
    },
  },
  {
    name: 'one VIP more in a group',
    rawBefore: ({ vips }) => {
      for (const one of Object.values(vips)) one.syncGroup = 'all';
    },
    raw: ({ vips }) => {
      vips.third = { address: '10.0.0.223', virtualRouterId: 45, group: 'balancers', syncGroup: 'all' };
    },
  },
  says('a check of httpd too', vip, { check: { haproxy: true, unit: 'httpd' } }),
  says('a check of httpd no more', vip, { check: {} }, { check: { haproxy: true, unit: 'httpd' } }),
  says('notify', vip, { notify: { command: '/bin/true' } }),
  says('routes', vip, { virtualRoutes: [{ to: 'default', via: '10.0.0.254' }] }),
  says('the MAC address of VRRP', vip, { vmac: true }),
);

const base: Raw = {
  hosts: { fred: { address: '10.0.0.1', priority: 101 }, ethyl: { address: '10.0.0.2', priority: 100 } },
  groups: { balancers: ['fred', 'ethyl'], web: ['fred', 'ethyl'] },
  vips: {
    router37: { address: '10.0.0.200', virtualRouterId: 37, group: 'balancers' },
    second: { address: '10.0.0.201', virtualRouterId: 38, group: 'balancers' },
  },
  services: { web: { port: 80, backends: { port: 8080, group: 'web' } } },
  playbooks: ['ha-pair'],
};
export const topologies: Record<string, (raw: Raw) => void> = {
  pair: () => {},
  triple: (raw) => {
    raw.hosts.lucy = { address: '10.0.0.3', priority: 99 };
    raw.groups = { balancers: ['fred', 'ethyl', 'lucy'], web: ['fred', 'ethyl', 'lucy'] };
  },
  'servers of their own': (raw) => {
    raw.hosts.lucy = { address: '10.0.0.3' };
    raw.hosts.ricky = { address: '10.0.0.4' };
    raw.groups.web = ['lucy', 'ricky'];
  },
};

/**
 * What the hosts have, and what they are to have; nothing where the edits make no inventory together.
 * @param backwards the playbooks in the other order
 */
export function worlds(
  topology: string,
  chosen: readonly Edit[],
  backwards: boolean,
): [World, World] | undefined {
  const raw = structuredClone(base);
  topologies[topology]?.(raw);
  raw.playbooks = backwards ? ['load-balancer', 'httpd'] : ['httpd', 'load-balancer'];
  for (const edit of chosen) edit.rawBefore?.(raw);
  const from = validWorldOf(raw);
  if (!from) return undefined;
  for (const edit of chosen) edit.before?.(from);
  for (const edit of chosen) edit.raw?.(raw);
  const to = validWorldOf(raw);
  if (!to) return undefined;
  for (const edit of chosen) edit.world?.(to);
  return [from, to];
}

function validWorldOf(raw: Raw): World | undefined {
  try {
    return worldOf(raw);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
