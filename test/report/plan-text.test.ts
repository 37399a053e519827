import type { Change, HostPlan, Plan } from '../../src/plan/plan';
import { renderPlan } from '../../src/report/plan-text';

const change = (host: string, about: Partial<Change>): Change => ({
  id: `${host}-1`,
  host,
  task: 'packages',
  type: 'package',
  target: 'haproxy',
  action: 'install',
  attributes: [],
  fingerprint: host,
  ...about,
});
const hostPlan = (host: string, changes: Partial<Change>[], error?: string): HostPlan => ({
  host,
  address: `192.0.2.${host.length}`,
  os: 'Rocky Linux 9.4',
  changes: changes.map((about) => change(host, about)),
  error,
});
const render = (hosts: HostPlan[], warnings: Plan['warnings'] = [], columns = 100) =>
  renderPlan(
    { version: 1, inventory: 'pair.json', createdAt: '2025-01-01T00:00:00Z', hosts, warnings },
    { color: false, columns },
  ).split('\n');

const reload: Partial<Change> = {
  task: 'haproxy',
  type: 'service',
  action: 'reload',
  reason: 'because /etc/haproxy/haproxy.cfg changes',
};
const config: Partial<Change> = {
  task: 'haproxy',
  type: 'file',
  target: '/etc/haproxy/haproxy.cfg',
  action: 'update',
  attributes: [
    { name: 'mode', from: '0644', to: '0640' },
    { name: 'owner', from: 'root', to: 'haproxy' },
  ],
  text: { from: 'maxconn 1\n', to: 'maxconn 2\n' },
  notes: ['both hosts get this at once'],
};

test('one host: tasks, changes, values, diff, reason, note, what to look at twice, sum', () => {
  expect(render([hostPlan('fred', [{}, config, reload])])).toEqual([
    'fred (192.0.2.4, Rocky Linux 9.4): 3 changes',
    '  packages',
    '    + install package haproxy',
    '  haproxy',
    '    ~ update file /etc/haproxy/haproxy.cfg',
    '        mode  0644 → 0640',
    '        owner root → haproxy',
    '        --- /etc/haproxy/haproxy.cfg',
    '        +++ /etc/haproxy/haproxy.cfg',
    '        @@ -1 +1 @@',
    '        -maxconn 1',
    '        +maxconn 2',
    '        note: both hosts get this at once',
    '    ! reload service haproxy, because /etc/haproxy/haproxy.cfg changes',
    '',
    'Look twice at:',
    '  ! reload service haproxy on fred',
    '',
    'Plan: 3 changes on fred (1 package, 1 file, 1 service).',
  ]);
});

test('what is the same on several hosts is shown once, the rest below it', () => {
  const priority = (value: string): Partial<Change> => ({
    task: 'keepalived',
    type: 'file',
    target: '/etc/keepalived/keepalived.conf',
    action: 'create',
    text: { from: null, to: `priority ${value}\n` },
  });
  const lines = render([
    hostPlan('fred', [{}, config, priority('150')]),
    hostPlan('ethyl', [{}, config, priority('100')]),
  ]);
  expect(lines[0]).toBe(
    'fred (192.0.2.4, Rocky Linux 9.4), ethyl (192.0.2.5, Rocky Linux 9.4): 2 changes on each',
  );
  expect(lines.filter((line) => line.includes('haproxy.cfg') && line.includes('update'))).toHaveLength(1);
  expect(lines).toContain('fred: 1 more change');
  expect(lines).toContain('ethyl: 1 more change');
  expect(lines).toContain('        +priority 150');
  expect(lines).toContain('        +priority 100');
  expect(lines.at(-1)).toBe('Plan: 3 changes on fred, 3 on ethyl (2 packages, 4 files).');
});

test('hosts with nothing in common each have their block', () => {
  const lines = render([hostPlan('fred', [{ target: 'a' }]), hostPlan('ethyl', [{ target: 'b' }])]);
  expect(lines.filter((line) => line.endsWith(': 1 change'))).toHaveLength(2);
});

test('a change that a host gets twice is not lost when it is shared', () => {
  const lines = render([hostPlan('fred', [config, reload]), hostPlan('ethyl', [config, reload, reload])]);
  expect(lines).toContain('ethyl: 1 more change');
});

const attributes: [Change['attributes'][number], string][] = [
  [{ name: 'value', from: '0', to: '1' }, 'value 0 → 1'],
  [{ name: 'value', from: null, to: '1' }, 'value 1'],
  [{ name: 'value', from: '1', to: null }, 'value 1 → (none)'],
  [{ name: 'value', from: '', to: ' 1' }, 'value "" → " 1"'],
  [{ name: 'value', from: '4096\t1', to: 'a\x1b[2J\nb' }, 'value 4096\\t1 → a^[[2J\\nb'],
];
test.each(attributes)('an only value is on the line of its change: %j', (attribute, expected) => {
  const lines = render([hostPlan('fred', [{ action: 'update', attributes: [attribute] }])]);
  expect(lines[2]).toBe(`    ~ update package haproxy: ${expected}`);
});

