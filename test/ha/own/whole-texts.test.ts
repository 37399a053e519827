import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify } from '../../../src/ha/disruption';
import { compareConfigs } from '../../../src/ha/keepalived-change';
import { instances } from '../../../src/ha/keepalived-config';
import type { OwnTexts } from '../../../src/ha/own/reading';
import { type KeepalivedThere, withWholeTexts } from '../../../src/ha/own/whole-texts';
import { Secrets } from '../../../src/inventory/secrets';
import type { FullPlan, PlannedChange, PlannedHost } from '../../../src/plan/plan';

/** A change of a file that its unit reloads for. */
const change = (unit: string, target: string, from: string | null, to: string): PlannedChange =>
  ({
    id: `file ${target}`,
    host: 'fred',
    type: 'file',
    target,
    action: from === null ? 'create' : 'update',
    attributes: [],
    notify: [{ reload: unit }],
    raw: { from, to },
  }) as unknown as PlannedChange;
const reload = (unit: string): PlannedChange =>
  ({
    id: `service ${unit}`,
    host: 'fred',
    type: 'service',
    target: unit,
    unit,
    action: 'reload',
    attributes: [],
    notify: [],
  }) as unknown as PlannedChange;
const planOf = (...changes: PlannedChange[]): PlannedHost => ({
  host: 'fred',
  address: '10.0.0.1',
  os: 'test',
  changes,
});

const classed = (plan: PlannedHost, texts: Omit<OwnTexts, 'host'>, there?: KeepalivedThere) => {
  const whole = { hosts: [withWholeTexts(plan, texts, there)] } as FullPlan;
  const { hosts } = classify(whole, {
    inventory: { vips: [], services: [], secrets: new Secrets() },
    holders: new Set(),
  });
  return hosts[0]?.changes.map(({ target, disruption, notes }) => [
    target,
    disruption?.class,
    [...(disruption?.ends ?? []), ...(disruption?.alters ?? [])],
    notes ?? [],
  ]);
};

const main = '/etc/haproxy/haproxy.cfg';
const part = '/etc/haproxy/conf.d/a.cfg';
const www = 'frontend www\n bind :80\n default_backend web\n';
const web = 'backend web\n server a 10.0.0.1:1\n';
const haproxy = (first: string, second: string) => [
  { file: main, text: first },
  { file: part, text: second },
];

test('a section that moves from a file to another ends nothing', () => {
  const plan = planOf(
    change('haproxy', main, www + web, web),
    change('haproxy', part, '', www),
    reload('haproxy'),
  );
  expect(classed(plan, { haproxy: haproxy(web, www) })).toEqual([
    [main, 'rolling', [], []],
    [part, 'rolling', [], []],
    ['haproxy', 'rolling', [], []],
  ]);
});

test('what a file inherits from the defaults of another is a change of it, said once', () => {
  const defaults = (mode: string) => `defaults\n mode ${mode}\n`;
  const plan = planOf(change('haproxy', main, defaults('tcp'), defaults('http')), reload('haproxy'));
  const [row] = classed(plan, { haproxy: haproxy(defaults('http'), www) }) ?? [];
  expect(row).toEqual([main, 'rolling', ['*:80 is answered in mode http instead of tcp'], []]);
});

const conf = '/etc/keepalived/keepalived.conf';
const vips = '/etc/keepalived/vips.conf';
const instance = (id: number, address = '10.0.0.9') =>
  `vrrp_instance V {\n virtual_router_id ${id}\n virtual_ipaddress {\n ${address}\n }\n}\n`;
const keepalived = (first: string, second: string) => ({
  main: conf,
  files: new Map([
    [conf, first],
    [vips, second],
  ]),
});
const include = 'global_defs {\n router_id a\n}\ninclude vips.conf\n';

test.each([
  [
    'an edit of the file that includes',
    include.replace('id a', 'id b'),
    include,
    instance(5),
    instance(5),
    'rolling',
  ],
  ['an edit of what is included', include, include, instance(6), instance(5), 'outage'],
  [
    'an instance that moves into the file that includes',
    include + instance(5),
    include,
    '# none\n',
    instance(5),
    'rolling',
  ],
])('keepalived: %s', (_, first, firstWas, second, secondWas, kind) => {
  const changes = [
    ...(first === firstWas ? [] : [change('keepalived', conf, firstWas, first)]),
    ...(second === secondWas ? [] : [change('keepalived', vips, secondWas, second)]),
  ];
  const found = classed(planOf(...changes, reload('keepalived')), { keepalived: keepalived(first, second) });
  expect(found?.map(([, one, ends]) => [one, ends])).toEqual(found?.map(() => [kind, []]));
});

test('where a file is not known, or too long to be, each is judged by itself', () => {
  const gone = 'include gone.conf\n';
  const plan = planOf(change('keepalived', conf, gone, `${gone}# x\n`));
  expect(withWholeTexts(plan, { keepalived: keepalived(gone, '') })).toEqual(plan);
  const long = planOf(change('haproxy', main, '(300000 bytes, sha256 00ff)\n', www));
  expect(withWholeTexts(long, { haproxy: haproxy(www, web) })).toEqual(long);
});

