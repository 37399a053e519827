import { classify } from '../../src/ha/disruption';
import type { Host, Inventory, Server, Service, Vip } from '../../src/inventory/inventory';
import { Secrets } from '../../src/inventory/secrets';
import { endsOf, outages, worstOf } from '../../src/plan/disruption';
import { type FullPlan, type PlannedChange, publicPlan } from '../../src/plan/plan';
import { plannedChange as change } from '../support/planned-change';
import { conf, instance } from './conf';

type About = Partial<PlannedChange>;

const keepalivedConf = (from: string | null, to: string, ask: 'reload' | 'restart' = 'reload'): About => ({
  target: '/etc/keepalived/keepalived.conf',
  raw: { from, to },
  notify: [ask === 'reload' ? { reload: 'keepalived' } : { restart: 'keepalived' }],
});
const haproxyCfg: About = {
  target: '/etc/haproxy/haproxy.cfg',
  raw: { from: '', to: 'global\n' },
  notify: [{ reload: 'haproxy' }],
};
const moves = (servers: string[]): About[] => {
  const cfg = (port: number) =>
    [
      'listen cluster37',
      ...servers.map((name, index) => `  server ${name} 10.0.0.${index}:${port}`),
      '',
    ].join('\n');
  return [{ ...haproxyCfg, raw: { from: cfg(8080), to: cfg(8081) } }, service('haproxy', 'reload')];
};
const packagesBack: About = { type: 'command', part: 'packages', isOpaque: true, action: 'run' };
const service = (
  target: string,
  action: PlannedChange['action'],
  attributes: PlannedChange['attributes'] = [],
) =>
  ({ type: 'service', target, unit: target.replace(/\.service$/, ''), action, attributes }) satisfies About;
const stop = (target: string) =>
  service(target, 'update', [{ name: 'active', from: 'active', to: 'inactive' }]);

const vip = (name: string, address: string, hosts: string[], about: Partial<Vip> = {}) =>
  ({
    name,
    address,
    addresses: [{ address }],
    preempt: true,
    check: { haproxy: true },
    ports: [],
    advertInterval: 1,
    members: hosts.map((host) => ({ host: { name: host } as Host, priority: 1 })),
    ...about,
  }) as Vip;
const served = (name: string, hosts: string[]) => {
  const servers = hosts.map((host) => ({ name: host, port: 8080, host: { name: host } as Host }) as Server);
  return {
    name,
    backends: { port: 8080, servers, hosts: hosts.map((host) => ({ name: host }) as Host) },
  } as Service;
};

const pair: { vips: Vip[]; services: Service[] } = {
  vips: [vip('router37', '10.0.0.200', ['fred', 'ethyl'])],
  services: [served('cluster37', ['fred', 'ethyl'])],
};
/** A VIP at which httpd itself answers. */
const ownService = {
  vips: [
    vip('router37', '10.0.0.200', ['fred', 'ethyl'], {
      check: { haproxy: false, unit: 'httpd.service', interval: 1, fall: 2, rise: 2, weight: 0 },
    }),
  ],
  services: [],
};
const handedOn = {
  ...pair,
  services: [],
  virtualServers: [{ ...served('dns', ['fred', 'ethyl']), port: 53, protocol: 'udp' } as never],
};
const ownPort = {
  vips: [
    vip('router37', '10.0.0.200', ['fred', 'ethyl'], {
      check: { haproxy: false, interval: 1, fall: 2, rise: 2, weight: 0 },
      ports: [{ port: 25, protocol: 'tcp' }],
    }),
  ],
  services: [],
};
/** fred is to have the VIP. */
const ranked = vip('router37', '10.0.0.200', ['fred', 'ethyl']);
ranked.members = ranked.members.map((member, index) => ({ ...member, priority: 101 - index }));
const alone = { vips: [vip('router37', '10.0.0.200', ['fred'])], services: [served('cluster37', ['fred'])] };
const trio = {
  vips: [vip('router37', '10.0.0.200', ['fred', 'ethyl', 'lucy'])],
  services: [served('cluster37', ['fred', 'ethyl', 'lucy'])],
};
const twoVips = {
  ...pair,
  vips: [...pair.vips, vip('router38', '10.0.0.201', ['fred', 'lucy'])],
};

type Listening = Record<string, [number, ...string[]][]>;

function classed(
  hosts: Record<string, About[]>,
  known = pair,
  holders = ['fred'],
  listening: Listening = {},
  keepalived: string[] = [],
  drained: string[] = [],
): FullPlan {
  const plan: FullPlan = {
    version: 1,
    inventory: 'pair',
    createdAt: '',
    warnings: [],
    hosts: Object.entries(hosts).map(([host, changes]) => ({
      host,
      address: '',
      os: '',
      changes: changes.map((about) => change({ ...about, host })),
    })),
  };
  const secrets = new Secrets();
  secrets.add('geheim99');
  const inventory: Pick<Inventory, 'vips' | 'services' | 'secrets'> = { ...known, secrets };
  const heard = Object.entries(listening).map(
    ([host, all]) => [host, all.map(([port, ...units]) => ({ port, units }))] as const,
  );
  return classify(plan, {
    inventory,
    holders: new Set(holders),
    listening: new Map(heard),
    keepalived,
    drained: new Set(drained),
    healthPort: 10001,
  });
}

