import { runningVips } from '../../src/ha/running-vips';
import type { Host, Vip } from '../../src/inventory/inventory';
import type { PlannedChange, PlannedHost } from '../../src/plan/plan';
import { conf, instance } from './conf';

const hosts = ['fred', 'ethyl'].map((name) => ({ name }) as Host);
const vip = (name: string, address: string) =>
  ({ name, address, members: hosts.map((host) => ({ host, priority: 1 })) }) as Vip;
const planned = (from: string | null, names = ['fred', 'ethyl']) => ({
  hosts: names.map(
    (host): PlannedHost => ({
      host,
      address: '',
      os: '',
      changes: [{ target: '/etc/keepalived/keepalived.conf', raw: { from, to: 'x' } } as PlannedChange],
    }),
  ),
});
const shown = (vips: ReturnType<typeof runningVips>) =>
  vips.map(({ name, address, members }) => [name, address, ...members.map(({ host }) => host.name)]);
const both = ['fred', 'ethyl'];

test.each<[string, Vip[], ReturnType<typeof planned>, string[][]]>([
  ['no conf changes', [vip('router37', '10.0.0.200')], { hosts: [] }, [['router37', '10.0.0.200', ...both]]],
  [
    'another setting changes',
    [vip('router37', '10.0.0.200')],
    planned(conf()),
    [['router37', '10.0.0.200', ...both]],
  ],
  [
    'the address changes',
    [vip('router37', '10.0.0.9')],
    planned(conf()),
    [['router37', '10.0.0.200', ...both]],
  ],
  [
    'a new one',
    [vip('router37', '10.0.0.200'), vip('more', '10.0.0.9')],
    planned(conf()),
    [['router37', '10.0.0.200', ...both]],
  ],
  ['hosts that have none yet', [vip('router37', '10.0.0.200')], planned(null), []],
  [
    'one host is as it is to be',
    [vip('router37', '10.0.0.9')],
    planned(conf(), ['fred']),
    [
      ['router37', '10.0.0.9', ...both],
      ['router37', '10.0.0.200', 'fred'],
    ],
  ],
  [
    'another name, the same address',
    [vip('other', '10.0.0.200')],
    planned(conf()),
    [['other', '10.0.0.200', ...both]],
  ],
  [
    'one that goes',
    [vip('router37', '10.0.0.200')],
    planned(conf() + instance({ name: 'old', id: 9, vips: ['fe80::1', '10.0.0.9/24 dev eth1'] })),
    [
      ['router37', '10.0.0.200', ...both],
      ['old', '10.0.0.9', ...both],
    ],
  ],
])('%s', (_, vips, plan, expected) => expect(shown(runningVips(vips, plan))).toEqual(expected));
