import type { Readiness } from '../../src/pair/health';
import { readinessOf } from '../../src/planning/host-plan';
import { partOf, picker, runningUnits } from '../../src/planning/only';
import { withFiles } from '../bad-input/cases';
import { recorder } from '../commands/recorder';
import { loadDesiredState } from '../support/load-inventory';
import { plannedChange } from '../support/planned-change';

const tasks = [
  { name: 'Kernel', resources: [{ type: 'sysctl', values: { 'net.ipv4.ip_forward': 1 } }] },
  {
    name: 'Proxy, and its maps',
    resources: [
      { type: 'package', names: ['haproxy', 'socat'] },
      { type: 'file', path: '/etc/haproxy/haproxy.cfg', content: 'x', notify: { reload: 'haproxy' } },
      {
        type: 'file',
        path: '/etc/haproxy/maps/names.map',
        content: 'x',
        notify: { reload: 'haproxy.service' },
      },
      { type: 'service', unit: 'haproxy', running: true },
    ],
  },
  {
    name: 'Programs',
    resources: [
      {
        type: 'file',
        path: '/etc/keepalived/keepalived.conf',
        content: 'x',
        notify: { restart: 'keepalived' },
      },
      { type: 'service', unit: 'httpd', running: true },
    ],
  },
];
const files = {
  'inventory.json': JSON.stringify({
    hosts: { fred: { address: '10.0.0.1' }, ethyl: { address: '10.0.0.2' } },
    playbooks: ['./p.json'],
  }),
  'p.json': JSON.stringify({ tasks }),
};

/** What the words pick of a host. */
const picked = (...words: string[]) =>
  withFiles({ files }, (_, file) => {
    const { wanted } = loadDesiredState(file, recorder().context);
    const picks = picker(words, wanted);
    const [its = []] = wanted.values();
    return its.filter(picks).map(({ id }) => id);
  });

const [sysctl, packages, cfg, map, conf] = [
  'sysctl /etc/sysctl.d/99-zz-haprov.conf',
  'package haproxy socat',
  'file /etc/haproxy/haproxy.cfg',
  'file /etc/haproxy/maps/names.map',
  'file /etc/keepalived/keepalived.conf',
];

test.each<[string[], string[]]>([
  [['Kernel'], [sysctl]],
  [['kernel'], [sysctl]],
  [['sysctl'], [sysctl]],
  [['net.ipv4.ip_forward'], [sysctl]],
  [['package'], [packages]],
  [['socat'], [packages]],
  [['haproxy'], [packages, 'service haproxy']],
  [['service haproxy'], ['service haproxy']],
  [['service'], ['service haproxy', 'service httpd']],
  [['Proxy, and its maps'], [packages, cfg, map, 'service haproxy']],
  [['/etc/haproxy/haproxy.cfg'], [cfg]],
  [['/etc/haproxy/*'], [cfg]],
  [['/etc/haproxy/'], [cfg, map]],
  [['/etc/**.map'], [map]],
  [['/etc/haproxy/haproxy.cf?'], [cfg]],
  [['file'], [cfg, map, conf]],
  [['Kernel, httpd'], [sysctl, 'service httpd']],
  [
    ['Kernel', 'httpd,'],
    [sysctl, 'service httpd'],
  ],
  [[conf], [conf]],
])('%j', async (words, ids) => {
  expect(await picked(...words)).toEqual(ids);
});

test.each([
  ['Kernal', /^--only: no task, type, resource or path is "Kernal"; did you mean "?Kernel"?\?$/],
  [
    '/etc/haproxy/haproxy.conf',
    /"\/etc\/haproxy\/haproxy\.conf"; did you mean "?\/etc\/haproxy\/haproxy\.cfg"?\?$/,
  ],
  ['/etc/haproxy', /no task, type, resource or path is "\/etc\/haproxy"/],
  ['sysctl,fil', /is "fil"/],
])('%s names nothing, and what there is is said', async (word, message) => {
  const refused = picked(word);
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toMatchObject({
    exitCode: 2,
    hint: 'tasks: "Kernel", "Proxy, and its maps", "Programs"; types: sysctl, package, file, service; paths: /etc/sysctl.d/99-zz-haprov.conf, /etc/haproxy/haproxy.cfg, /etc/haproxy/maps/names.map, /etc/keepalived/keepalived.conf',
  });
});

test.each([[['']], [[' , ']]])('%j names nothing at all', async (words) => {
  await expect(picked(...words)).rejects.toThrow('--only names nothing');
});

test('units that run are to run after it, those that are still to be started are not asked for', () =>
  withFiles({ files }, (_, file) => {
    const { wanted } = loadDesiredState(file, recorder().context);
    const [its = []] = wanted.values();
    const start = plannedChange({
      unit: 'httpd',
      attributes: [{ name: 'active', from: 'inactive', to: 'active' }],
    });
    const reload = plannedChange({ unit: 'haproxy', attributes: [] });
    expect(runningUnits(its, [start, reload])).toEqual(['haproxy']);
    expect(runningUnits(its, [])).toEqual(['haproxy', 'httpd']);
    expect(runningUnits(its, undefined)).toEqual([]);
  }));

test.each<[string, string[], Omit<Readiness, 'units'>]>([
  ['/etc/haproxy/haproxy.cfg', ['haproxy'], { balances: true, ports: [80], healthPort: 10001 }],
  ['/etc/haproxy/haproxy.cfg', [], { balances: false, ports: [] }],
  // A port that the left configuration would open is not asked for.
  ['net.ipv4.ip_forward', ['haproxy'], { balances: true, ports: [] }],
])(
  'after %s, where these run: %j, a host is to listen as the picked configuration says',
  (word, others, ready) => {
    const inventory = {
      ...JSON.parse(files['inventory.json']),
      groups: { web: ['ethyl'] },
      services: { site: { port: 80, backends: { group: 'web', port: 8080 } } },
    };
    const proxy = 'listen own\n bind 127.0.0.1:10001\n monitor-uri /\n';
    const playbook = files['p.json'].replace('"content":"x"', `"content":${JSON.stringify(proxy)}`);
    return withFiles(
      { files: { 'inventory.json': JSON.stringify(inventory), 'p.json': playbook } },
      (_, file) => {
        const said = loadDesiredState(file, recorder().context);
        const picks = picker([word], said.wanted);
        const [[host, its] = []] = said.wanted;
        if (!host || !its) throw new Error('no host');
        const part = its.filter(picks);
        expect(readinessOf(said.inventory, host, part, others)).toEqual({ units: others, ...ready });
      },
    );
  },
);

test('what a plan of a part leaves is told apart from what it makes', () => {
  const [made, left] = [plannedChange({ id: 'file /a' }), plannedChange({ id: 'file /b' })];
  const host = (name: string) => ({ host: name, address: '', os: '', changes: [made] });
  return withFiles({ files }, (_, file) => {
    const { inventory } = loadDesiredState(file, recorder().context);
    const [fred] = inventory.hosts;
    if (!fred) throw new Error('no host');
    // Nobody can tell what ethyl differs in as a whole.
    const part = partOf([host('fred'), host('ethyl')], new Map([[fred, [made, left]]]));
    const ids = ({ hosts }: typeof part.left) => hosts.map(({ changes }) => changes.map(({ id }) => id));
    expect(ids(part.whole)).toEqual([['file /a', 'file /b'], ['file /a']]);
    expect(ids(part.left)).toEqual([['file /b'], []]);
  });
});
