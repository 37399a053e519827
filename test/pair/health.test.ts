import type { Host, Vip } from '../../src/inventory/inventory';
import {
  hostProblems,
  type PairState,
  serverProblems,
  serversMissed,
  serversUp,
  vipProblems,
} from '../../src/pair/health';
import { type Observation, readObservation } from '../../src/pair/observe';

const csv = (...rows: string[]) =>
  ['# pxname,svname,scur,status,check_status,', ...rows].map((row) => `stat ${row}`).join('\n');
const printed = [
  'unit httpd active',
  'unit haproxy activating',
  'address 127.0.0.1',
  'address 192.168.56.200',
  'listen 0050',
  'listen 1F90',
  'drained yes',
  csv(
    'web,FRONTEND,1,OPEN,,',
    'web,fred,2,UP,L4OK,',
    'web,ethyl,0,DOWN,* L4CON,',
    'web,new,0,UP,INI,',
    'web,plain,0,no check,,',
    'web,BACKEND,2,UP,,',
  ),
].join('\n');

test('what a host prints is read, HAProxy’s columns by their names', () => {
  expect(readObservation(printed)).toEqual({
    units: { httpd: 'active', haproxy: 'activating' },
    addresses: ['127.0.0.1', '192.168.56.200'],
    listening: [80, 8080],
    frontends: [{ name: 'web', status: 'OPEN', sessions: 1, limit: 0 }],
    drained: true,
    servers: [
      { service: 'web', server: 'fred', status: 'UP', check: 'L4OK', sessions: 2 },
      { service: 'web', server: 'ethyl', status: 'DOWN', check: 'L4CON', sessions: 0 },
      { service: 'web', server: 'new', status: 'UP', check: 'INI', sessions: 0 },
      { service: 'web', server: 'plain', status: 'no check', check: '', sessions: 0 },
    ],
  });
  expect(readObservation('unit httpd active').servers).toBeUndefined();
  expect(readObservation('haproxy silent').unasked).toBe('silent');
  const quoted = csv(
    'web,fred,2,UP,L4OK,',
    'web,fred,2,UP,L4OK,',
    '# pxname,svname,type,status,last_chk,scur,',
    'app,sock-1,3,OPEN,,0,',
    'app,one,2,DOWN,"a, ""b""",7,',
  );
  expect(readObservation(quoted).servers).toEqual([
    { service: 'web', server: 'fred', status: 'UP', check: 'L4OK', sessions: 2 },
    { service: 'app', server: 'one', status: 'DOWN', check: '', sessions: 7 },
  ]);
});

const seen = readObservation(printed);

test('a server counts as up by a finished check, not by the word of a worker that has just started', () => {
  expect(serversUp(new Map([['fred', seen]]))).toEqual(new Set(['web/fred', 'web/plain']));
  expect(serverProblems(new Set(['web/fred', 'web/ethyl', 'web/new']), seen)).toEqual([
    {
      name: 'web/ethyl',
      fault: 'server web/ethyl is DOWN (check L4CON: the connection is refused)',
      down: true,
      unchecked: false,
    },
    {
      name: 'web/new',
      fault: 'server web/new is UP (check INI: none has ended yet)',
      down: false,
      unchecked: true,
    },
  ]);
});

test('a server that was down before and still is has been missed by that host all along', () => {
  const well = { ...seen, servers: seen.servers?.map((one) => ({ ...one, status: 'UP', check: 'L4OK' })) };
  const pairState = (fred: Observation): PairState => new Map([['fred', fred]]);
  expect(serversMissed('fred', pairState(seen), pairState(seen))).toEqual(new Set(['web/ethyl']));
  expect(serversMissed('fred', pairState(seen), pairState(well))).toEqual(new Set());
  expect(serversMissed('fred', pairState(well), pairState(seen))).toEqual(new Set());
  expect(serversMissed('ethyl', pairState(seen), pairState(seen))).toEqual(new Set());
});

test('what is expected of a host and is not so, each in a sentence', () => {
  expect(
    hostProblems({ units: ['httpd', 'haproxy', 'keepalived'], ports: [80, 443], balances: true }, seen),
  ).toEqual([
    'haproxy is activating instead of active',
    'keepalived is unknown instead of active',
    'nobody listens on port 443',
  ]);
  const silent: Observation = { units: {}, addresses: [], listening: [], drained: false };
  expect(hostProblems({ units: [], ports: [], balances: true }, silent)).toEqual(['HAProxy does not answer']);
  expect(hostProblems({ units: [], ports: [], balances: false }, undefined)).toEqual(['it does not answer']);
});

describe('a VIP has one holder', () => {
  const member = (name: string) => ({ host: { name } as Host, priority: 100 });
  const vip = { name: 'v', address: '192.168.56.200', members: [member('fred'), member('ethyl')] } as Vip;
  const pairState = (fred: string[], ethyl: string[]): PairState =>
    new Map([
      ['fred', { ...seen, addresses: fred }],
      ['ethyl', { ...seen, addresses: ethyl }],
    ]);

  test.each<[string, string[], string[], string[]]>([
    ['one', ['192.168.56.200'], [], []],
    ['none', [], ['192.168.56.20'], ['nobody holds VIP v (192.168.56.200)']],
    ['two', ['192.168.56.200'], ['192.168.56.200'], ['VIP v (192.168.56.200) is on fred and ethyl at once']],
  ])('%s', (_, fred, ethyl, faults) => expect(vipProblems([vip], pairState(fred, ethyl))).toEqual(faults));
});

test('where nothing is there to ask HAProxy by, and is not to be, its unit and ports have to do', () => {
  const expected = { units: ['haproxy'], ports: [80], balances: true };
  const said = (...rows: string[]) =>
    readObservation(['unit haproxy active', 'listen 0050', ...rows].join('\n'));
  expect(hostProblems(expected, said('haproxy none'))).toEqual([]);
  expect(hostProblems(expected, said('haproxy no-tool'))).toEqual([]);
  expect(hostProblems(expected, said('haproxy silent'))).toEqual(['HAProxy does not answer']);
  expect(hostProblems(expected, said())).toEqual(['HAProxy does not answer']);
  const wanted = { ...expected, healthPort: 10001 };
  expect(hostProblems(wanted, said('haproxy none'))).toEqual([
    'HAProxy does not listen on 127.0.0.1:10001, where it is asked',
  ]);
  expect(hostProblems(wanted, said('listen 2711', csv('web,fred,2,UP,L4OK,')))).toEqual([]);
});
