import type { Vip } from '../../src/inventory/inventory';
import { drainFlags, readWatched } from '../../src/pair/drain-flag';
import { drainMeansOf, howToWatch } from '../../src/pair/drain-means';
import { standDownFile } from '../../src/pair/stand-down-file';

const member = (name: string, priority: number) => ({ host: { name }, priority });
const members = [member('fred', 101), member('ethyl', 100)] as Vip['members'];
const vips = [
  { name: 'web', address: '192.0.2.10', members },
  { name: 'web2', address: '2001:db8::10', members },
];
const instance = (address: string, body: string) =>
  `vrrp_instance of_${address.replace(/[.:/]/g, '_')} {\n priority 101\n virtual_ipaddress {\n ${address} dev eth0\n }\n${body}\n}\n`;
const both = (body: string) => instance('192.0.2.10/24', body) + instance('2001:DB8::10', body);
const tracked = 'track_script {\n mine weight -10\n}';
const script = (command: string) => `vrrp_script mine {\n script "${command}"\n}\n`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

function means(text: string, scripts: Record<string, string> = {}, flag: string = drainFlags.drain) {
  const rows = [
    'host fred',
    'memory /',
    'memory /srv/memory',
    `config /etc/keepalived/keepalived.conf ${base64(text)}`,
    ...Object.entries(scripts).map(([path, content]) => `script ${path} ${base64(content)}`),
  ];
  const watched = readWatched(rows.join('\n'));
  if (!watched) throw new Error('it was not read');
  const found = drainMeansOf(vips, watched, { flag, host: 'fred' });
  return { ...found, unmovable: found.unmovable.map(({ vip, why }) => `${vip.name}: ${why}`) };
}
const names = ({ unmovable }: { unmovable: string[] }) => unmovable.map((one) => one.split(':')[0]);

const looking = { '/opt/check': '#!/bin/sh\n[ ! -e /var/lib/haprov/drained ]\n' };
test.each<[string, string, Record<string, string>, string[]]>([
  ['no script at all', both(''), {}, ['web', 'web2']],
  ['a script that looks at something else', script('/bin/true') + both(tracked), {}, ['web', 'web2']],
  [
    'a script that looks at the flag itself',
    script('/usr/bin/test ! -e /var/lib/haprov/drained') + both(tracked),
    {},
    [],
  ],
  ['a script whose file looks at it', script('/opt/check -v') + both(tracked), looking, []],
  ['one that nobody tracks', script('/opt/check') + both(''), looking, ['web', 'web2']],
  [
    'one instance of two',
    script('/opt/check') + instance('192.0.2.10', tracked) + instance('2001:db8::10', ''),
    looking,
    ['web2'],
  ],
  [
    'tracked by their group',
    `${script('/opt/check')}${both('')}vrrp_sync_group all {\n group {\n of_192_0_2_10_24\n of_2001_DB8__10\n }\n track_script {\n mine\n }\n}\n`,
    looking,
    [],
  ],
  [
    'a track file',
    `track_file out {\n file /var/lib/haprov/drained\n}\n${both('track_file {\n out weight -10\n}')}`,
    {},
    [],
  ],
  ['an address that is in no instance is not judged', instance('192.0.2.99', ''), {}, []],
  ['a configuration that cannot be read to its end', `${both('')}vrrp_instance open {`, {}, []],
  [
    'what it includes from elsewhere did not come with it',
    `include /opt/keepalived.conf\n${both('')}`,
    {},
    [],
  ],
])('the flag: %s', (_, text, scripts, unmovable) => {
  expect(names(means(text, scripts))).toEqual(unmovable);
});

test('a host without keepalived.conf is not judged', () => {
  expect(readWatched('')).toBeUndefined();
});

const one = (definition: string, tracks: string, more = '') =>
  `${definition}\n${instance('192.0.2.10', `${more}\n${tracks}`)}`;
const trackFile = (weight: string) =>
  one(`track_file mine {\n file /etc/keepalived/w\n ${weight}\n}`, 'track_file {\n mine\n}');
const standby = '/usr/bin/test ! -e /etc/keepalived/standby';

