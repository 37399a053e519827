import type {
  Component,
  ComponentState,
  HostStatus,
  Level,
  ServerStatus,
  ServiceStatus,
  Status,
  StatusFinding,
  VipStatus,
} from '../../src/status/status';

/** What a host of the pair has when nothing is wrong with it. */
const wellTexts: Partial<Record<Component, string>> = {
  ssh: 'answered in 0.2 s',
  disk: '41% used',
  packages: 'haproxy 2.4.22, keepalived 2.2.8',
  sysctl: '2 of 2 set',
  firewall: 'VRRP and 80 open',
  selinux: 'enforcing',
  keepalived: 'BACKUP, priority 100',
  vip: 'none',
  haproxy: '1 worker',
  service: 'httpd active',
  backend: '2 of 2 up',
  configuration: 'as the inventory says',
};

type States = Partial<Record<Component, [Level, string]>>;

function host(
  name: string,
  address: string,
  states: States = {},
  about: Partial<HostStatus> = {},
): HostStatus {
  const components = Object.entries(wellTexts).map(([component, text]): ComponentState => {
    const [level, said] = states[component as Component] ?? ['ok', text];
    return { component: component as Component, level, text: said };
  });
  return {
    host: name,
    address,
    os: 'Rocky Linux 9.4',
    reached: true,
    drained: false,
    components,
    ...about,
  };
}

function off(name: string, address: string): HostStatus {
  const components: ComponentState[] = [
    { component: 'ssh', level: 'broken', text: 'no route to host' },
    ...Object.keys(wellTexts)
      .filter((component) => component !== 'ssh')
      .map((component) => ({ component: component as Component, level: 'unknown' as const, text: '' })),
  ];
  return host(name, address, {}, { os: '', reached: false, components });
}

const holds = (vip = 'router37', priority = 101): States => ({
  keepalived: ['ok', `MASTER, priority ${priority}`],
  vip: ['ok', vip],
});

function vip(about: Partial<VipStatus> = {}): VipStatus {
  const holders = about.holders ?? ['fred'];
  return {
    vip: 'router37',
    address: '192.168.56.200',
    holders,
    members: ['fred', 'ethyl'],
    answers: [{ from: 'laptop', answers: true }],
    level: 'ok',
    text: `on ${holders.join(' and ') || 'nobody'}`,
    ...about,
  };
}

/** Each balancer's word for it: `UP`, or `DOWN L4CON` with the check behind it. */
function server(
  name: string,
  address: string,
  seen: Record<string, string>,
  about: Partial<ServerStatus> = {},
) {
  const seenBy = Object.entries(seen).map(([balancer, words]) => {
    const [status = '', check = status === 'UP' ? 'L4OK' : ''] = words.split(' ');
    return { balancer, status, check, sessions: status === 'UP' ? 3 : 0 };
  });
  const down = seenBy.filter(({ status }) => status === 'DOWN').length;
  const level: Level = down === 0 ? 'ok' : down === seenBy.length ? 'broken' : 'warning';
  return { server: name, host: name, address, port: 8080, seenBy, level, ...about } satisfies ServerStatus;
}

const both = (words: string) => ({ fred: words, ethyl: words });
const webServers = (fred = both('UP'), ethyl = both('UP')) => [
  server('fred', '192.168.56.201', fred),
  server('ethyl', '192.168.56.202', ethyl),
];

function service(about: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    service: 'cluster37',
    ports: ['80'],
    behind: [],
    to: [],
    mode: 'http',
    vips: ['router37'],
    servers: webServers(),
    level: 'ok',
    ...about,
  };
}

function status(about: Partial<Status> = {}): Status {
  const [first] = about.findings ?? [];
  return {
    version: 1,
    inventory: 'cluster37',
    at: '2026-03-01T03:00:00.000Z',
    level: first?.level ?? 'ok',
    headline: first?.message ?? 'all is well: fred holds router37, 2 of 2 servers are up',
    findings: [],
    hosts: [host('fred', '192.168.56.201', holds()), host('ethyl', '192.168.56.202')],
    vips: [vip()],
    services: [service()],
    certificates: [],
    ...about,
  };
}