/** keepalived.conf of the hand-made pairs, each by itself: what includes others, or asks for its host, is another matter. */
const written = readdirSync('test/adopted', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('/keepalived.conf'))
  .map((name): [string, string] => [name, readFileSync(join('test/adopted', name), 'utf8')])
  .filter(([, text]) => instances(text).unsure === undefined);

describe.each(written)('what is read of %s, with a script that is pushed beside it,', (_, text) => {
  const place = '/etc/keepalived/keepalived.conf';
  const script = '/etc/keepalived/tell.sh';
  const wholeOf = (to: string) => {
    const plan = planOf(change('keepalived', place, text, to));
    const files = new Map([
      [place, to],
      [script, '#!/bin/sh\n'],
    ]);
    return withWholeTexts(plan, { keepalived: { main: place, files } }).changes[0]?.raw;
  };

  test('is what stands in it', () => {
    const all = (one: string) => {
      const { instances: found, ...rest } = instances(one);
      return [[...found.values()], rest];
    };
    const whole = wholeOf(`${text}\nvrrp_script more {\n script /bin/true\n}\n`);
    expect(all(whole?.from ?? '')).toEqual(all(text));
  });

  test.each<[string, RegExp, string]>([
    ['a VRID', /(virtual_router_id\s+)\d+/, '$1199'],
    ['a password', /(auth_pass\s+)\S+/, '$1another'],
    ['an advert interval', /(advert_int\s+)\d+/, '$17'],
    ['a priority', /(priority\s+)\d+/, '$13'],
    ['no more notify', /notify\w*\s+.*/, ''],
  ])('is edited by %s: the same becomes of it', (_edit, from, to) => {
    const edited = text.replace(from, to);
    if (edited === text) return;
    const whole = wholeOf(edited);
    expect(compareConfigs(whole?.from ?? '', whole?.to ?? '')).toEqual(compareConfigs(text, edited));
  });
});

test('most of them are looked at', () => expect(written.length).toBeGreaterThan(15));

describe('of files that are haprov’s from now on', () => {
  const conf = '/etc/keepalived/keepalived.conf';
  const included = '/etc/keepalived/conf.d/vips.conf';
  const vrrp = (priority: string) =>
    `vrrp_instance web {\n  interface eth0\n  virtual_router_id 51\n  priority ${priority}\n  virtual_ipaddress {\n    10.0.0.9\n  }\n}\n`;
  const gone = (unit: string, target: string, from: string) => ({
    ...change(unit, target, from, ''),
    raw: { from, to: null },
  });

  test('a listener moves from a file that the run takes away into haproxy.cfg: nothing ends', () => {
    const plan = planOf(
      change('haproxy', main, web, www + web),
      gone('haproxy', part, www),
      reload('haproxy'),
    );
    expect(classed(plan, {})?.flatMap(([, , ends]) => ends)).toEqual([]);
  });

  test('what keepalived.conf included and the run takes away is known', () => {
    const plan = planOf(
      change('keepalived', conf, 'include conf.d/*.conf\n', vrrp('100')),
      gone('keepalived', included, vrrp('100')),
      reload('keepalived'),
    );
    expect(classed(plan, {})?.map(([, kind]) => kind)).toEqual(['rolling', 'rolling', 'rolling']);
  });

  test('what is included and stays where it is nobody knows: the worst is assumed', () => {
    const plan = planOf(
      change('keepalived', conf, 'include conf.d/*.conf\n', vrrp('100')),
      reload('keepalived'),
    );
    expect(classed(plan, {})?.map(([, kind]) => kind)).toEqual(['outage', 'outage']);
  });

  test('one file for both hosts: the lines of the other host are not this one’s', () => {
    const both = vrrp('100').replace('  priority 100', '  @fred priority 100\n  @ethyl priority 90');
    const plan = planOf(change('keepalived', conf, both, vrrp('100')), reload('keepalived'));
    expect(classed(plan, {})?.map(([, kind]) => kind)).toEqual(['rolling', 'rolling']);
  });
});

