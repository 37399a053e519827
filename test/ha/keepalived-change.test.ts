import { compareConfigs, goesByNames } from '../../src/ha/keepalived-change';
import { instances, readConfig, type Statement } from '../../src/ha/keepalived-config';
import { worstFirst } from '../../src/plan/disruption';
import fc from '../support/property';
import { conf, instance } from './conf';

const base = conf();
const secret = conf({ auth: 'geheim' });
const two = base + instance({ name: 'router38', id: 38, vips: ['10.0.0.201'] });

type Case = [name: string, from: string, to: string, kind: string, seconds: number | null, what: string];
const cases: Case[] = [
  ['a comment', base, `# new\n! too\n${base}`, 'rolling', 0, 'only layout or comments'],
  [
    'a comment within a line',
    base,
    base.replace('priority 101', 'priority 101 # first'),
    'rolling',
    0,
    'only',
  ],
  ['spaces and tabs', base, base.replace(/ {4}/g, '\t'), 'rolling', 0, 'only layout'],
  ['carriage returns', base, base.replace(/\n/g, '\r\n'), 'rolling', 0, 'only layout'],
  ['braces on lines of their own', base, base.replace(/ \{/g, '\n{'), 'rolling', 0, 'only layout'],
  ['quotes', base, base.replace('interface eth0', 'interface "eth0"'), 'rolling', 0, 'only layout'],
  [
    'the order of settings',
    base,
    base.replace(/( +state MASTER\n)( +interface eth0\n)/, '$2$1'),
    'rolling',
    0,
    'only',
  ],
  ['the prefix that is meant anyway', base, conf({ vips: ['10.0.0.200/32'] }), 'rolling', 0, 'only layout'],
  [
    'the device that is meant anyway',
    base,
    conf({ vips: ['10.0.0.200 dev eth0'] }),
    'rolling',
    0,
    'only layout',
  ],
  [
    'an IPv6 address, written otherwise',
    conf({ vips: ['2001:DB8:0::1'] }),
    conf({ vips: ['2001:db8::1/128'] }),
    'rolling',
    0,
    'only',
  ],
  [
    'the order of VIPs',
    conf({ vips: ['10.0.0.1', '10.0.0.2'] }),
    conf({ vips: ['10.0.0.2', '10.0.0.1'] }),
    'rolling',
    0,
    'only',
  ],
  [
    'the order of instances',
    two,
    conf().replace(
      'vrrp_instance',
      `${instance({ name: 'router38', id: 38, vips: ['10.0.0.201'] })}vrrp_instance`,
    ),
    'rolling',
    0,
    'only',
  ],
  [
    'a password beyond its 8th character',
    conf({ auth: 'abcdefghi' }),
    conf({ auth: 'abcdefghj' }),
    'rolling',
    0,
    'only',
  ],
  [
    'an advert_int that is meant anyway',
    base,
    base.replace('    advert_int 1\n', ''),
    'rolling',
    0,
    'only layout',
  ],
  ['the priority', base, conf({ priority: 99 }), 'rolling', 0, 'priority 101 → 99, which may move the VIP'],
  ['the state', base, base.replace('MASTER', 'BACKUP'), 'rolling', 0, 'state changes'],
  ['nopreempt', base, conf({ more: 'nopreempt' }), 'rolling', 0, 'nopreempt changes'],
  ['the check script', base, conf({ script: 'interval 5' }), 'rolling', 0, 'a check script changes'],
  [
    'a tracked script less',
    base,
    base.replace(/ {4}track_script \{[^}]*\}\n/, ''),
    'rolling',
    0,
    'track_script changes',
  ],
  ['the router_id', base, conf({ globals: 'router_id ethyl' }), 'rolling', 0, 'router_id changes'],
  ['the seed’s lvs_id', conf({ globals: 'lvs_id haproxy_DH' }), base, 'rolling', 0, 'lvs_id changes'],
  [
    'a sync group',
    base,
    `${base}vrrp_sync_group g {\n group {\n router37\n }\n}\n`,
    'rolling',
    0,
    'vrrp_sync_group',
  ],
  [
    'an instance that begins in a sync group of one that runs',
    base,
    `${base}${instance({ name: 'router38', id: 38, vips: ['10.0.0.201'] })}vrrp_sync_group g {\n group {\n router37\n router38\n }\n}\n`,
    'outage',
    3.8,
    'begins in a sync group whose others run',
  ],
  [
    'running instances that come together',
    two,
    `${two}vrrp_sync_group g {\n group {\n router37\n router38\n }\n}\n`,
    'rolling',
    0,
    'vrrp_sync_group changes, which may move the VIP',
  ],
  [
    'an instance that leaves its sync group and is gone',
    `${two}vrrp_sync_group g {\n group {\n router37\n router38\n }\n}\n`,
    base,
    'pair-synchronous',
    0,
    'vrrp_instance removed',
  ],
  [
    'a virtual_server',
    base,
    `${base}virtual_server 10.0.0.9 80 {\n}\n`,
    'rolling',
    null,
    'virtual_server changes',
  ],
  [
    'a VIP more',
    base,
    conf({ vips: ['10.0.0.200', '10.0.0.201'] }),
    'pair-synchronous',
    0,
    'the VIP list changes',
  ],
  [
    'an excluded address',
    base,
    conf({ more: ' virtual_ipaddress_excluded {\n 10.0.0.9\n }' }),
    'rolling',
    0,
    'virtual_ipaddress_excluded changes',
  ],
  [
    'an excluded address that goes to another instance',
    conf({ more: ' virtual_ipaddress_excluded {\n 10.0.0.9\n }' }) +
      instance({ name: 'router38', id: 38, vips: ['10.0.0.201'] }),
    conf() +
      instance({
        name: 'router38',
        id: 38,
        vips: ['10.0.0.201'],
        more: ' virtual_ipaddress_excluded {\n 10.0.0.9\n }',
      }),
    'outage',
    3.8,
    'the VIP moves to another vrrp_instance',
  ],
  ['another VIP', base, conf({ vips: ['10.0.0.201'] }), 'pair-synchronous', 0, 'the VIP list changes'],
  ['the prefix of a VIP', base, conf({ vips: ['10.0.0.200/24'] }), 'pair-synchronous', 0, 'the VIP list'],
  [
    'the label of a VIP',
    base,
    conf({ vips: ['10.0.0.200 label eth0:1'] }),
    'pair-synchronous',
    0,
    'the VIP list',
  ],
  [
    'a VIP more and the priority',
    base,
    conf({ vips: ['10.0.0.200', '10.0.0.201'], priority: 9 }),
    'pair-synchronous',
    0,
    'VIP list',
  ],
  ['an instance more', base, two, 'pair-synchronous', 0, 'router38: vrrp_instance added'],
  ['an instance less', two, base, 'pair-synchronous', 0, 'router38: vrrp_instance removed'],
  ['the first instance', '', base, 'pair-synchronous', 0, 'vrrp_instance added'],
  ['the last instance', base, 'global_defs {\n}\n', 'pair-synchronous', 0, 'vrrp_instance removed'],
  ['a password more', base, secret, 'pair-synchronous', 0, 'authentication is added'],
  ['another password', secret, conf({ auth: 'anders' }), 'pair-synchronous', 0, 'authentication changes'],
  ['a password less', secret, base, 'pair-synchronous', 0, 'authentication is removed'],
  [
    'the type of authentication',
    secret,
    secret.replace('PASS', 'AH'),
    'pair-synchronous',
    0,
    'authentication changes',
  ],
  ['advert_int', base, conf({ advert: 2 }), 'pair-synchronous', 0, 'advert_int 1 → 2'],
  [
    'unicast peers',
    base,
    conf({ more: 'unicast_peer {\n10.0.0.2\n}' }),
    'pair-synchronous',
    0,
    'the unicast peers change',
  ],
  [
    'vrrp_version',
    base,
    conf({ globals: 'vrrp_version 3' }),
    'pair-synchronous',
    null,
    'vrrp_version changes',
  ],
  [
    'an unknown setting',
    base,
    conf({ more: 'frobnicate yes' }),
    'pair-synchronous',
    null,
    'effect is not known',
  ],
  ['an unknown global', base, conf({ globals: 'frobnicate' }), 'pair-synchronous', null, 'no known effect'],
  ['an unknown block', base, `${base}frobnicate {\n}\n`, 'pair-synchronous', null, 'no known effect'],
  ['virtual_router_id', base, conf({ id: 38 }), 'outage', 3.8, 'virtual_router_id 37 → 38'],
  [
    'virtual_router_id, slow adverts',
    conf({ advert: 3 }),
    conf({ advert: 3, id: 38 }),
    'outage',
    9.8,
    '37 → 38',
  ],
  [
    'virtual_router_id, low priority',
    conf({ priority: 1 }),
    conf({ priority: 1, id: 38 }),
    'outage',
    4.2,
    '37 → 38',
  ],
  ['no virtual_router_id', base.replace(/ +virtual_router_id 37\n/, ''), base, 'outage', 3.8, 'none → 37'],
  [
    'virtual_router_id of one of two',
    two,
    two.replace('id 38', 'id 39'),
    'outage',
    3.8,
    'router38: virtual_router_id 38 → 39',
  ],
  ['the interface', base, base.replace('eth0', 'eth1'), 'outage', 3.8, 'the interface changes'],
  ['a vmac', base, conf({ more: 'use_vmac' }), 'outage', 3.8, 'the use_vmac changes'],
  [
    'the name of an instance',
    base,
    conf({ name: 'other' }),
    'rolling',
    0,
    'other: a vrrp_instance is renamed, and goes on',
  ],
  [
    'the name of an instance, and its VIP list',
    base,
    conf({ name: 'other', vips: ['10.0.0.200', '10.0.0.201'] }),
    'pair-synchronous',
    0,
    'other: the VIP list changes',
  ],
  [
    'the name of an instance, and its interface',
    base,
    conf({ name: 'other' }).replace('eth0', 'eth1'),
    'outage',
    3.8,
    'the VIP moves to another vrrp_instance',
  ],
  [
    'the name of an instance in a sync group',
    `${base}vrrp_sync_group g {\n group {\n router37\n }\n}\n`,
    `${conf({ name: 'other' })}vrrp_sync_group g {\n group {\n other\n }\n}\n`,
    'outage',
    3.8,
    'the VIP moves to another vrrp_instance',
  ],
  [
    'a brace that is not closed, before',
    `${base}x {\n`,
    base,
    'outage',
    null,
    'as it is on the host could not be read (a "{" is not closed)',
  ],
  [
    'a brace that is not closed, after',
    base,
    `${base}x {\n`,
    'outage',
    null,
    'as it will be could not be read',
  ],
  ['a brace that closes nothing', `${base}}\n`, base, 'outage', null, 'a "}" closes nothing'],
  ['a brace of nothing', `{\n}\n${base}`, base, 'outage', null, 'a "{" belongs to nothing'],
  ['an open quote', base.replace('eth0', '"eth0'), base, 'outage', null, 'a quote is not closed'],
  ['one name twice', base + instance(), base, 'outage', null, 'two vrrp_instances have one name'],
  ['an include', `include conf.d/*.conf\n${base}`, base, 'outage', null, 'it includes other files'],
  [
    'a line for some hosts',
    base.replace('priority 101', '@fred priority 101'),
    base,
    'outage',
    null,
    '@, $ or ~ words',
  ],
  ['a definition', `$ID=37\n${base.replace('id 37', 'id $ID')}`, base, 'outage', null, '@, $ or ~ words'],
  [
    'a file too long to be fetched',
    `(300000 bytes, sha256 ${'0'.repeat(64)})\n`,
    base,
    'outage',
    null,
    'it is too long',
  ],
];