function finding(about: Partial<StatusFinding> & Pick<StatusFinding, 'rule' | 'message'>): StatusFinding {
  const host = about.host ?? 'fred';
  return { level: 'broken', component: 'keepalived', host, on: [host], evidence: [], next: '', ...about };
}

/** The pair of inventory.example.json with nothing wrong. */
export const healthy = status();

export const drained = status({
  findings: [
    finding({
      rule: 'drained',
      level: 'note',
      component: 'keepalived',
      host: 'fred',
      message: 'fred is drained: router37 is on ethyl meanwhile',
      evidence: ['drained at 2026-03-01 02:41 by jo'],
      next: 'haprov undrain inventory.json fred, when the work on it is done',
    }),
  ],
  hosts: [
    host(
      'fred',
      '192.168.56.201',
      { keepalived: ['note', 'BACKUP, priority 1'], backend: ['note', '1 of 2 up, 1 drained'] },
      { drained: true },
    ),
    host('ethyl', '192.168.56.202', holds('router37', 100)),
  ],
  vips: [vip({ holders: ['ethyl'], level: 'note', text: 'on ethyl, because fred is drained' })],
  services: [service({ level: 'note', servers: webServers(both('DRAIN L4OK')) })],
});

export const splitBrain = status({
  findings: [
    finding({
      rule: 'split-brain',
      component: 'firewall',
      host: 'ethyl',
      message:
        'split brain: fred and ethyl both hold router37 (192.168.56.200), because ethyl does not hear VRRP',
      evidence: [
        'iptables INPUT 1: DROP 112 -- 0.0.0.0/0 0.0.0.0/0',
        'ethyl heard no advert of VRID 37 for 61 s; fred sends one a second',
      ],
      next: 'on ethyl: iptables -D INPUT 1; then haprov apply puts the rule back that lets VRRP in',
    }),
    finding({
      rule: 'configuration-drift',
      level: 'warning',
      component: 'configuration',
      host: 'ethyl',
      message: '/etc/haproxy/haproxy.cfg on ethyl is not as the inventory says',
      evidence: ['maxconn 4096 → 10'],
      next: 'haprov plan inventory.json shows the difference, apply removes it',
    }),
  ],
  hosts: [
    host('fred', '192.168.56.201', holds()),
    host('ethyl', '192.168.56.202', {
      ...holds('router37', 100),
      firewall: ['broken', 'VRRP is dropped'],
      vip: ['broken', 'router37, as fred'],
      configuration: ['warning', '1 file differs'],
    }),
  ],
  vips: [vip({ holders: ['fred', 'ethyl'], level: 'broken', text: 'on fred and ethyl at once' })],
});

export const hostOff = status({
  findings: [
    finding({
      rule: 'unreachable',
      component: 'ssh',
      host: 'ethyl',
      message: 'ethyl (192.168.56.202) cannot be reached over SSH',
      evidence: ['connect to 192.168.56.202 port 22: no route to host'],
      next: 'is it on? Look at its console; fred carries everything meanwhile',
    }),
    finding({
      rule: 'backend-down',
      component: 'backend',
      host: 'ethyl',
      message: 'cluster37/ethyl (192.168.56.202:8080) is down for every HAProxy that answers',
      evidence: ['fred: DOWN, L4CON'],
      next: 'bring ethyl back first',
    }),
  ],
  hosts: [
    host('fred', '192.168.56.201', { ...holds(), backend: ['warning', '1 of 2 up'] }),
    off('ethyl', '192.168.56.202'),
  ],
  services: [
    service({
      level: 'warning',
      servers: webServers({ fred: 'UP', ethyl: '' }, { fred: 'DOWN L4CON', ethyl: '' }).map((one, index) => ({
        ...one,
        level: index === 0 ? 'ok' : 'broken',
      })),
    }),
  ],
});

