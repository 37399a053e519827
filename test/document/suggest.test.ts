import { oneOf, suggestion } from '../../src/document/suggest';

test.each([
  ['adress', ['address', 'priority'], 'address'],
  ['prot', ['port', 'vip'], 'port'],
  ['virtual_router_id', ['virtualRouterId', 'group'], 'virtualRouterId'],
  ['Hosts', ['hosts', 'groups'], 'hosts'],
  ['htpp', ['http', 'tcp'], 'http'],
  ['frobnicate', ['name', 'ssh'], undefined],
  ['x', ['a', 'b'], undefined],
  ['port', [], undefined],
])('%s among %j is %s', (typed, names, meant) => {
  expect(suggestion(typed, oneOf(names))).toBe(meant);
});

test('only a list of choices is compared with', () => {
  expect(suggestion('tru', 'true or false')).toBeUndefined();
  expect(suggestion('tru', undefined)).toBeUndefined();
});
