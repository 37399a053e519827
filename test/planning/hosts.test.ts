import { toTarget } from '../../src/planning/hosts';
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