test('where the line is too long for it, it has its own', () => {
  const attribute = { name: 'value', from: '0', to: '1' };
  const lines = render([hostPlan('fred', [{ action: 'update', attributes: [attribute] }])], [], 30);
  expect(lines.slice(2, 4)).toEqual(['    ~ update package haproxy', '        value 0 → 1']);
});

test('a coloured plan of no host begins with its words', () => {
  const plan = {
    version: 1 as const,
    inventory: 'i',
    createdAt: '',
    hosts: [hostPlan('a', [], 'gone')],
    warnings: [],
  };
  const [last = ''] = renderPlan(plan, { color: true, columns: 80 }).split('\n').slice(-1);
  expect(last).toMatch(/^\x1b\[31mNot planned: a\.\x1b\[39m$/);
});

const nothing: [string, HostPlan[], string][] = [
  [
    'two hosts',
    [hostPlan('fred', []), hostPlan('ethyl', [])],
    'No changes: 2 hosts are as the inventory says.',
  ],
  ['one host', [hostPlan('fred', [])], 'No changes: 1 host is as the inventory says.'],
  [
    'nothing to push, and changes that push does not make',
    [
      { ...hostPlan('fred', []), left: 1 },
      { ...hostPlan('ethyl', []), left: 2 },
    ],
    'Nothing to change on fred, ethyl; 3 changes are left for haprov apply.',
  ],
  [
    'nothing to push, and a host that cannot tell what is left',
    [
      { ...hostPlan('fred', []), left: null },
      { ...hostPlan('ethyl', []), left: 0 },
    ],
    'Nothing to change on fred, ethyl; what is left for haprov apply on fred cannot be told: haprov plan says why.',
  ],
  [
    'all is as it is to be, whoever asks',
    [{ ...hostPlan('fred', []), left: 0 }],
    'No changes: 1 host is as the inventory says.',
  ],
  [
    'one of two',
    [hostPlan('fred', [{}]), hostPlan('ethyl', [])],
    'Plan: 1 change on fred, none on ethyl (1 package).',
  ],
  [
    'one host as it should be, one without a plan',
    [hostPlan('fred', []), hostPlan('ethyl', [], 'rpm is broken')],
    'No changes: 1 host is as the inventory says. Not planned: ethyl.',
  ],
  ['no host with a plan', [hostPlan('ethyl', [], 'rpm is broken')], 'Not planned: ethyl.'],
];
test.each(nothing)('nothing to do: %s', (_, hosts, expected) => {
  expect(render(hosts).at(-1)).toBe(expected);
});

test('why a host has no plan', () => {
  expect(render([hostPlan('ethyl', [], 'rpm is broken\nits database is locked')]).slice(0, 2)).toEqual([
    'ethyl (192.0.2.5, Rocky Linux 9.4): not planned: rpm is broken',
    '  its database is locked',
  ]);
});

test('a finding: what, why, what to do', () => {
  const finding = {
    rule: 'vrrp-auth',
    severity: 'warning',
    where: 'vrrp.auth',
    message: 'is the default',
  } as const;
  const lines = render([hostPlan('fred', [])], [{ ...finding, why: 'all know it', fix: 'set your own' }]);
  expect(lines.slice(0, 3)).toEqual([
    'warning vrrp.auth: is the default [vrrp-auth]',
    '  why: all know it',
    '  fix: set your own',
  ]);
});

test('nothing in a plan drives the terminal', () => {
  const evil = 'x\x1b[2J\r';
  const lines = render(
    [
      hostPlan(evil, [
        { task: evil, type: evil, target: evil, reason: evil, notes: [evil], action: 'remove' },
      ]),
      hostPlan(evil, [
        { text: { from: evil, to: null }, attributes: [{ name: evil, from: evil, to: evil }] },
      ]),
      hostPlan('ethyl', [], evil),
    ],
    [{ rule: evil, severity: 'error', where: evil, message: evil, why: evil, fix: evil }],
  );
  expect(lines.join('')).not.toMatch(/\p{Cc}/u);
});

describe('disruption', () => {
  const rolling: Partial<Change> = {
    ...reload,
    disruption: { class: 'rolling', seconds: 0, why: 'haproxy reloads' },
  };
  const quiet: Partial<Change> = { disruption: { class: 'none', seconds: 0, why: 'nothing' } };
  const outage: Partial<Change> = {
    action: 'update',
    disruption: { class: 'outage', seconds: 3.8, why: 'virtual_router_id 37 → 38' },
  };
  const vips: Partial<Change> = {
    type: 'file',
    target: '/etc/keepalived/keepalived.conf',
    action: 'update',
    attributes: [{ name: 'mode', from: '0600', to: '0640' }],
    disruption: {
      class: 'pair-synchronous',
      seconds: 0,
      why: 'the VIP list changes; both hosts at once (two masters if one after the other)',
    },
  };

  const closing: [string, Partial<Change>[], string | undefined][] = [
    ['nobody notices', [quiet], 'Disruption: none: clients notice nothing'],
    ['rolling', [quiet, rolling], 'Disruption: rolling, 0 s expected, one host after the other'],
    ['at once', [vips, rolling], 'Disruption: pair-synchronous, 0 s expected, the hosts of a VIP at once'],
    ['an outage', [outage, vips], 'Disruption: OUTAGE ~3.8 s; it is made only with --allow-outage'],
    ['not classed', [{}], ''],
  ];
  test.each(closing)('the closing line: %s', (_, changes, expected) => {
    expect(render([hostPlan('fred', changes)]).at(-2)).toBe(expected);
  });

  test('each change says its own where clients may notice it', () => {
    expect(render([hostPlan('fred', [quiet])])[2]).toBe('    + install package haproxy');
    expect(render([hostPlan('fred', [outage])])[2]).toBe(
      '    ~ update package haproxy [OUTAGE ~3.8 s: virtual_router_id 37 → 38]',
    );
    const unknown = { ...outage, disruption: { class: 'outage', seconds: null, why: 'x' } } as const;
    expect(render([hostPlan('fred', [unknown])])[2]).toMatch(/\[OUTAGE of unknown length: x\]$/);
  });

  test('in 80 columns it has a line of its own, before the values', () => {
    const lines = render([hostPlan('fred', [vips])], [], 80);
    expect(lines.slice(2, 4)).toEqual([
      '    ~ update file /etc/keepalived/keepalived.conf: mode 0600 → 0640',
      '        [pair-synchronous, 0 s: the VIP list changes; both hosts at once (two masters if one after the other)]',
    ]);
  });

  test('what ends for good is said with the change and at the end', () => {
    const ends: Partial<Change> = {
      ...rolling,
      disruption: {
        class: 'rolling',
        seconds: 0,
        why: 'x',
        ends: ['VIP a 10.0.0.1:80 is answered no more'],
        alters: ['VIP a 10.0.0.1:81 is redirected'],
      },
    };
    const lines = render([hostPlan('fred', [ends]), hostPlan('ethyl', [ends])]);
    expect(lines).toContain('        outage for good: VIP a 10.0.0.1:80 is answered no more');
    expect(lines).toContain('        for some clients: VIP a 10.0.0.1:81 is redirected');
    expect(lines.slice(-6, -1)).toEqual([
      'Outage for good; it is made only with --allow-outage:',
      '  VIP a 10.0.0.1:80 is answered no more',
      'Otherwise for some clients, as the inventory asks:',
      '  VIP a 10.0.0.1:81 is redirected',
      'Disruption of all else: rolling, 0 s expected, one host after the other',
    ]);
  });

  test('two stages are said, each with what is done and what it does', () => {
    const hosts = ['fred', 'ethyl'].map((name) =>
      hostPlan(name, [
        { ...rolling, stage: 1, host: name },
        { ...vips, stage: 2, host: name },
      ]),
    );
    const stages: Plan['stages'] = [
      { how: 'rolling', class: 'rolling', seconds: 0 },
      { how: 'together', class: 'pair-synchronous', seconds: 0 },
    ];
    const about = { version: 1, inventory: 'pair.json', createdAt: '2025-01-01T00:00:00Z' } as const;
    const text = renderPlan({ ...about, warnings: [], hosts, stages }, { color: false, columns: 80 });
    expect(text).toContain(
      [
        'In 2 stages, each a run of its own:',
        '  1. one host after the other: 2 changes [rolling, 0 s]',
        '  2. on fred, ethyl at once: update file /etc/keepalived/keepalived.conf [pair-synchronous, 0 s]',
      ].join('\n'),
    );
    expect(text).toContain('Disruption: pair-synchronous, 0 s expected, in 2 stages');
  });

  test('changes of two classes are not shown as one', () => {
    const lines = render([hostPlan('fred', [{}, outage]), hostPlan('ethyl', [{}, { ...outage, ...quiet }])]);
    expect(
      lines.filter((line) => line.includes('update package haproxy') && line.startsWith(' ')),
    ).toHaveLength(2);
  });
});