const base = conf();
const staying = base.replace('virtual_router_id', 'nopreempt\n  virtual_router_id');
const both = (changes: About[]) => ({ fred: changes, ethyl: changes });
const reloads = service('keepalived', 'reload');
const priorities = [keepalivedConf(base, conf({ priority: 90 })), reloads];
const vips = [keepalivedConf(base, conf({ vips: ['10.0.0.200', '10.0.0.9'] })), reloads];
const auth = [keepalivedConf(base, conf({ auth: 'geheim' })), reloads];
const vrid = [keepalivedConf(base, conf({ id: 38 })), reloads];
const second = (about: Parameters<typeof instance>[0] = {}) =>
  conf() + instance({ name: 'router38', id: 38, vips: ['10.0.0.201'], ...about });

interface Case {
  hosts: Record<string, About[]>;
  known?: typeof pair;
  holders?: string[];
  /** What fred's changes are, in their order: class, seconds, a part of why, and whether a VIP changes hands. */
  fred: [string, number | null, string, 'moves'?][];
}
const again = (...one: Case['fred'][number]): Case['fred'] => [one, one];

const cases: Record<string, Case> = {
  'a package': {
    hosts: both([{ type: 'package', target: 'httpd', action: 'install' }]),
    fred: [['none', 0, 'no running service']],
  },
  'a kernel parameter, a folder, a file that nobody reads': {
    hosts: both([{ type: 'sysctl' }, { type: 'directory' }, { type: 'file' }]),
    fred: [
      ['none', 0, ''],
      ['none', 0, ''],
      ['none', 0, ''],
    ],
  },
  'a command: nobody knows': {
    hosts: both([{ type: 'command', isOpaque: true, action: 'run', target: 'reboot' }]),
    fred: [['none', null, 'a command']],
  },
  'packages are put back, whose scripts may stop anything': {
    hosts: both([packagesBack]),
    fred: [
      [
        'rolling',
        0,
        'scripts may stop what runs; drained before, ethyl serves meanwhile; the VIP moves away',
        'moves',
      ],
    ],
  },
  'packages are put back on one host alone': {
    hosts: { fred: [packagesBack] },
    fred: [
      [
        'rolling',
        0,
        'scripts may stop what runs; drained before, ethyl serves meanwhile; the VIP moves away',
        'moves',
      ],
    ],
  },
  'a fresh host': {
    hosts: both([
      keepalivedConf(null, base),
      haproxyCfg,
      service('haproxy', 'start'),
      service('keepalived', 'start'),
    ]),
    holders: [],
    fred: [
      ['none', 0, 'keepalived does not run yet'],
      ['none', 0, 'haproxy does not run yet'],
      ['none', 0, 'haproxy does not run yet'],
      ['none', 0, 'keepalived does not run yet'],
    ],
  },
  'a fresh host beside one that runs and changes only its priority': {
    hosts: { fred: [keepalivedConf(null, base), service('keepalived', 'start')], ethyl: priorities },
    fred: again('none', 0, 'does not run yet'),
  },
  'a fresh host beside one whose VIPs change': {
    hosts: { fred: [keepalivedConf(null, base), service('keepalived', 'start')], ethyl: vips },
    fred: again('pair-synchronous', 0, 'that ethyl must get at once'),
  },
  'only enabled': {
    hosts: both([service('haproxy', 'enable', [{ name: 'enabled', from: 'disabled', to: 'enabled' }])]),
    fred: [['none', 0, 'starts at boot']],
  },
  'a file whose service does not run and is not to': {
    hosts: both([haproxyCfg]),
    fred: [['none', 0, 'no running service']],
  },
  'haproxy reloads': {
    hosts: both([haproxyCfg, service('haproxy', 'reload')]),
    fred: again('rolling', 0, 'haproxy reloads'),
  },
  'any unit reloads, also by its whole name': {
    hosts: both([{ type: 'line', notify: [{ reload: 'httpd' }] }, service('httpd.service', 'reload')]),
    fred: again('rolling', 0, 'httpd reloads'),
  },
  'the priority': {
    hosts: both(priorities),
    fred: again('rolling', 0, 'keepalived reloads: priority 101 → 90, which may move the VIP', 'moves'),
  },
  'the priority on one host only': {
    hosts: { fred: priorities },
    fred: again('rolling', 0, 'priority', 'moves'),
  },
  'a check script that asks for a reload': {
    hosts: both([
      {
        target: '/usr/libexec/keepalived/check',
        raw: { from: 'a', to: 'vrrp_instance x {' },
        notify: [{ reload: 'keepalived' }],
      },
      reloads,
    ]),
    fred: again('rolling', 0, 'keepalived reloads'),
  },
  'only the mode of keepalived.conf': {
    hosts: both([{ target: '/etc/keepalived/keepalived.conf', notify: [{ reload: 'keepalived' }] }, reloads]),
    fred: again('rolling', 0, 'keepalived reloads'),
  },
  'a script and the conf: each its own, the service the worst': {
    hosts: both([{ target: '/usr/libexec/check', notify: [{ reload: 'keepalived' }] }, ...vips]),
    fred: [
      ['rolling', 0, 'keepalived reloads'],
      ['pair-synchronous', 0, 'the VIP list changes; both hosts at once'],
      ['pair-synchronous', 0, 'the VIP list changes; both hosts at once'],
    ],
  },
  'an included file of keepalived': {
    hosts: both([
      {
        target: '/etc/keepalived/conf.d/a.conf',
        raw: { from: instance(), to: instance({ id: 9 }) },
        notify: [{ reload: 'keepalived' }],
      },
      reloads,
    ]),
    fred: again('outage', 3.8, 'virtual_router_id 37 → 9'),
  },
  'the VIPs': {
    hosts: both(vips),
    fred: again('pair-synchronous', 0, 'the VIP list changes; both hosts at once (two'),
  },
  'the VIPs of three hosts': {
    hosts: { ...both(vips), lucy: vips },
    known: trio,
    fred: again('pair-synchronous', 0, 'all 3 hosts at once'),
  },
  'the VIPs of a host on its own': {
    hosts: { fred: vips },
    known: alone,
    fred: again('rolling', 0, 'no other host shares'),
  },
  'the VIPs, --limit fred': {
    hosts: { fred: vips },
    fred: again(
      'outage',
      null,
      'the VIP list changes: must reach all of fred, ethyl together; --limit leaves out ethyl',
    ),
  },
  'the password': {
    hosts: both(auth),
    fred: again('pair-synchronous', 0, 'at once (one after the other costs 0.62 s)'),
  },
  'the password, --limit of three': {
    hosts: both(auth),
    known: trio,
    fred: again('outage', null, 'all of fred, ethyl, lucy together; --limit leaves out lucy'),
  },
  virtual_router_id: {
    hosts: both(vrid),
    fred: again(
      'outage',
      3.8,
      'virtual_router_id 37 → 38; nobody holds the VIP for 3 adverts of 1 s and the skew',
    ),
  },
  'virtual_router_id, --limit fred': {
    hosts: { fred: vrid },
    fred: again('outage', null, '--limit leaves out ethyl'),
  },
  'virtual_router_id and VIPs: the outage counts': {
    hosts: both([keepalivedConf(base, conf({ id: 38, vips: ['10.0.0.9'] })), reloads]),
    fred: again('outage', 3.8, 'virtual_router_id 37 → 38'),
  },
  'one of several VIPs, --limit leaves out a host of the other': {
    hosts: both([keepalivedConf(second(), conf({ auth: 'x' }) + second().slice(conf().length)), reloads]),
    known: twoVips,
    fred: again('pair-synchronous', 0, 'router37: authentication is added; both hosts at once'),
  },
  'one of several VIPs, --limit leaves out one of its hosts': {
    hosts: both([keepalivedConf(second(), second({ auth: 'x' })), reloads]),
    known: twoVips,
    fred: again(
      'outage',
      null,
      'router38: authentication is added: must reach all of fred, lucy together; --limit leaves out lucy',
    ),
  },
  'a VIP that the inventory no longer has concerns all who share one': {
    hosts: { fred: [keepalivedConf(second(), base), reloads] },
    fred: again('outage', null, 'router38: vrrp_instance removed: must reach all of fred, ethyl'),
  },
  'a conf that cannot be read': {
    hosts: both([keepalivedConf('vrrp_instance {', base), reloads]),
    fred: again('outage', null, 'could not be read'),
  },
  'keepalived restarts where the VIP is': {
    hosts: both([keepalivedConf(base, conf({ priority: 9 }), 'restart'), service('keepalived', 'restart')]),
    fred: again('outage', 1.2, 'keepalived restarts where the VIP is: it moves away and back', 'moves'),
  },
  'keepalived restarts where the VIP is, and the VIP stays away': {
    hosts: both([service('keepalived', 'restart')]),
    known: { ...pair, vips: [vip('router37', '10.0.0.200', ['fred', 'ethyl'], { preempt: false })] },
    fred: [['outage', 0.6, 'it moves away, 0.6 s']],
  },
  'keepalived restarts where no VIP is': {
    hosts: both([service('keepalived', 'restart')]),
    holders: ['ethyl'],
    fred: [['rolling', 0, 'the host holds no VIP']],
  },
  'keepalived restarts where no VIP is, with other VIPs': {
    hosts: both([
      keepalivedConf(base, conf({ vips: ['10.0.0.9'] }), 'restart'),
      service('keepalived', 'restart'),
    ]),
    holders: ['ethyl'],
    fred: again('pair-synchronous', 0, 'the VIP list changes'),
  },
  'keepalived restarts for another virtual_router_id: the longer time counts': {
    hosts: both([keepalivedConf(base, conf({ id: 38 }), 'restart'), service('keepalived', 'restart')]),
    fred: again('outage', 4.8, 'restarts together with its peers'),
  },
  'keepalived stops where the VIP is': {
    hosts: { fred: [stop('keepalived')] },
    fred: [['outage', 0.6, 'keepalived stops']],
  },
  'keepalived stops everywhere': {
    hosts: both([stop('keepalived')]),
    fred: [['outage', null, 'no other host takes router37']],
  },
  'keepalived restarts on a host on its own': {
    hosts: { fred: [service('keepalived', 'restart')] },
    known: alone,
    fred: [['outage', null, 'no other host takes router37']],
  },
  'servers move beside others': {
    hosts: both(moves(['fred', 'ethyl'])),
    fred: again('rolling', 0, 'haproxy reloads'),
  },
  'the only server moves': {
    hosts: both(moves(['fred'])),
    fred: again('outage', null, 'servers of cluster37 move, and no other one of it runs'),
  },
  'httpd restarts where it does not move, and the other server moves': {
    hosts: { fred: [...moves(['lucy', 'ethyl']), service('httpd', 'restart')] },
    fred: [
      ['rolling', 0, 'haproxy reloads'],
      ['rolling', 0, 'haproxy reloads'],
      ['outage', null, 'httpd restarts; no other host serves cluster37'],
    ],
  },
  'servers move while one of them only starts': {
    hosts: { fred: moves(['fred', 'ethyl']), ethyl: [service('httpd', 'start')] },
    fred: again('outage', null, 'servers of cluster37 move'),
  },
  'a server moves with its host, which is made anew, beside one that runs all the while': {
    hosts: {
      fred: [
        {
          ...haproxyCfg,
          raw: {
            from: 'listen cluster37\n  server fred 10.0.0.1:80\n  server ethyl 10.0.0.2:80\n',
            to: 'listen cluster37\n  server fred 10.0.0.1:80\n  server ethyl 10.0.0.9:80\n',
          },
        },
        service('haproxy', 'reload'),
      ],
      ethyl: [service('httpd', 'start')],
    },
    fred: again('rolling', 0, 'haproxy reloads'),
  },
  'httpd restarts while the other only starts it': {
    hosts: { fred: [service('httpd', 'restart')], ethyl: [service('httpd', 'start')] },
    fred: [['outage', null, 'no other host serves cluster37 yet: apply with --limit ethyl first']],
  },
  'haproxy restarts beside a peer': {
    hosts: both([{ ...haproxyCfg, notify: [{ restart: 'haproxy' }] }, service('haproxy', 'restart')]),
    fred: again(
      'rolling',
      0,
      'ethyl serves meanwhile; the VIP moves away and back, which cuts connections that are open then',
      'moves',
    ),
  },
  'haproxy restarts where no VIP is': {
    hosts: both([service('haproxy', 'restart')]),
    holders: ['ethyl'],
    fred: [['rolling', 0, 'haproxy restarts; drained before, ethyl serves meanwhile']],
  },
  'haproxy restarts, and the VIP stays away': {
    hosts: both([service('haproxy', 'restart')]),
    known: { ...pair, vips: [{ ...ranked, preempt: false }] },
    fred: [['outage', 0.7, 'nobody holds the VIP for 0.7 s, since its host gives it up by a fault', 'moves']],
  },
  'haproxy restarts, and the VIP that stays away is to come back from now on': {
    hosts: { fred: [service('haproxy', 'restart'), { raw: { from: staying, to: base } }], ethyl: [] },
    fred: [
      ['outage', 1, 'nobody holds the VIP for 1 s', 'moves'],
      ['none', 0, ''],
    ],
  },
  'the VIP goes to other hosts once HAProxy runs where it leaves': {
    hosts: {
      fred: [
        keepalivedConf(base, 'global_defs {\n}\n'),
        service('keepalived', 'reload'),
        service('haproxy', 'start'),
      ],
      lucy: [],
    },
    known: { ...pair, vips: [vip('router37', '10.0.0.200', ['ethyl', 'lucy'])] },
    holders: ['ethyl'],
    fred: [
      ...again('outage', null, 'router37 goes to ethyl, lucy: nobody holds it', 'moves'),
      ['none', 0, 'haproxy does not run yet'],
    ],
  },
  ...Object.fromEntries(
    ['haproxy', 'keepalived'].map((unit): [string, Case] => [
      `${unit} starts where the VIP is to be, and another host has it`,
      {
        hosts: { fred: [service(unit, 'start')] },
        known: { ...pair, vips: [ranked] },
        holders: ['ethyl'],
        fred: [['rolling', 0, 'router37 may move to its host, which cuts', 'moves']],
      },
    ]),
  ),
  'keepalived starts where the VIP is to be, and it stays where it is': {
    hosts: { fred: [service('keepalived', 'start')] },
    known: { ...pair, vips: [{ ...ranked, preempt: false }] },
    holders: ['ethyl'],
    fred: [['none', 0, 'keepalived does not run yet']],
  },
  'the VIP goes to other hosts': {
    hosts: { fred: [keepalivedConf(base, 'global_defs {\n}\n'), service('keepalived', 'reload')], lucy: [] },
    known: { ...pair, vips: [vip('router37', '10.0.0.200', ['ethyl', 'lucy'])] },
    fred: again('outage', null, 'router37 goes to ethyl, lucy: nobody holds it', 'moves'),
  },
  'haproxy restarts beside a peer that --limit leaves alone': {
    hosts: { fred: [service('haproxy', 'restart')] },
    fred: [['rolling', 0, 'ethyl serves meanwhile', 'moves']],
  },
  'haproxy restarts on its own': {
    hosts: { fred: [service('haproxy', 'restart')] },
    known: alone,
    fred: [['outage', null, 'no other host serves router37']],
  },
  'haproxy restarts, and there is no VIP': {
    hosts: both([service('haproxy', 'restart')]),
    known: { ...pair, vips: [] },
    fred: [['outage', null, 'no VIP can leave the host before']],
  },
  'haproxy stops on one of two': {
    hosts: { fred: [stop('haproxy')], ethyl: [] },
    fred: [['rolling', 0, 'ethyl serves meanwhile; the VIP moves away, which cuts', 'moves']],
  },
  'haproxy stops on both': {
    hosts: both([stop('haproxy')]),
    fred: [['outage', null, 'haproxy stops; no other host serves']],
  },
  'httpd restarts, which answers at the VIP itself': {
    hosts: both([service('httpd', 'restart')]),
    known: ownService,
    fred: [['rolling', 0, 'drained before, ethyl serves meanwhile; the VIP moves away and back', 'moves']],
  },
  'httpd restarts, which answers at a VIP that another host has': {
    hosts: both([service('httpd', 'restart')]),
    known: ownService,
    holders: ['ethyl'],
    fred: [['rolling', 0, 'drained before, ethyl serves meanwhile']],
  },
  'httpd restarts, which the keepalived that runs still looks at': {
    hosts: both([
      keepalivedConf(base.replace('haprov-haproxy-answers', 'haprov-serves unit httpd.service'), base),
      service('httpd', 'restart'),
    ]),
    known: { ...pair, services: [] },
    fred: [
      ['none', 0, ''],
      ['rolling', 0, 'drained before, ethyl serves meanwhile; the VIP moves away and back', 'moves'],
    ],
  },
  'httpd stops everywhere, which answers at the VIP itself': {
    hosts: both([stop('httpd')]),
    known: ownService,
    fred: [['outage', null, 'httpd stops; no other host serves router37']],
  },
  'httpd starts where its VIP is to be, and another host has it': {
    hosts: { fred: [service('httpd', 'start')] },
    known: {
      ...ownService,
      vips: [{ ...ranked, check: { ...ranked.check, haproxy: false, unit: 'httpd' } }],
    },
    holders: ['ethyl'],
    fred: [['rolling', 0, 'router37 may move to its host', 'moves']],
  },
  'a unit restarts that nobody looks at, beside a service of the VIP’s own': {
    hosts: both([service('crond', 'restart')]),
    known: ownService,
    fred: [['rolling', 0, 'no service of the inventory is known to need it']],
  },
  'whatever unit restarts may be who answers at the VIP’s own port': {
    hosts: both([service('dovecot', 'restart')]),
    known: ownPort,
    fred: [['rolling', 0, 'drained before, ethyl serves meanwhile; the VIP moves away and back', 'moves']],
  },
  'a unit restarts that the kernel of the balancers sends clients to': {
    hosts: both([service('named', 'restart')]),
    known: handedOn,
    fred: [['rolling', null, 'the kernel sends clients of virtual server dns there until its check']],
  },
  'a unit restarts that serves no one, beside a virtual server': {
    hosts: both([service('crond', 'restart')]),
    known: handedOn,
    fred: [['rolling', 0, 'no service of the inventory is known to need it']],
  },
  'httpd restarts beside others': {
    hosts: { ...both([service('httpd', 'restart')]), lucy: [] },
    known: trio,
    fred: [['rolling', 0, 'ethyl, lucy serve meanwhile']],
  },
  'httpd restarts on its own': {
    hosts: { fred: [service('httpd', 'restart')] },
    known: alone,
    fred: [['outage', null, 'no other host serves cluster37']],
  },
  'a unit restarts that no client waits for': {
    hosts: { fred: [service('rsyslog', 'restart')] },
    known: alone,
    fred: [['rolling', 0, 'no service of the inventory']],
  },
};

