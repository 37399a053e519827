import type { EventBody } from '../../src/events/events';
import type { Host, Server, Service, Vip } from '../../src/inventory/inventory';
import type { Pair } from '../../src/pair/pair';
import type { PlannedChange, PlannedHost } from '../../src/plan/plan';
import { drain, drainServers, serversToDrain, undrain, undrainServers } from '../../src/rollout/drain';
import { FakeHost, type Scripted } from '../support/fake-host';

const service = (name: string, managed: string[], others: string[] = []) => {
  const hosts = managed.map((one) => ({ name: one })) as Host[];
  const servers = [...managed, ...others].map((one) => ({ name: one })) as Server[];
  return { name, backends: { servers, hosts } } as Service;
};
const fred = (action: string, target: string): PlannedHost => ({
  host: 'fred',
  address: '192.0.2.1',
  os: 'test',
  changes: [{ type: 'service', action, target, unit: target } as PlannedChange],
});
const none = { moved: new Set<string>(), later: [] };
const pair = service('web', ['fred', 'ethyl']);

describe('the servers that a host gives up for a restart', () => {
  test.each<[string, PlannedHost, Service[], string[], string[]]>([
    ['its own', fred('restart', 'httpd'), [pair], ['web/fred', 'web/ethyl'], ['web/fred']],
    [
      'of every service',
      fred('restart', 'httpd'),
      [pair, service('api', ['fred', 'lucy'])],
      ['web/ethyl', 'api/lucy'],
      ['web/fred', 'api/fred'],
    ],
    [
      'not where the other one is down, as of an active and a passive one',
      fred('restart', 'redis'),
      [pair],
      ['web/fred'],
      [],
    ],
    ['not where there is no other', fred('restart', 'httpd'), [service('web', ['fred'])], ['web/fred'], []],
    [
      'where the other one is not a host of ours',
      fred('restart', 'httpd'),
      [service('web', ['fred'], ['away'])],
      ['web/away'],
      ['web/fred'],
    ],
    [
      'not what another host serves',
      fred('restart', 'httpd'),
      [service('web', ['ethyl', 'lucy'])],
      ['web/ethyl', 'web/lucy'],
      [],
    ],
    ['not for a reload', fred('reload', 'httpd'), [pair], ['web/fred', 'web/ethyl'], []],
    [
      'not for what carries the traffic: its VIP goes',
      fred('restart', 'haproxy'),
      [pair],
      ['web/fred', 'web/ethyl'],
      [],
    ],
  ])('%s', (_, host, services, up, expected) => {
    expect(serversToDrain(host, services, new Set(up), none)).toEqual(expected);
  });
});

describe('a server that moves to another port', () => {
  const host = fred('reload', 'httpd');

  test('is given up by those who find another one: not by those who look for it where it was', () => {
    const both = new Set(['web/fred', 'web/ethyl']);
    const ethyl = { ...host, host: 'ethyl' };
    expect(serversToDrain(host, [pair], both, { moved: both, later: [ethyl] })).toEqual(['web/fred']);
    expect(serversToDrain(ethyl, [pair], both, { moved: both, later: [] })).toEqual([]);
  });
});

describe('a host that cannot be told', () => {
  const told: EventBody[] = [];
  beforeEach(() => {
    told.length = 0;
  });
  const rolloutOn = (fred: Scripted, ethyl: Scripted = { matches: '' }) => ({
    connections: new Map([
      ['fred', new FakeHost('fred', [fred])],
      ['ethyl', new FakeHost('ethyl', [ethyl])],
    ]),
    pair: { look: async () => new Map() } as unknown as Pair,
    leaseSeconds: 60,
    vips: [],
    emit: (event: EventBody) => void told.push(event),
  });
  const asked = (text: string): Scripted => ({
    matches: /\nkeepalived_and_flag \S+\n$/,
    stdout: text && `=\n${Buffer.from(text).toString('base64')}\n`,
  });
  const held = (host: string) => new Map([[host, { addresses: ['192.0.2.10'] }]]);
  const warnings = () => told.flatMap((event) => (event.type === 'message' ? [event] : []));
  const readOnly = { code: 1, stderr: 'rm: Read-only file system\n' };

  test('to give its VIP away is not touched', async () => {
    const rollout = rolloutOn({ matches: /^: >.*drain-for-run/, ...readOnly });
    rollout.connections.set(
      'fred',
      new FakeHost('fred', [asked(''), { matches: /^: >.*drain-for-run/, ...readOnly }]),
    );
    expect(await drain(rollout, 'fred')).toBe(
      'could not be drained, so it was not touched: rm: Read-only file system (exit code 1)',
    );
  });

  test('what its keepalived looks at is not touched', async () => {
    const rollout = rolloutOn({ matches: 'keepalived_and_flag', ...readOnly });
    expect(await drain(rollout, 'fred')).toMatch(
      /^could not be asked what .* Read-only file system \(exit code 1\)$/,
    );
  });

  test.each([
    ['is known before, and not touched', 'drained', /192\.0\.2\.10; track a vrrp_script/],
    ['by a script that does: it gives its VIP away', 'drain-for-run', undefined],
  ])('to look at the flag %s', async (_, file, fault) => {
    const vip = { address: '192.0.2.10', members: [{ host: { name: 'fred' } as Host }] } as Vip;
    const text = `vrrp_script own {
 script "/usr/bin/test ! -e /var/lib/haprov/${file}"
}
vrrp_instance web {
 virtual_ipaddress {
 192.0.2.10/24
 }
 track_script {
 own
 }
}
`;
    const fred = new FakeHost('fred', [asked(text), { matches: /^: >.*drain-for-run/ }]);
    const looks = [held('fred'), held('ethyl')];
    const rollout = {
      ...rolloutOn({ matches: '' }),
      vips: [vip],
      connections: new Map([['fred', fred]]),
      pair: { look: async () => looks.shift() ?? new Map(), holds: () => false } as unknown as Pair,
    };
    const said = await drain(rollout, 'fred');
    if (fault) expect(said).toMatch(fault);
    else expect(said).toBeUndefined();
    expect(fred.execs).toBe(fault ? 1 : 2);
  });

  test('to take its VIP back is named', async () => {
    await undrain(rolloutOn({ matches: 'rm -f', ...readOnly }), ['fred']);
    expect(warnings()).toMatchObject([
      {
        host: 'fred',
        level: 'warning',
        text: expect.stringMatching(/^could not take its drain flag away: rm: Read/),
      },
    ]);
  });

  const servers = ['web/lucy'];
  test.each([
    [
      'send no more',
      /\nset_servers drain web\/lucy >\/dev\/null\n$/,
      drainServers,
      /web\/lucy must not get new requests: exit code 1$/,
    ],
    [
      'send again',
      /\nready_servers web\/lucy >\/dev\/null\n$/,
      undrainServers,
      /web\/lucy get requests again: exit code 1$/,
    ],
  ])('to %s is named; one without HAProxy is not', async (_, matches, run, text) => {
    await run(rolloutOn({ matches, code: 1 }, { matches, code: 69 }), servers);
    expect(warnings()).toMatchObject([{ host: 'fred', text: expect.stringMatching(text) }]);
  });
});