test('a comment that ends with a backslash hides nothing', () => {
  const commented = (text: string) => text.replace(/^( +)(virtual_router_id)/m, '# \\\n$1$2');
  expect(compareConfigs(commented(base), commented(conf({ id: 38 })))[0]).toMatchObject({ class: 'outage' });
});

test.each(cases)('%s', (_, from, to, kind, seconds, what) => {
  const [worst] = worstFirst(compareConfigs(from, to));
  expect(worst).toMatchObject({ class: kind, seconds });
  expect(worst?.what).toContain(what);
});

test.each([
  [
    conf({ name: 'other', id: 38 }),
    'call it router37 with virtualRouterId 37 instead of other, as the running vrrp_instance is called, and no outage is needed',
  ],
  [conf({ name: 'other' }), 'call it router37 instead of other, as the running vrrp_instance is called'],
  [conf({ id: 38 }), 'with virtualRouterId 37, as it runs, no outage is needed'],
])('an outage that need not be names its remedy, before keepalived 1.3', (to, remedy) => {
  expect(worstFirst(compareConfigs(base, to, goesByNames('1.2.13')))[0]?.aside).toContain(remedy);
});

test.each([undefined, '1.3.5', '2.2.8'])('keepalived %s goes by no name', (version) => {
  expect(goesByNames(version)).toBe(false);
});