describe('what is the user’s own', () => {
  test.each<[string, string, object]>([
    [
      'a tracked file of weight 1',
      trackFile('weight 1'),
      { drainFiles: [{ path: '/etc/keepalived/w', content: '-253' }], byFault: false },
    ],
    ['no weight is 1', trackFile(''), { drainFiles: [{ content: '-253' }] }],
    ['of weight -2', trackFile('weight -2'), { drainFiles: [{ content: '126' }] }],
    ['of weight 2 reverse', trackFile('weight 2 reverse'), { drainFiles: [{ content: '126' }] }],
    ['of weight 500', trackFile('weight 500'), { drainFiles: [{ content: '-1' }], byFault: true }],
    ['of weight 0', trackFile('weight 0'), { drainFiles: [{ content: '1' }], byFault: true }],
    [
      'of weight 100, where nobody takes over for a lower priority',
      one(
        'track_file mine {\n file /etc/keepalived/w\n weight 100\n}',
        'track_file {\n mine\n}',
        'nopreempt',
      ),
      { drainFiles: [{ content: '-3' }], byFault: true },
    ],
    [
      'a script without weight',
      one(script(standby), 'track_script {\n mine\n}'),
      { drainFiles: [{ path: '/etc/keepalived/standby', content: 'drained by haprov' }], byFault: true },
    ],
    [
      'as the host’s name says',
      one(
        `vrrp_script mine {\n @ethyl script "/bin/true"\n @fred script "${standby}"\n interval 3\n fall 2\n}`,
        'track_script {\n mine\n}',
      ),
      { drainFiles: [{ path: '/etc/keepalived/standby' }], seconds: 6 },
    ],
    [
      'a script with a weight that is enough',
      one(script(standby), tracked),
      { byFault: false, unmovable: [] },
    ],
  ])('%s', (_, text, expected) => {
    expect(means(text)).toMatchObject({ ...expected, unmovable: [] });
  });

  test.each<[string, string, RegExp]>([
    [
      'a weight that is too small',
      one(`vrrp_script mine {\n script "${standby}"\n weight -1\n}`, 'track_script {\n mine\n}'),
      /vrrp_script mine takes only 1 off its priority of 101, and the next host has 100/,
    ],
    ['a weight with nopreempt', one(script(standby), tracked, 'nopreempt'), /with nopreempt nobody takes/],
    [
      'a weight in a sync group',
      `${one(script(standby), tracked)}vrrp_sync_group all {\n group {\n of_192_0_2_10\n }\n}\n`,
      /ignores the weight of vrrp_script mine, since of_192_0_2_10 is in vrrp_sync_group all/,
    ],
    [
      'a script the other way round',
      one(script(standby), 'track_script {\n mine weight 9 reverse\n}'),
      /nothing that looks/,
    ],
    [
      'haprov’s flag for something else',
      one(script('/usr/bin/test ! -e /var/lib/haprov/drained'), tracked),
      /nothing that looks/,
    ],
  ])('%s does not do', (_, text, why) => {
    const found = means(text, {}, drainFlags.run);
    expect(found.drainFiles).toEqual([]);
    expect(found.unmovable).toEqual([expect.stringMatching(why)]);
  });
});

const sh = '#!/bin/sh\n';
test.each<[string, string | undefined, Record<string, string>?]>([
  ['/usr/bin/test ! -e /etc/k/out', '/etc/k/out'],
  ['[ ! -f "/etc/k/out" ]', '/etc/k/out'],
  ['/bin/sh -c "test ! -e /etc/k/out && pgrep haproxy"', '/etc/k/out'],
  ['/bin/sh -c "test ! -e /etc/k/out || pgrep haproxy"', undefined],
  ['/usr/bin/test -e /etc/k/out', undefined],
  ['/usr/bin/killall -0 haproxy', undefined],
  ['/opt/c', undefined],
  ['/opt/c -v', '/srv/out', { '/opt/c': `${sh}[ -e /srv/out ] && exit 1\npgrep haproxy\n` }],
  ['/bin/bash /opt/c', '/srv/out', { '/opt/c': `#!/bin/bash\n[[ -f /srv/out ]] && exit 2\n` }],
  [
    '/opt/c',
    '/srv/out',
    { '/opt/c': `${sh}if [ -f /srv/out ]; then\n  logger away\n  exit 1\nfi\nexit 0\n` },
  ],
  ['/opt/c', '/srv/out', { '/opt/c': `${sh}test ! -e /srv/out || exit 1\nexit 0\n` }],
  ['/opt/c', '/srv/out', { '/opt/c': `${sh}[ ! -e /srv/out ] && curl -sf localhost\n` }],
  ['/opt/c', undefined, { '/opt/c': `${sh}# [ -e /srv/out ] && exit 1\nexit 0\n` }],
  ['/opt/c', undefined, { '/opt/c': `${sh}[ -e /srv/out ] && exit 0\nexit 1\n` }],
  ['/opt/c', undefined, { '/opt/c': `${sh}if [ -f /srv/out ]; then\n  exit 0\nelse\n  exit 1\nfi\n` }],
  ['/opt/c', undefined, { '/opt/c': `${sh}f() {\n  [ -e /srv/out ] && exit 1\n}\n` }],
  ['/opt/c', undefined, { '/opt/c': '#!/usr/bin/python3\n[ -e /srv/out ] && exit 1\n' }],
])('the file that makes a script fail: %s', (line, path, scripts = {}) => {
  expect(standDownFile(line, new Map(Object.entries(scripts)))).toBe(path);
});

test('the block that is advised moves VIPs by priority; on one line keepalived would read no weight', () => {
  const block = /^vrrp_script[\s\S]*^\}$/m.exec(howToWatch())?.[0] ?? '';
  const tracked = 'track_script {\n not_drained\n}';
  expect(means(`${block}\n${both(tracked)}`)).toMatchObject({
    unmovable: [],
    drainFiles: [],
    byFault: false,
  });
  expect(means(`${block.replace(/\s*\n\s*/g, ' ')}\n${both(tracked)}`)).toMatchObject({ byFault: true });
});

test.each<[string, string[]]>([
  ['/run/maint', ['/run/maint']],
  ['/var/run/maint', ['/var/run/maint']],
  ['/srv/memory/maint', ['/srv/memory/maint']],
  ['/srv/memory-not/maint', []],
  ['/etc/keepalived/maint', []],
])('whether a boot takes %s away', (path, lost) => {
  const text = script(`/usr/bin/test ! -e ${path}`) + both('track_script {\n mine weight 0\n}');
  expect(means(text).lostAtBoot).toEqual(lost);
});
