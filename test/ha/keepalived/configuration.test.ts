import { readConfiguration } from '../../../src/ha/keepalived/configuration';
import fc from '../../support/property';
import { anyText, numRuns, versions } from './texts';

const main = '/etc/keepalived/keepalived.conf';
const read = (text: string, version?: string) =>
  readConfiguration({
    files: new Map([[main, text]]),
    main,
    configId: 'left',
    ...(version === undefined ? {} : { version }),
  });

const routers = `
net_namespace edge
global_defs {
  router_id left
  script_user watcher staff
  enable_script_security
  vrrp_version 3
  vrrp_strict no
  lvs_id old
  frobnicate 1
}
static_routes {
  192.0.2.0/24 via 198.51.100.1 dev eth1
}
vrrp_script squid {
  script "/usr/local/bin/ask 'a b' --port 3128"
  interval 3
  weight -20 reverse
  fall 4
  user proxy
}
vrrp_track_process named {
  process named -u bind
  weight 15
}
track_file off {
  file "/run/off"
}
$VIPS= \\
  virtual_ipaddress { \\
    198.51.100.\${LAST}/24 dev eth0 label eth0:1 \\
    2001:db8::\${LAST} \\
  }
$LAST=9
vrrp_instance outside {
  state MASTER
  interface eth0
  virtual_router_id 51
@left  priority 120
@right priority 110
  advert_int 0.5
  version 2
  preempt_delay 30
  authentication {
    auth_type PASS
    auth_pass "x y"
  }
  unicast_src_ip 198.51.100.2
  unicast_peer { 198.51.100.3 min_ttl 250
  }
  $VIPS
  virtual_ipaddress_excluded { 203.0.113.1 }
  virtual_routes { default via 198.51.100.1 }
  track_script {
    squid weight 5 noreverse
    squid
  }
  track_interface { eth1 weight -30
    eth2 }
  track_process {
    named
  }
  track_file { off weight 0 }
  notify /bin/told root adm
  notify_master "/bin/up 'a b'"
  use_vmac vrrp.51
  vmac_xmit_base
  garp_master_delay 5
  garp_master_repeat 2
}
vrrp_instance inside {
  nopreempt
  priority \${_RANDOM}
}
vrrp_sync_group both {
  group { outside inside }
  track_script { squid }
  notify_fault "/bin/down" nobody
  sync_group_tracking_weight
}
`;

test('what haprov asks of VRRP', () => {
  const { globals, instances, syncGroups, scripts, trackProcesses, trackFiles, statics, others, ...rest } =
    read(routers);
  expect(rest.problems).toEqual([]);
  expect(rest.unknowns).toEqual([{ line: 73, column: 3, what: 'what ${_RANDOM} is' }]);
  expect(others).toEqual([]);
  expect(globals).toMatchObject({
    routerId: 'left',
    scriptUser: { user: 'watcher', group: 'staff', at: { line: 5, column: 3 } },
    enablesScriptSecurity: true,
    vrrpVersion: 3,
    isStrict: false,
    lvsId: 'old',
    netNamespace: 'edge',
  });
  expect(globals.settings.at(-1)).toMatchObject({ keyword: 'frobnicate', words: ['1'] });
  expect(statics.static_routes).toMatchObject([
    { name: '192.0.2.0/24', options: ['via', '198.51.100.1', 'dev', 'eth1'] },
  ]);
  expect(scripts).toMatchObject([
    {
      name: 'squid',
      script: { command: "/usr/local/bin/ask 'a b' --port 3128", user: 'proxy' },
      interval: 3,
      timeout: 3,
      weight: -20,
      reverse: true,
      rise: 1,
      fall: 4,
    },
  ]);
  expect(trackProcesses).toMatchObject([
    { name: 'named', process: ['named', '-u', 'bind'], weight: 15, quorum: 1 },
  ]);
  expect(trackFiles).toMatchObject([{ name: 'off', file: '/run/off', weight: 1, reverse: false }]);
  expect(syncGroups).toMatchObject([
    {
      name: 'both',
      members: ['outside', 'inside'],
      tracksWeights: true,
      trackScripts: [{ name: 'squid' }],
      notify: [{ event: 'notify_fault', command: '/bin/down', user: 'nobody' }],
    },
  ]);
  expect(instances.map(({ name }) => name)).toEqual(['outside', 'inside']);
  expect(instances[0]).toMatchObject({
    at: { line: 35, column: 1 },
    state: 'MASTER',
    interface: 'eth0',
    virtualRouterId: 51,
    priority: 120,
    advertInterval: 0.5,
    version: 2,
    nopreempt: false,
    preemptDelay: 30,
    authentication: { type: 'PASS', password: 'x y' },
    unicastSource: '198.51.100.2',
    unicastPeers: [{ name: '198.51.100.3', options: ['min_ttl', '250'] }],
    addresses: [
      { name: '198.51.100.9/24', options: ['dev', 'eth0', 'label', 'eth0:1'], at: { line: 51, column: 3 } },
      { name: '2001:db8::9', options: [] },
    ],
    excludedAddresses: [{ name: '203.0.113.1' }],
    routes: [{ name: 'default', options: ['via', '198.51.100.1'] }],
    trackScripts: [
      { name: 'squid', weight: 5, reverse: false, at: { line: 55, column: 5 } },
      { name: 'squid' },
    ],
    trackInterfaces: [{ name: 'eth1', weight: -30 }, { name: 'eth2' }],
    trackProcesses: [{ name: 'named' }],
    trackFiles: [{ name: 'off', weight: 0 }],
    notify: [
      { event: 'notify', command: '/bin/told', user: 'root', group: 'adm' },
      { event: 'notify_master', command: "/bin/up 'a b'" },
    ],
    vmac: { interface: 'vrrp.51', isBaseUsed: true },
    garp: { garp_master_delay: 5, garp_master_repeat: 2 },
  });
  expect(instances[1]).toMatchObject({ state: 'BACKUP', nopreempt: true, advertInterval: 1, addresses: [] });
  expect(instances[1]?.priority).toBeUndefined();
});

