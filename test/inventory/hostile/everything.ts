import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One inventory that uses every option there is, in words that stand nowhere else: each can be replaced wherever it is. */

const tls = (name: string) => readFileSync(join(__dirname, '../../inventories/tls', name), 'utf8');

const ssh = (level: string) => ({
  user: `user${level}`,
  port: 22,
  identityFiles: [`identity${level}`],
  knownHostsFile: `known${level}`,
  configFile: `config${level}`,
  password: `password${level}`,
  passphrase: `passphrase${level}`,
  become: [`becomeword${level}`, `-becomeoption${level}`],
  sudoPassword: `sudoword${level}`,
  transport: 'auto',
  connectTimeout: 5,
});

export const everything = {
  $schema: 'schemaname',
  name: 'pairname',
  ssh: { ...ssh('top'), sudo: 'auto' },
  vars: { topvar: 'vartop', list: ['varitem', { inner: 'varinner' }] },
  hosts: {
    hostone: {
      address: '10.1.0.1',
      priority: 2,
      vars: { hostvar: 'varhost' },
      ssh: { ...ssh('host'), sudo: true },
    },
    hosttwo: { address: '10.1.0.2', ssh: { sudo: false, become: 'doas' } },
    hostthree: { address: 'addressthree' },
  },
  groups: {
    balancers: ['hostone', 'hosttwo'],
    app: { hosts: ['hostone'], vars: { groupvar: 'vargroup' }, ssh: { ...ssh('group'), sudo: false } },
    alike: { hosts: ['hosttwo'], ssh: { become: 'doas' } },
  },
  sysctl: { 'net.core.somaxconn': 'sysctlword' },
  vips: {
    vipone: {
      address: '10.1.0.9/24',
      virtualRouterId: 1,
      group: 'balancers',
      interface: 'ifname',
      priorities: { hostone: 100, hosttwo: 99 },
      advertInterval: 2,
      preempt: false,
      unicast: { hostone: '10.2.0.1', hosttwo: '10.2.0.2' },
      auth: 'authword',
      check: {
        haproxy: true,
        command: '/bin/vipcheck word',
        user: 'vipuser',
        unit: 'vipunit.service',
        port: '54/udp',
        process: 'vipprocess',
        interval: 1,
        fall: 2,
        rise: 2,
        weight: 10,
      },
      addresses: ['10.1.0.40', '10.1.0.41/24'],
      excluded: ['10.1.0.42', '10.1.0.43/24'],
      ports: [53, '55/udp'],
      notify: {
        command: '/bin/notifyall word',
        master: '/bin/notifymaster',
        backup: '/bin/notifybackup',
        fault: '/bin/notifyfault',
        stop: '/bin/notifystop',
        user: 'notifyuser',
      },
      vmac: true,
      virtualRoutes: [
        { to: '10.9.0.0/16', via: '10.1.0.254', device: 'devname', source: '10.1.0.44', metric: 5, table: 6 },
        { to: '10.9.1.1' },
        { to: 'default', via: '10.1.0.253' },
      ],
      extra: ['vipextra one'],
    },
    viptwo: {
      address: '10.1.0.8',
      virtualRouterId: 2,
      group: 'balancers',
      priorities: { hosttwo: 98 },
      unicast: false,
      syncGroup: 'syncname',
      check: { port: 56 },
    },
    vipthree: {
      address: '10.1.0.7',
      virtualRouterId: 5,
      group: 'balancers',
      priorities: { hosttwo: 97 },
      syncGroup: 'syncname',
    },
    vipsix: {
      address: '2001:db8::9/64',
      virtualRouterId: 3,
      group: 'app',
      unicast: { hostone: '2001:db8::1' },
      addresses: ['2001:db8::40', '2001:db8::41/64'],
      excluded: ['2001:db8::42', '2001:db8::43/64'],
      virtualRoutes: [
        { to: '2001:db8:9::/48', via: '2001:db8::fe', source: '2001:db8::44' },
        { to: '2001:db8:a::1' },
      ],
    },
    vipseven: { address: '2001:db8::8', virtualRouterId: 4, group: 'app' },
  },
  services: {
    svchttp: {
      mode: 'http',
      port: 80,
      vips: ['vipone', 'vipsix'],
      backends: {
        port: 8080,
        group: 'app',
        servers: {
          srvone: { address: 'addressfar', port: 81, weight: 5, backup: true, maxconn: 6 },
          hosttwo: { backup: false, mayBeDown: true },
        },
        tls: { verify: 'required', ca: { file: 'one.crt' }, name: 'certname', alpn: ['servalpn'] },
        resolvers: 'resolverone',
      },
      balance: 'leastconn',
      cookie: 'cookieword',
      forwardFor: true,
      connection: 'server-close',
      onDown: 'shutdown-sessions',
      onBack: 'shutdown-backup-sessions',
      tcpKeepAlive: true,
      headers: {
        request: { set: { headerset: 'valueset' }, add: { headeradd: 'valueadd' }, remove: ['headerremove'] },
        response: {
          set: { answerset: 'valueanswer' },
          add: { answeradd: 'valuemore' },
          remove: ['answerremove'],
        },
      },
      auth: { users: 'userlist1', realm: 'authrealm' },
      limits: { rate: { requests: 9, seconds: 8, path: '/limitpath', status: 429 }, connections: 7 },
      stick: { on: 'stickfetch', size: 6, expire: 5, peers: true },
      check: {
        type: 'http',
        method: 'METHODWORD',
        port: 8000,
        tls: true,
        sendProxy: true,
        path: '/checkpath',
        host: 'checkhost',
        status: 200,
        interval: 1000,
        fall: 4,
        rise: 5,
      },
      timeouts: { connect: 1, client: 2, server: 3, tunnel: 4 },
      tls: {
        certificate: { file: 'one.crt' },
        key: { env: 'HOSTILE_KEY' },
        minVersion: '1.2',
        certificates: [{ certificate: { file: 'one.crt' }, key: { env: 'HOSTILE_KEY' } }],
        folder: '/etc/folderword',
        alpn: ['clientalpn'],
        vips: ['vipone'],
        acme: { names: ['acmename', '*.acmewild'], challenge: 'dns-01' },
      },
      redirects: [
        { path: '/redirectpath', host: 'redirecthost', location: '/location', code: 301 },
        { path: '/old', prefix: 'http://prefix', code: 302 },
        { host: 'elsewhere', scheme: 'https', code: 308 },
      ],
      allow: ['10.3.0.1', '10.4.0.0/16', '2001:db8::3', '2001:db8:1::/48'],
      proxyProtocol: { accept: true, send: 'v2' },
      extra: ['svcextra one'],
    },
    svctcp: {
      mode: 'tcp',
      port: 81,
      backends: { port: 82 },
      check: { type: 'command', command: '/bin/checkcommand word' },
    },
    svcsteps: {
      mode: 'tcp',
      port: 83,
      backends: { port: 84 },
      check: {
        steps: [{ send: ['stepone', 'steptwo'] }, { send: 'stepthree' }, { expect: 'stepanswer' }],
        tls: { verify: 'required', ca: { file: 'one.crt' }, name: 'checkcertname' },
      },
    },
    svcmysql: {
      mode: 'tcp',
      port: 85,
      backends: { port: 86, tls: { verify: 'none', sni: 'sniname' } },
      check: { type: 'mysql', user: 'mysqluser' },
    },
    svcfront: {
      port: 89,
      tls: { certificate: { file: 'one.crt' }, key: { env: 'HOSTILE_KEY' } },
      routes: [
        { host: 'routehost', path: '/routepath', sni: 'routesni', service: 'svcinner' },
        { host: ['*.hostlist'], path: ['/pathlist'], sni: ['snilist'], service: 'svcinner' },
      ],
      answer: { status: 404, body: 'answerbody', type: 'answer/type' },
    },
    svcinner: { answer: { metrics: true } },
    svcrange: { mode: 'tcp', port: '5000-5001', backends: { group: 'app' }, check: { port: 90 } },
    svcsni: { port: 87, backends: { port: 88 }, check: { tls: { verify: 'none', sni: 'checksni' } } },
  },
  acme: {
    directory: 'https://acmedirectory/path',
    staging: 'https://acmestaging/path',
    email: 'acmeuser@acmehost',
    key: { file: 'account.key' },
    hook: ['acmehook', 'acmeword'],
    ca: { file: 'one.crt' },
  },
  virtualServers: {
    virtualone: {
      vip: 'viptwo',
      port: 57,
      protocol: 'tcp',
      scheduler: 'wrr',
      kind: 'NAT',
      persistence: 7,
      backends: {
        port: 58,
        group: 'app',
        servers: { realone: { address: '10.6.0.1', port: 59, weight: 4 } },
      },
      check: { type: 'http', port: 60, path: '/virtualpath', status: 201, interval: 5, timeout: 4 },
    },
    virtualtwo: {
      vip: 'viptwo',
      port: 61,
      kind: 'NAT',
      backends: { group: 'app' },
      check: { type: 'command', command: '/bin/virtualcheck word', user: 'virtualuser' },
    },
  },
  stats: {
    port: 8989,
    vip: 'viptwo',
    uri: '/statsuri',
    realm: 'statsrealm',
    user: 'statsuser',
    password: 'statspassword',
    allowDefaultCredentials: false,
  },
  haproxy: {
    maxconn: 10,
    proxyMaxconn: 9,
    retries: 8,
    healthPort: 10001,
    peerPort: 10002,
    resolvers: {
      resolverone: {
        nameservers: [{ address: '10.5.0.1', port: 53 }, { address: '2001:db8::53' }],
        retries: 1,
        timeout: 2,
        hold: 3,
      },
    },
    users: {
      userlist1: { userone: { password: 'userpassword' }, usertwo: { hash: '$5$saltword$hashhashhashhash' } },
    },
    timeouts: { connect: 1, client: 2, server: 3 },
    extra: { global: ['globalextra one'], defaults: ['defaultsextra one'] },
    sections: ['backend sectionname'],
  },
  keepalived: { sections: ['static_routes {\n}'] },
  hooks: [
    { on: ['run-end', 'gate-failed', 'restored'], run: ['hookprogram', 'hookword'] },
    {
      on: ['not-restored', 'finding', 'drift', 'gone'],
      url: 'https://hookurl.example.com/path',
      secret: 'whsec_aG9va3NlY3JldGhvb2tzZWNyZXRob29rc2VjcmV0',
    },
  ],
  playbooks: ['load-balancer', './own.json'],
};