test.each(Object.entries(cases))('%s', (_, { hosts, known, holders, fred }) => {
  const changes = classed(hosts, known, holders).hosts.find(({ host }) => host === 'fred')?.changes ?? [];
  expect(changes.map(({ disruption: { ends: _, ...rest } = {} }) => rest)).toEqual(
    fred.map(([kind, seconds, why, moves]) => ({
      class: kind,
      seconds,
      why: expect.stringContaining(why),
      ...(moves && { movesVip: true }),
    })),
  );
});

test.each([
  ['haproxy', 'haproxy restarts; no other host serves router37 (ethyl drained: haprov undrain first)'],
  ['keepalived', 'keepalived restarts; no other host takes router37 (ethyl drained: haprov undrain first)'],
])('a peer that somebody has drained serves nobody meanwhile: %s restarts', (unit, why) => {
  const plan = classed({ fred: [service(unit, 'restart')], ethyl: [] }, pair, ['fred'], {}, [], ['ethyl']);
  expect(plan.hosts[0]?.changes[0]?.disruption).toMatchObject({ class: 'outage', why });
});

test('each reason is told once, though several units are put back that others serve', () => {
  const four = ['fred', 'ethyl', 'lucy', 'ricky'];
  const known = { ...trio, services: [served('cluster37', four)] };
  const hosts = Object.fromEntries(four.map((host) => [host, [packagesBack]]));
  const why = classed(hosts, known, []).hosts[0]?.changes[0]?.disruption?.why;
  expect(why).toBe(
    'the packages’ scripts may stop what runs; drained before, ethyl, lucy, ricky serve meanwhile',
  );
});

