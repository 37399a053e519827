import type { Host } from '../../src/inventory/inventory';
import { selectHosts, toTarget } from '../../src/planning/hosts';
import { recorder } from '../commands/recorder';
import { environment, inventoryOf } from '../support/inventories';
import { loadInventory } from '../support/load-inventory';

const [host] = loadInventory(inventoryOf('four-nodes'), environment).hosts;
const target = (identity: string[]) => {
  if (!host) throw new Error('no host');
  return toTarget(host, { inventory: '', json: false, identity }, recorder().context);
};

test('a key of the command line that is not there is refused before any host is asked, also where another would do', () => {
  expect(() => target([__filename, '/no/such/key'])).toThrow('--identity: there is no file /no/such/key');
  expect(target([__filename]).identityFiles).toEqual([__filename]);
  // What ssh itself fills in.
  expect(target(['%d/key']).identityFiles).toEqual(['%d/key']);
});

test.each([
  [undefined, 'n1 n2 n3 n4'],
  [['all'], 'n1 n2 n3 n4'],
  [['n1,n3'], 'n1 n3'],
  [['n?'], 'n1 n2 n3 n4'],
  [['*2', 'n4'], 'n2 n4'],
  [['!n1'], 'n2 n3 n4'],
  [['all,!n1', '!n?3'], new Error('there is no host or group "!n?3"')],
  [['all', '!n[12]'], new Error('there is no host or group "!n[12]"')],
  [['n1,!all'], new Error('"n1,!all" leaves no host')],
  [['nope'], new Error('there is no host or group "nope"')],
  [['al'], new Error('there is no host or group "al"; did you mean "all"?')],
  [[' , '], new Error('--limit names no host')],
  [[], new Error('--limit names no host')],
])('--limit %j', (limit, names) => {
  const base = loadInventory(inventoryOf('four-nodes'), environment);
  const hosts = ['n1', 'n2', 'n3', 'n4'].map((name) => ({
    ...base.hosts[0],
    name,
    groups: ['all'],
  })) as Host[];
  const inventory = {
    ...base,
    hosts,
    groups: new Map([['all', hosts]]),
  };
  const select = () => selectHosts(inventory, limit).map(({ name }) => name);
  if (names instanceof Error) expect(select).toThrow(names);
  else expect(select().join(' ')).toBe(names);
});
