import { dirname, join } from 'node:path';
import { deafVips, drainFlagScript, readWatched } from '../../src/pair/drain-flag';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

const vips = [
  { name: 'web', address: '192.0.2.10' },
  { name: 'web2', address: '2001:db8::10' },
];
const instance = (address: string, body: string) =>
  `vrrp_instance of_${address.replace(/[.:/]/g, '_')} {\n virtual_ipaddress {\n ${address} dev eth0\n }\n${body}\n}\n`;
const both = (body: string) => instance('192.0.2.10/24', body) + instance('2001:DB8::10', body);
const tracked = 'track_script {\n mine weight -10\n}';
const script = (command: string) => `vrrp_script mine {\n script "${command}"\n}\n`;
const printed = (text: string, looking: string[] = []) =>
  [...looking.map((path) => `looks ${path}`), '=', Buffer.from(text).toString('base64')].join('\n');

test.each<[string, string, string[], string[]]>([
  ['no script at all', both(''), [], ['web', 'web2']],
  ['a script that looks at something else', script('/bin/true') + both(tracked), [], ['web', 'web2']],
  [
    'a script that looks at the flag itself',
    script('/usr/bin/test ! -e /var/lib/haprov/drained') + both(tracked),
    [],
    [],
  ],
  ['a script whose file looks at it', script('/opt/check -v') + both(tracked), ['/opt/check'], []],
  ['one that nobody tracks', script('/opt/check') + both(''), ['/opt/check'], ['web', 'web2']],
  [
    'one instance of two',
    script('/opt/check') + instance('192.0.2.10', tracked) + instance('2001:db8::10', ''),
    ['/opt/check'],
    ['web2'],
  ],
  [
    'tracked by their group',
    `${script('/opt/check')}${both('')}vrrp_sync_group all {\n group {\n of_192_0_2_10_24\n of_2001_DB8__10\n }\n ${tracked}\n}\n`,
    ['/opt/check'],
    [],
  ],
  [
    'a track file',
    `track_file out {\n file /var/lib/haprov/drained\n}\n${both('track_file {\n out weight -10\n}')}`,
    [],
    [],
  ],
  ['an address that is in no instance is not judged', instance('192.0.2.99', ''), [], []],
  ['a configuration that cannot be read to its end', `${both('')}vrrp_instance open {`, [], []],
  ['what it includes came with it', `include conf.d/*.conf\n${both('')}`, [], ['web', 'web2']],
  ['what it includes from elsewhere did not', `include /opt/keepalived.conf\n${both('')}`, [], []],
])('%s', (_, text, looking, deaf) => {
  const watched = readWatched(printed(text, looking));
  if (!watched) throw new Error('it was not read');
  expect(deafVips(vips, watched).map(({ name }) => name)).toEqual(deaf);
});

test('a host without keepalived.conf is not judged', () => {
  expect(readWatched('')).toBeUndefined();
});

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  test('the scripts on the host that look at the flag are found, and what is included is read', async () => {
    const box = new Sandbox(shell);
    try {
      const flag = join(dirname(box.host), 'state/drained');
      const check = box.write('/opt/check', `#!/bin/sh\n[ ! -e ${flag} ]\n`);
      const other = box.write('/opt/other', '#!/bin/sh\n');
      box.write('/etc/keepalived/keepalived.conf', `include conf.d/*.conf\n${script(`${check} -v`)}`);
      box.write(
        '/etc/keepalived/conf.d/more.conf',
        `vrrp_script two {\n script ${other}\n}\n${both(tracked)}`,
      );
      const watched = readWatched(await box.probe(drainFlagScript));
      expect(watched?.looking).toEqual([check]);
      expect(watched?.isWhole).toBe(true);
      expect(watched?.statements.map(({ keyword }) => keyword)).toEqual([
        'vrrp_script',
        'vrrp_script',
        'vrrp_instance',
        'vrrp_instance',
      ]);
    } finally {
      box.dispose();
    }
  });
});