describe('where keepalived is before 2.0 nobody has a VIP while it moves', () => {
  const late = 'keepalived before 2.0 leaves the VIP with nobody for 2 s each time';
  const worstBy = (hosts: Record<string, About[]>, version: string) =>
    worstOf(classed(hosts, pair, ['fred'], {}, ['2.2.8', version]));
  test.each<[string, About[], number, string]>([
    ['a priority', priorities, 2, late],
    ['HAProxy restarts: away and back', [service('haproxy', 'restart')], 4, late],
    ['keepalived restarts', [service('keepalived', 'restart')], 3.6, 'away and back, 1.6 s and 2 s'],
    ['keepalived stops', [stop('keepalived')], 1.6, 'moves away, 1.6 s each time'],
  ])('%s', (_, changes, seconds, why) => {
    expect(worstBy({ fred: changes }, '1.3.5')).toMatchObject({ class: 'outage', seconds });
    const [host] = classed({ fred: changes }, pair, ['fred'], {}, ['1.3.5']).hosts;
    expect(host?.changes[0]?.disruption?.why).toContain(why);
    expect(worstBy({ fred: changes }, '2.0.0')).toEqual(worstOf(classed({ fred: changes })));
  });
});

describe('who serves is what the hosts say', () => {
  const on = (...all: [number, ...string[]][]): Listening => ({
    fred: [[22, 'sshd'], ...all],
    ethyl: [[8080, 'httpd']],
  });
  test.each<[string, About, Listening, string | null, string]>([
    ['nobody could tell', stop('old'), {}, 'rolling', 'drained before, ethyl serves'],
    [
      'another unit serves',
      stop('old'),
      on([8080, 'httpd'], [9999, 'old']),
      'rolling',
      'it listens on 9999, where no service',
    ],
    [
      'it listens on nothing',
      stop('old'),
      on([8080, 'httpd']),
      'rolling',
      'old stops; it listens on no port',
    ],
    ['it serves', stop('httpd'), on([8080, 'httpd']), 'rolling', 'drained before, ethyl serves meanwhile'],
    [
      'by its other name',
      stop('apache'),
      on([8080, 'httpd', 'apache']),
      'rolling',
      'drained before, ethyl serves',
    ],
    ['whose it is nobody knows', stop('old'), on([8080]), 'rolling', 'drained before, ethyl serves'],
    [
      'nobody serves beside it',
      service('httpd', 'restart'),
      { fred: [[8080, 'httpd']], ethyl: [[22, 'sshd']] },
      'outage',
      'no other host serves cluster37',
    ],
    [
      'its socket',
      stop('hello.socket'),
      { fred: [[8080, 'hello.socket', 'hello@']], ethyl: [[22, 'sshd']] },
      'outage',
      'no other host serves',
    ],
  ])('%s', (_, about, listening, kind, why) => {
    const [change] = classed({ fred: [about], ethyl: [] }, pair, ['fred'], listening).hosts[0]?.changes ?? [];
    expect([change?.disruption?.class, change?.disruption?.why]).toEqual([
      kind,
      expect.stringContaining(why),
    ]);
  });

  test('a unit that serves nothing any more, stopped everywhere, is no outage', () => {
    const listening: Listening = {
      fred: [
        [8080, 'httpd'],
        [9999, 'old'],
      ],
      ethyl: [
        [8080, 'httpd'],
        [9999, 'old'],
      ],
    };
    expect(outages(classed(both([stop('old')]), pair, ['fred'], listening))).toEqual([]);
    expect(outages(classed(both([stop('httpd')]), pair, ['fred'], listening))).toHaveLength(2);
  });

  test('where a server is now counts as well as where it is to be', () => {
    const cfg = (port: number) =>
      `listen cluster37\n  server fred 10.0.0.1:${port}\n  server ethyl 10.0.0.2:${port}\n`;
    const moved = [
      { ...haproxyCfg, raw: { from: cfg(9999), to: cfg(8080) } },
      service('haproxy', 'reload'),
      service('old', 'restart'),
    ];
    const listening: Listening = { fred: [[9999, 'old']], ethyl: [[22, 'sshd']] };
    const plan = classed({ fred: moved, ethyl: [] }, pair, ['fred'], listening);
    expect(outages(plan)).toMatchObject([{ change: 'service old' }]);
  });
});