test('a name that could be anything is no remedy', () => {
  const [worst] = worstFirst(compareConfigs(conf({ name: '"a b"' }), base, true));
  expect(worst?.aside).not.toContain('call it');
});

test('an unchanged include hides nothing that changes in layout only', () => {
  expect(compareConfigs(`include a\n${base}`, `# x\ninclude a\n${base}`)[0]).toMatchObject({
    class: 'rolling',
  });
});

test('nothing secret is said, whatever happens to a password', () => {
  const texts = [
    secret,
    conf({ auth: 'anders99' }),
    base,
    conf({ auth: 'geheim' }).replace('auth_pass ', 'auth_pass\n'),
  ];
  for (const odd of ['geheim yes', 'vrrp_x geheim', 'auth_pass geheim']) {
    texts.push(conf({ more: odd }), conf({ globals: odd }), `${base}${odd} {\n}\n`, `${base}${odd} {\n`);
  }
  for (const from of texts)
    for (const to of texts) expect(JSON.stringify(compareConfigs(from, to))).not.toMatch(/geheim|anders99/);
});

test('an instance, read', () => {
  const text = conf({
    auth: 'x',
    vips: ['10.0.0.2 dev eth1', '10.0.0.1/24'],
    more: 'unicast_peer {\n10.0.0.9\n}\nnopreempt',
  });
  const read = instances(text);
  expect(read.instances.get('router37')).toMatchObject({
    interface: 'eth0',
    virtualRouterId: 37,
    priority: 101,
    advertInterval: 1,
    state: 'MASTER',
    nopreempt: true,
    addresses: ['10.0.0.1/24', '10.0.0.2/32 dev eth1'],
    unicastPeers: ['10.0.0.9'],
    trackScripts: ['check'],
  });
  expect([...read.scripts.keys()]).toEqual(['check']);
  expect([...read.globals.keys()]).toEqual(['router_id']);
});