export const haproxyHung = status({
  findings: [
    finding({
      rule: 'haproxy-hung',
      component: 'haproxy',
      host: 'fred',
      message: 'HAProxy on fred runs but does not answer, so ethyl has taken router37',
      evidence: ['process 1412 is stopped (state T)', '127.0.0.1:10001 does not answer within 1 s'],
      next: 'on fred: kill -CONT 1412, or systemctl restart haproxy',
    }),
  ],
  hosts: [
    host('fred', '192.168.56.201', {
      keepalived: ['warning', 'FAULT, check_haproxy fails'],
      haproxy: ['broken', 'hangs: pid 1412 is stopped'],
      backend: ['unknown', 'HAProxy does not say'],
    }),
    host('ethyl', '192.168.56.202', holds('router37', 100)),
  ],
  vips: [vip({ holders: ['ethyl'], level: 'warning', text: 'on ethyl, should be on fred' })],
  services: [
    service({ servers: webServers({ fred: '', ethyl: 'UP' }, { fred: '', ethyl: 'UP' }), level: 'warning' }),
  ],
});

/** fred's HAProxy cannot reach the server on ethyl, ethyl's own can. */
export const backendDownOnOne = status({
  findings: [
    finding({
      rule: 'backend-down-on-one',
      level: 'warning',
      component: 'backend',
      host: 'fred',
      message: 'cluster37/ethyl (192.168.56.202:8080) is down for fred and up for ethyl',
      evidence: ['fred: DOWN, L4TOUT after 2001 ms', 'ethyl: UP, L4OK after 0 ms'],
      next: 'on fred: curl -m 2 http://192.168.56.202:8080/ ; look at the firewalls between the two',
    }),
  ],
  hosts: [
    host('fred', '192.168.56.201', { ...holds(), backend: ['warning', '1 of 2 up'] }),
    host('ethyl', '192.168.56.202'),
  ],
  services: [
    service({ level: 'warning', servers: webServers(both('UP'), { fred: 'DOWN L4TOUT', ethyl: 'UP' }) }),
  ],
});

const fourNames = { fred: '201', ethyl: '202', lucy: '203', ricky: '204' };
const balancersOnly: States = { service: ['ok', '-'] };

/** Two balancers that carry a VIP each, two web hosts, and a server that haprov does not manage. */
export const fourNodes = status({
  inventory: 'four-nodes',
  headline: 'all is well: fred holds east, ethyl holds west, 3 of 3 servers are up',
  hosts: [
    host('fred', '192.168.56.201', { ...holds('east'), ...balancersOnly, backend: ['ok', '3 of 3 up'] }),
    host('ethyl', '192.168.56.202', { ...holds('west'), ...balancersOnly, backend: ['ok', '3 of 3 up'] }),
    ...(['lucy', 'ricky'] as const).map((name) => {
      const web = host(name, `192.168.56.${fourNames[name]}`);
      const has: Component[] = ['ssh', 'disk', 'packages', 'firewall', 'selinux', 'service', 'configuration'];
      return { ...web, components: web.components.filter(({ component }) => has.includes(component)) };
    }),
  ],
  vips: [
    vip({ vip: 'east', address: '192.168.56.212' }),
    vip({ vip: 'west', address: '192.168.56.213', holders: ['ethyl'], members: ['ethyl', 'fred'] }),
  ],
  services: [
    service({
      service: 'site',
      vips: ['east', 'west'],
      servers: [
        server('lucy', '192.168.56.203', both('UP')),
        server('ricky', '192.168.56.204', both('UP')),
        server('legacy', '192.0.2.17', both('UP'), { host: undefined, port: 8000 }),
      ],
    }),
    service({
      service: 'queue',
      ports: ['5672'],
      mode: 'tcp',
      vips: ['west'],
      servers: [
        server('lucy', '192.168.56.203', both('UP'), { port: 5673 }),
        server('ricky', '192.168.56.204', both('UP'), { port: 5673 }),
      ],
    }),
  ],
});