describe('haprov’s listener goes in stage 1, and keepalived has its new check in stage 2', () => {
  const listener = 'frontend haprov_health\n  bind 127.0.0.1:10001\n  mode http\n  monitor-uri /\n';
  const own = (text: string) =>
    text.replaceAll('/usr/libexec/keepalived/haprov-haproxy-answers', '/usr/bin/pgrep -x haproxy');
  const cfg = (from: string, to: string): About[] => [
    { ...haproxyCfg, raw: { from, to } },
    service('haproxy', 'reload'),
  ];
  const notes = (haproxy: About[], from: string, to: string) =>
    classed(both([...haproxy, keepalivedConf(from, to), reloads])).hosts.map(
      ({ changes }) => changes[0]?.notes,
    );
  const said = [expect.stringMatching(/asks HAProxy on 127\.0\.0\.1:10001.*haprov apply --only keepalived/)];
  test('the note says what to change first', () => {
    expect(notes(cfg(listener, 'global\n'), base, own(second()))).toEqual([said, said]);
  });
  test.each<[string, About[], string, string]>([
    ['the listener stays', cfg(listener, `global\n${listener}`), base, own(second())],
    ['another file has it', [...cfg(listener, 'global\n'), ...cfg('', listener)], base, own(second())],
    ['nobody asked it', cfg(listener, 'global\n'), own(base), own(second())],
    ['it is asked after it, too', cfg(listener, 'global\n'), base, second()],
    ['nothing waits for stage 2', cfg(listener, 'global\n'), base, own(base)],
  ])('no note where %s', (_, haproxy, from, to) => {
    expect(notes(haproxy, from, to)).toEqual([undefined, undefined]);
  });
});

