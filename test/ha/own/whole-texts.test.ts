import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify } from '../../../src/ha/disruption';
import { compareConfigs } from '../../../src/ha/keepalived-change';
import { instances } from '../../../src/ha/keepalived-config';
import type { OwnTexts } from '../../../src/ha/own/reading';
import { withWholeTexts } from '../../../src/ha/own/whole-texts';
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

const classed = (plan: PlannedHost, texts: Omit<OwnTexts, 'host'>) => {
  const whole = { hosts: [withWholeTexts(plan, texts)] } as FullPlan;
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