describe('what the host’s keepalived.conf includes, and the inventory has no more,', () => {
  const folder = '/etc/keepalived/conf.d';
  const globals = 'global_defs {\n router_id a\n}\n';
  const includes = `${globals}include conf.d/*.conf\n`;
  const named = (name: string, id: number, address: string, line = '') =>
    `vrrp_instance ${name} {\n virtual_router_id ${id}\n${line} virtual_ipaddress {\n ${address}\n }\n}\n`;
  const [a, b] = [named('A', 5, '10.0.0.9'), named('B', 6, '10.0.0.10')];
  const there = (
    files: Record<string, string> = {},
    more: Partial<KeepalivedThere> = {},
  ): KeepalivedThere => ({
    configId: 'fred',
    files: new Map(Object.entries({ [conf]: includes, ...files })),
    searched: new Set([`${folder}/*.conf`]),
    ...more,
  });
  const both = { [`${folder}/a.conf`]: a, [`${folder}/b.conf`]: b };
  const whenIncludeLeaves = (to: string, onHost?: KeepalivedThere) =>
    classed(
      planOf(change('keepalived', conf, includes, to), reload('keepalived')),
      { keepalived: { main: conf, files: new Map([[conf, to]]) } },
      onHost,
    )?.map(([, kind, ends]) => [kind, ends]);

  test('runs until then: what moves into keepalived.conf is what runs', () => {
    expect(whenIncludeLeaves(globals + a + b, there(both))).toEqual([
      ['rolling', []],
      ['rolling', []],
    ]);
  });

  test('runs until then: an address that nobody has any more ends', () => {
    expect(whenIncludeLeaves(globals + a, there(both))?.[0]).toEqual([
      'pair-synchronous',
      ['VIP B 10.0.0.10 is held by nobody any more'],
    ]);
  });

  test('runs until then: what takes over the address of another begins anew', () => {
    const other = named('C', 7, '10.0.0.10');
    expect(whenIncludeLeaves(globals + a + other, there(both))?.[0]).toEqual(['outage', []]);
  });

  test.each<[string, KeepalivedThere | undefined]>([
    ['nobody could ask the host', undefined],
    ['nobody has looked where it is', there({}, { searched: new Set() })],
  ])('is not known where %s: the worst is assumed, whatever else stands in keepalived.conf', (_, onHost) => {
    expect(
      whenIncludeLeaves(`${globals}${named('A', 5, '10.0.0.9', ' @fred priority 90\n')}`, onHost),
    ).toEqual([
      ['outage', []],
      ['outage', []],
    ]);
  });

  test('is not read any more where it leaves the folder, or another pattern leaves it out', () => {
    const keepalived = { main: conf, files: new Map([[conf, includes]]) };
    const gone = { ...change('keepalived', `${folder}/b.conf`, b, ''), raw: { from: b, to: null } };
    const plan = planOf(gone, reload('keepalived'));
    const lost = ['VIP B 10.0.0.10 is held by nobody any more'];
    expect(classed(plan, { keepalived }, there(both))?.[0]?.[2]).toEqual(lost);
    const fewer = `${globals}include conf.d/a*.conf\n`;
    const searched = new Set([`${folder}/*.conf`, `${folder}/a*.conf`]);
    expect(whenIncludeLeaves(fewer, there(both, { searched }))?.[0]?.[1]).toEqual(lost);
  });

  test('and that a task of a playbook takes away ends nothing that goes on elsewhere', () => {
    const keepalived = { main: conf, files: new Map([[conf, includes + b]]) };
    const gone = { ...change('keepalived', `${folder}/b.conf`, b, ''), raw: { from: b, to: null } };
    const plan = planOf(change('keepalived', conf, includes, includes + b), gone, reload('keepalived'));
    expect(classed(plan, { keepalived }, there(both))?.map(([, kind, ends]) => [kind, ends])).toEqual([
      ['rolling', []],
      ['rolling', []],
      ['rolling', []],
    ]);
  });

  test('goes on where the pattern that matches it stays', () => {
    const to = includes.replace('router_id a', 'router_id b');
    expect(whenIncludeLeaves(to, there(both))).toEqual([
      ['rolling', []],
      ['rolling', []],
    ]);
  });

  test('comes back with a pattern that matches it', () => {
    const keepalived = { main: conf, files: new Map([[conf, includes]]) };
    const plan = planOf(change('keepalived', conf, globals + a, includes), reload('keepalived'));
    const onHost = there({ [conf]: globals + a, ...both });
    expect(withWholeTexts(plan, { keepalived }, onHost).changes[0]?.raw?.to).toContain('vrrp_instance B');
  });

  test('has the lines of the host as keepalived itself is called', () => {
    const ours = named('A', 5, '10.0.0.9', ' @node1 priority 90\n @node2 priority 100\n');
    const onHost = there({ [`${folder}/a.conf`]: ours }, { configId: 'node2' });
    const plan = planOf(change('keepalived', conf, includes, globals + ours), reload('keepalived'));
    const files = new Map([[conf, globals + ours]]);
    expect(withWholeTexts(plan, { keepalived: { main: conf, files } }, onHost).changes[0]?.raw?.to).toContain(
      'priority 100',
    );
  });
});

test('a listener moves into haproxy.cfg of the user’s own from a file that a playbook takes away: nothing ends', () => {
  const plan = planOf(
    change('haproxy', main, web, www + web),
    { ...change('haproxy', part, www, ''), raw: { from: www, to: null } },
    reload('haproxy'),
  );
  const own = { haproxy: [{ file: main, text: www + web }] };
  expect(classed(plan, own)?.flatMap(([, , ends]) => ends)).toEqual([]);
});