const reading: [string, string, Statement[]][] = [
  [
    'escapes and continued lines',
    'a \\#b \\\n c "d # \\" e" # f',
    [{ keyword: 'a', args: ['\\#b', 'c', 'd # \\" e'] }],
  ],
  ['several continued lines', 'a \\\nb \\\r\nc', [{ keyword: 'a', args: ['b', 'c'] }]],
  ['a quoted brace', 'a "{" b', [{ keyword: 'a', args: ['{', 'b'] }]],
  [
    'a block on one line',
    'a x{ b 1 } c',
    [
      { keyword: 'a', args: ['x'], children: [{ keyword: 'b', args: ['1'] }] },
      { keyword: 'c', args: [] },
    ],
  ],
  ['a backslash at the end', 'a \\', [{ keyword: 'a', args: ['\\'] }]],
];
test.each(reading)('reads %s', (_, text, statements) => {
  expect(readConfig(text)).toEqual({ statements });
});

describe('whatever the text', () => {
  const words = [
    'vrrp_instance',
    'v',
    '{',
    '}',
    '"',
    '\\',
    '#',
    '!',
    '\n',
    '\r',
    ' ',
    '$A=1',
    '@x',
    'virtual_ipaddress',
    'include',
    '10.0.0.1/',
    '::1%e',
    '\0',
  ];
  const torn = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(' ')),
    fc.nat(two.length).map((end) => two.slice(0, end)),
  );
  test('reading and comparing never throw', () => {
    fc.assert(
      fc.property(torn, torn, (from, to) => {
        for (const effect of compareConfigs(from, to)) expect(effect.what).not.toBe('');
      }),
      { numRuns: 1000 },
    );
    expect(readConfig('a {\n'.repeat(100_000)).unreadable).toContain('too deeply');
  });

  test('an edit of layout is never worse than rolling', () => {
    const vips = ['10.0.0.1', '10.0.0.2/24', '2001:db8::1', '10.0.0.3 dev eth1 label x'];
    const blank = fc.constantFrom(' ', '\t', '  ');
    const after = fc.constantFrom('', ' ', ' # why', ' ! why {', '\n', '\n# a } "\n', '\r');
    fc.assert(
      fc.property(
        fc.shuffledSubarray(vips, { minLength: 4 }),
        blank,
        fc.array(after, { minLength: 8 }),
        (order, space, tails) => {
          const from = conf({ vips, auth: 'geheim' });
          const to = conf({ vips: order, auth: 'geheim' })
            .split('\n')
            .map((row, index) => row.replace(/ +/g, space) + tails[index % tails.length])
            .join('\n');
          expect(compareConfigs(from, to)).toEqual([
            expect.objectContaining({ class: 'rolling', seconds: 0 }),
          ]);
        },
      ),
    );
  });
});
