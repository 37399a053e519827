import { forgottenTables } from '../../src/ha/stick-tables';

const peers = ['peers both', '  peer a 10.0.0.1:10002', '  peer b 10.0.0.2:10002'];
const config = (table: string, section = peers, local = 'a') =>
  ['global', `  localpeer ${local}`, ...section, 'listen www', '  bind :80', ...table.split('; ')].join('\n');
const shared = 'stick-table type ipv6 size 100 expire 60s peers both; stick on src';

test.each([
  ['nothing changes', config(shared), []],
  ['it is bigger', config(shared.replace('100', '1000')), []],
  ['one more peer', config(shared, [...peers, '  peer c 10.0.0.3:10002']), []],
  ['clients are known by something else', config(shared.replace('on src', 'on req.cook(A)')), ['www']],
  ['its type', config(shared.replace('ipv6', 'ip')), ['www']],
  ['no peers any more', config(shared.replace(' peers both', '')), ['www']],
  [
    'the port of the peers',
    config(
      shared,
      peers.map((line) => line.replace('10002', '10003')),
    ),
    ['www'],
  ],
  ['the name of this peer', config(shared, peers, 'b'), ['www']],
  ['it leaves', config('balance source'), []],
])('%s', (_what, to, names) => {
  const found = forgottenTables(config(shared), to);
  expect(found.map((one) => /^what (\S+) remembers/.exec(one)?.[1])).toEqual(names);
});

test('without peers every reload forgets, and it is said why', () => {
  const alone = config('stick-table type ip size 100; stick on src');
  expect(forgottenTables(alone, alone)).toEqual([
    'what www remembers of clients is forgotten by the reload (it has no peers): each may come to another server once',
  ]);
});

test('a table that only counts keeps nobody on a server', () => {
  const counts = config('stick-table type ip size 100 store http_req_rate(10s)');
  expect(forgottenTables(counts, counts)).toEqual([]);
});