const hosts = { ownone: { address: '10.1.1.1' }, owntwo: { address: '10.1.1.2' } };

/** Files of one's own beside `main`, said in every way. */
const filesAt = (folder: string, main: string, source: string) => ({
  [`${folder}/${main}`]: source,
  [`${folder}/list`]: {
    hosts: {
      ownone: 'one.map',
      owntwo: { source: 'two.map', owner: 'ownerhost', group: 'grouphost', mode: '0600' },
    },
    owner: 'ownerword',
    group: 'groupword',
    mode: '0640',
    secret: true,
  },
  [`${folder}/said`]: { content: 'contentword\n' },
  [`${folder}/source`]: { source: 'one.map' },
});

/** With files of one's own, beside which nothing is said by keys. */
export const ownFiles = {
  ssh: { become: 'sudo' },
  hosts,
  haproxy: { config: filesAt('/etc/haproxy', 'haproxy.cfg', 'own.cfg'), packages: ['packageone'] },
  keepalived: {
    config: filesAt('/etc/keepalived', 'keepalived.conf', 'own.conf'),
    packages: ['packagetwo'],
  },
  playbooks: ['own-configuration'],
};

/** The same in short. */
export const ownFile = {
  hosts,
  haproxy: { config: 'own.cfg' },
  keepalived: { config: 'own.conf' },
  playbooks: ['own-configuration'],
};

