import { adopt } from '../../src/adopt/adopted';
import { drainRows } from '../../src/adopt/drain';
import type { FoundHost } from '../../src/adopt/found-host';
import type { Inventory } from '../../src/inventory/inventory';
import { foundHost, known } from './found';

const conf = '/etc/keepalived/keepalived.conf';
const instance = (priority: number, more = '') =>
  `vrrp_instance web {\n  interface eth0\n  virtual_router_id 51\n  priority ${priority}\n  virtual_ipaddress {\n    10.0.0.9\n  }\n${more}}\n`;
const host = (name: string, text: string, files: Record<string, string> = {}) =>
  foundHost(name, { [conf]: text, ...files });

/** What the report says of two hosts whose VIP the inventory reads as `web`, 10.0.0.9. */
function rows(fred: FoundHost, ethyl: FoundHost, own: object = { keepalived: {} }): string[] {
  const members = [
    { host: { name: 'fred' }, priority: 101 },
    { host: { name: 'ethyl' }, priority: 100 },
  ];
  const inventory = { vips: [{ name: 'web', address: '10.0.0.9', members }], own };
  return drainRows(adopt(known(fred, ethyl)).hosts, inventory as unknown as Inventory);
}

test('nothing looks at a file: refused, with the edit that makes it work', () => {
  const told = rows(host('fred', instance(101)), host('ethyl', instance(100)));
  expect(told).toEqual([
    expect.stringMatching(
      /^- fred: refused: its keepalived\.conf has nothing .* keep VIP web \(10\.0\.0\.9\)$/,
    ),
    expect.stringMatching(/^- ethyl: refused: /),
    expect.stringMatching(/^- To make it work, add this block to its keepalived\.conf/),
    '  ```',
    '  vrrp_script not_drained {',
    expect.stringMatching(/^ {6}script "[^"]+"$/),
    '      interval 1',
    '      fall 1',
    '      rise 1',
    '      weight -253',
    '  }',
    '  ```',
    expect.stringMatching(/^ {2}and not_drained to the track_script of each vrrp_instance/),
  ]);
});

test('a script of its own that fails while a file is there, and haprov’s flag', () => {
  const script = (command: string) => `vrrp_script s {\n  script "${command}"\n  weight -50\n}\n`;
  const tracks = '  track_script {\n    s\n  }\n';
  expect(
    rows(
      host('fred', script('/etc/keepalived/up.sh') + instance(101, tracks), {
        '/etc/keepalived/up.sh': '#!/bin/sh\n[ ! -e /etc/keepalived/away ]\n',
      }),
      host('ethyl', script('/usr/bin/test ! -e /var/lib/haprov/drained') + instance(100, tracks)),
    ),
  ).toEqual(['- fred: works, by writing `/etc/keepalived/away`', '- ethyl: works, by haprov’s flag']);
});

test('what is written by haprov needs no word, and what cannot be read whole is said', () => {
  const including = host('fred', `include /nowhere/\${X}.conf\n${instance(101)}`);
  expect(rows(including, host('ethyl', instance(100)), {})).toEqual([]);
  expect(rows(including, host('ethyl', instance(100)))[0]).toMatch(/nobody can tell/);
});

test('a file that a boot takes away is named', () => {
  const script = 'vrrp_script s {\n  script "/usr/bin/test ! -e /run/maint"\n}\n';
  const text = script + instance(101, '  track_script {\n    s\n  }\n');
  expect(rows(host('fred', text), host('ethyl', text))).toContainEqual(
    expect.stringMatching(
      /^- fred: works, by writing `\/run\/maint`; but a boot of fred takes \/run\/maint away, /,
    ),
  );
});