describe('what ends, and what has to be known', () => {
  const cfg = (port: number) => `listen old\n  bind 10.0.0.200:${port}\n  server a 10.0.0.1:80\n`;
  const front = { ...haproxyCfg, raw: { from: cfg(7001), to: cfg(7002) } };
  const nobody = conf({ globals: 'script_user nobody' });
  const first = (plan: FullPlan) => plan.hosts[0]?.changes[0];

  test('a port that goes, in what the running HAProxy reads', () => {
    const plan = classed(both([front, service('haproxy', 'reload')]));
    expect(first(plan)?.disruption).toMatchObject({
      class: 'rolling',
      seconds: 0,
      ends: ['VIP router37 10.0.0.200:7001 is answered no more'],
    });
    expect(outages(plan).map(({ host, change: id }) => `${host}: ${id}`)).toEqual([
      'fred: undefined /etc/haproxy/haproxy.cfg',
      'ethyl: undefined /etc/haproxy/haproxy.cfg',
    ]);
    expect(endsOf(plan)).toEqual(['VIP router37 10.0.0.200:7001 is answered no more']);
  });
  test('a VIP that goes', () => {
    expect(endsOf(classed(both([keepalivedConf(second(), base), reloads])))).toEqual([
      'VIP router38 10.0.0.201 is held by nobody any more',
    ]);
  });
  test('what nobody runs by ends nothing', () => {
    expect(endsOf(classed(both([front, service('haproxy', 'start')])))).toEqual([]);
    expect(endsOf(classed(both([front])))).toEqual([]);
    expect(
      first(classed(both([keepalivedConf(base, nobody), service('keepalived', 'start')])))?.notes,
    ).toBeUndefined();
  });
  test('a service that leaves, and what stays behind', () => {
    const both8080 = 'listen cluster37\n  server fred 10.0.0.1:8080\n';
    const leaves = (port: number, listening: Listening, ...others: About[]) => {
      const from = `${both8080}listen old\n  server fred 10.0.0.1:${port}\n  server ethyl 10.0.0.2:${port}\n`;
      const edit = { ...haproxyCfg, raw: { from, to: both8080 } };
      const changes = both([edit, service('haproxy', 'reload'), ...others]);
      return first(classed(changes, pair, ['fred'], listening))?.notes;
    };
    const listening: Listening = { fred: [[9001, 'old']], ethyl: [[9001]] };
    expect(leaves(9001, listening)).toEqual([
      expect.stringMatching(
        /^service old leaves; .*: old on fred \(port 9001\), somebody on ethyl \(port 9001\)\. If/,
      ),
    ]);
    expect(leaves(9001, listening, stop('old'))).toEqual([
      expect.stringMatching(/goes on: somebody on ethyl \(port 9001\)\. If/),
    ]);
    expect(leaves(9001, { fred: [[9001, 'old']] }, stop('old.service'))).toBeUndefined();
    expect(leaves(9001, { fred: [[22, 'sshd']] })).toBeUndefined();
    expect(leaves(8080, { fred: [[8080, 'httpd']], ethyl: [[8080, 'httpd']] })).toBeUndefined();
  });
  test('secrets are masked', () => {
    const hidden = { ...front, raw: { from: cfg(7001).replace('10.0.0.200', 'geheim99'), to: '' } };
    expect(JSON.stringify(publicPlan(classed(both([hidden, service('haproxy', 'reload')]))))).not.toContain(
      'geheim',
    );
  });
  test('packages whose scripts may stop what serves, where something does', () => {
    const install: About = { type: 'package', action: 'install', notes: ['packages stay'] };
    const notes = (listening: Listening) => first(classed(both([install]), pair, ['fred'], listening))?.notes;
    const said = ['packages stay', expect.stringMatching(/^installed on all hosts at once/)];
    expect(notes({ fred: [[80, 'haproxy']] })).toEqual(said);
    expect(notes({ fred: [[8080, 'httpd']] })).toEqual(said);
    expect(notes({ fred: [[22, 'sshd']] })).toEqual(['packages stay']);
    expect(notes({ fred: [] })).toEqual(['packages stay']);
  });
  test('whose scripts they are', () => {
    expect(first(classed(both([keepalivedConf(base, nobody), reloads])))?.notes).toEqual([
      expect.stringContaining('as nobody'),
    ]);
  });
});