const servers = `
virtual_server_group web {
  192.0.2.10-12 80
  fwmark 7
}
virtual_server group web {
  lb_algo wrr
  lb_kind DR
  sorry_server 192.0.2.99 80
  real_server 192.0.2.1 8080 {
    weight 10
    HTTP_GET {
      url {
        path /alive
        status_code 200
      }
      url { path /ready
      }
      connect_port 8081
    }
  }
  real_server 192.0.2.3 8080 {
    MISC_CHECK {
      misc_path "/bin/ask a"
      user nobody
    }
    notify_down "/bin/down" operator
  }
}
virtual_server fwmark 3 {
}
virtual_server 2001:db8::1 53 {
  protocol UDP
}
`;

test('virtual servers with their real servers and checks', () => {
  const { virtualServers, virtualServerGroups } = read(servers);
  expect(virtualServerGroups).toMatchObject([
    {
      name: 'web',
      entries: [
        { name: '192.0.2.10-12', options: ['80'] },
        { name: 'fwmark', options: ['7'] },
      ],
    },
  ]);
  expect(virtualServers).toMatchObject([
    {
      key: { kind: 'group', group: 'web' },
      protocol: 'TCP',
      scheduler: 'wrr',
      forwarding: 'DR',
      sorryServer: { name: '192.0.2.99', options: ['80'] },
      realServers: [
        {
          address: '192.0.2.1',
          port: 8080,
          weight: 10,
          checks: [{ kind: 'HTTP_GET', port: 8081, paths: ['/alive', '/ready'] }],
        },
        {
          address: '192.0.2.3',
          weight: 1,
          checks: [{ kind: 'MISC_CHECK', script: { command: '/bin/ask a', user: 'nobody' }, paths: [] }],
          notifyDown: { command: '/bin/down', user: 'operator' },
        },
      ],
    },
    { key: { kind: 'fwmark', mark: 3 }, realServers: [] },
    { key: { kind: 'address', address: '2001:db8::1', port: 53 }, protocol: 'UDP' },
  ]);
});

test('whatever the text, it is read', () => {
  const inBlocks = anyText.map((text) => `vrrp_instance v {\n${text}\n}\nvirtual_server 1 2 {\n${text}`);
  fc.assert(
    fc.property(fc.oneof(anyText, inBlocks), fc.constantFrom(...versions), (text, version) => {
      for (const { at } of read(text, version).instances) expect(at.line).toBeGreaterThan(0);
    }),
    { numRuns },
  );
});