/** What comes from the environment is a secret, by which the mode would go that is not said. */
const mode = '0644';

/** A playbook that puts every variable wherever a playbook's string may be, but into a command. */
const own = {
  tasks: [
    {
      name: 'Own',
      group: 'app',
      resources: [
        { type: 'directory', path: '/etc/app/<%= vars.topvar %>' },
        { type: 'file', path: '/etc/app/<%= vars.hostvar %>.conf', content: '<%= vars.groupvar %>\n', mode },
        { type: 'file', path: '/etc/app/all', template: 'app/all', mode },
        { type: 'line', path: '/etc/app/a line', line: 'set <%= vars.topvar %>', match: '^set ' },
        { type: 'line', path: '/etc/app/lines/<%= vars.list[0] %>', line: '<%= vars.list[1].inner %>' },
      ],
    },
  ],
};

/** What lies beside the inventory. */
export const beside: Record<string, string> = {
  'own.json': JSON.stringify(own),
  'templates/app/all.ejs':
    '<%= inventory.name %>\n<%= host.name %> <%= host.address %>\n<%= vars.topvar %>\n<%= stats.password %>\n',
  'one.crt': tls('only-for-tests.crt'),
  'account.key': tls('only-for-tests-ec.key'),
  'own.cfg': 'global\n    maxconn 10\n',
  'own.conf': 'global_defs {\n    router_id own\n}\n',
  'one.map': 'a b\n',
  'two.map': 'c d\n',
};

export const environment: NodeJS.ProcessEnv = { HOSTILE_KEY: tls('only-for-tests.key') };