describe('changes that roll beside such as must be together', () => {
  const port = [haproxyCfg, service('haproxy', 'reload')];
  const shared = {
    type: 'file',
    target: '/etc/both',
    notify: [{ reload: 'keepalived' }, { reload: 'httpd' }],
  };
  const how = (plan: FullPlan) => plan.stages?.map((stage) => [stage.how, stage.class, stage.seconds]);
  const stagesOf = (plan: FullPlan, host = 'fred') =>
    plan.hosts.find((one) => one.host === host)?.changes.map(({ stage }) => stage);
  const roll = ['rolling', 'rolling', 0];
  const sync = ['together', 'pair-synchronous', 0];

  test.each<[string, Record<string, About[]>, (string | number | null)[][], number[]]>([
    ['only what rolls', both(port), [roll], [1, 1]],
    ['only what is together', both(vips), [sync], [1, 1]],
    ['two stages', both([...port, ...vips]), [roll, sync], [1, 1, 2, 2]],
    ['in any order', both([...vips, ...port]), [roll, sync], [2, 2, 1, 1]],
    [
      'a restart of HAProxy, of a server',
      both([service('haproxy', 'restart'), ...auth, service('httpd', 'restart')]),
      [roll, sync],
      [1, 2, 2, 1],
    ],
    [
      'all that keepalived is told of goes with it',
      both([{ target: '/usr/libexec/check', notify: [{ reload: 'keepalived' }] }, ...vips, ...port]),
      [roll, sync],
      [2, 2, 2, 1, 1],
    ],
    [
      'a virtual_router_id is an outage, and together all the same',
      both([...vrid, ...port]),
      [roll, ['together', 'outage', 3.8]],
      [2, 2, 1, 1],
    ],
    ['what nobody notices is no stage of its own', both([{ type: 'sysctl' }, ...vips]), [sync], [1, 1, 1]],
    [
      'a command may be noticed; after the conf it stays after it',
      both([
        { type: 'command', isOpaque: true, target: 'a' },
        ...vips,
        { type: 'command', isOpaque: true, target: 'b' },
      ]),
      [['rolling', 'none', null], sync],
      [1, 2, 2, 2],
    ],
    [
      'what keepalived and a unit that only reloads read',
      both([shared, ...vips, service('httpd', 'reload')]),
      [sync],
      [1, 1, 1, 1],
    ],
  ])('%s', (_, hosts, stages, numbers) => {
    const plan = classed(hosts);
    expect([how(plan), stagesOf(plan)]).toEqual([stages, numbers]);
  });

  test('a host alone is together with nobody', () => {
    expect(how(classed({ fred: [...vips, ...port] }, alone))).toEqual([roll]);
    expect(how(classed({ fred: [...vips, ...port], ethyl: [] }))).toEqual([
      ['rolling', 'pair-synchronous', 0],
    ]);
  });

  test('what cannot be parted is classed as it is made: at once', () => {
    const plan = classed(
      both([
        { ...shared, notify: [{ reload: 'keepalived' }, { restart: 'httpd' }] },
        ...vips,
        service('httpd', 'restart'),
        ...port,
      ]),
    );
    expect(how(plan)).toEqual([['together', 'outage', null]]);
    expect(outages(plan).map(({ change: id, why }) => [id, why.slice(0, 35)])).toContainEqual([
      'service httpd',
      'httpd restarts on all hosts at once',
    ]);
  });
});

test('the worst of a plan, and its outages', () => {
  const plan = classed({ fred: vrid, ethyl: [haproxyCfg, service('haproxy', 'reload')] }, trio, ['ethyl']);
  expect(worstOf(plan)).toMatchObject({ class: 'outage', seconds: null });
  expect(outages(plan).map(({ host, change: id }) => `${host}: ${id}`)).toEqual([
    'fred: undefined /etc/keepalived/keepalived.conf',
    'fred: service keepalived',
  ]);
  expect(worstOf(classed(both(vips)))).toMatchObject({ class: 'pair-synchronous', seconds: 0 });
  expect(outages(classed(both(vips)))).toEqual([]);
  expect(worstOf(classed(both([])))).toBeUndefined();
});

test('what is shown of a plan has the classes, and neither raw texts nor secrets', () => {
  const leaking = second({ name: 'geheim99' });
  const shown = JSON.stringify(publicPlan(classed(both([keepalivedConf(base, leaking), ...auth]))));
  expect(shown).toContain('"class":"pair-synchronous"');
  expect(shown).not.toMatch(/geheim|"raw"|"step"|"notify"/);
});