export const ipv6 = status({
  inventory: 'six',
  headline: 'all is well: fred holds router6, 2 of 2 servers are up',
  hosts: [
    host('fred', '2001:db8:5601:1:0:ffff:1234:201', holds('router6')),
    host('ethyl', '2001:db8:5601:1:0:ffff:1234:202'),
  ],
  vips: [vip({ vip: 'router6', address: '2001:db8:5601:1:0:ffff:1234:200' })],
  services: [
    service({
      vips: ['router6'],
      servers: [
        server('fred', '2001:db8:5601:1:0:ffff:1234:201', both('UP')),
        server('ethyl', '2001:db8:5601:1:0:ffff:1234:202', both('UP')),
      ],
    }),
  ],
});

const longFred = 'balancer-one.rack-17.frankfurt.example.io';
const longEthyl = 'balancer-two.rack-18.amsterdam.example.io';

/** Names of 40 characters and more, one host broken. */
export const longNames = status({
  inventory: 'a-pair-with-names-of-forty-characters-all',
  findings: [
    finding({
      rule: 'keepalived-dead',
      component: 'keepalived',
      host: longEthyl,
      message: `keepalived on ${longEthyl} is not running, so nobody takes over from ${longFred}`,
      evidence: ['keepalived.service: failed (Result: signal), since 2026-03-01 02:58:03 UTC'],
      next: `on ${longEthyl}: systemctl restart keepalived, then journalctl -u keepalived -n 50`,
    }),
  ],
  hosts: [
    host(longFred, '192.168.56.201', holds('virtual-address-of-the-frankfurt-web-site')),
    host(longEthyl, '192.168.56.202', { keepalived: ['broken', 'not running: killed by signal 9'] }),
  ],
  vips: [
    vip({
      vip: 'virtual-address-of-the-frankfurt-web-site',
      holders: [longFred],
      members: [longFred, longEthyl],
      text: `on ${longFred}`,
    }),
  ],
  services: [
    service({
      service: 'the-shop-as-customers-of-frankfurt-see-it',
      vips: ['virtual-address-of-the-frankfurt-web-site'],
      servers: [
        server(longFred, '192.168.56.201', { [longFred]: 'UP', [longEthyl]: 'UP' }),
        server(longEthyl, '192.168.56.202', { [longFred]: 'UP', [longEthyl]: 'UP' }),
      ],
    }),
  ],
});

/** Every one of them, by its name. */
/** A pair before a hundred web hosts, one of which has no httpd. */
export const hundredHosts = ((): Status => {
  const hosts = Array.from({ length: 100 }, (_, index) => `web-${index}`);
  const isIll = (name: string) => name === 'web-17';
  const states = (name: string): States => (isIll(name) ? { service: ['broken', 'httpd does not run'] } : {});
  return status({
    level: 'broken',
    headline: 'httpd on web-17 does not run',
    hosts: [
      host('fred', '192.168.56.201', holds()),
      host('ethyl', '192.168.56.202'),
      ...hosts.map((name, index) => host(name, `10.0.0.${index}`, states(name))),
    ],
    services: [
      service({
        level: 'warning',
        servers: hosts.map((name, index) =>
          server(name, `10.0.0.${index}`, both(isIll(name) ? 'DOWN L4CON' : 'UP')),
        ),
      }),
    ],
  });
})();

export const statuses = {
  healthy,
  drained,
  splitBrain,
  hostOff,
  haproxyHung,
  backendDownOnOne,
  fourNodes,
  ipv6,
  longNames,
  hundredHosts,
} satisfies Record<string, Status>;

/** `status` with every text of it, names and addresses too, made by `change`. */
export function withEveryText<T>(value: T, change: (text: string) => string): T {
  const keys = ['component', 'level', 'rule', 'at', 'version'];
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => withEveryText(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      keys.includes(key) ? item : withEveryText(item, change),
    ]),
  ) as T;
}
