import { overview } from '../../src/commands/overview';
import { ExitCode } from '../../src/errors';
import { withFiles } from '../bad-input/cases';
import { recorder } from './recorder';

const inventory = {
  hosts: { a: { address: '10.0.0.1', priority: 2 }, b: { address: '10.0.0.2', priority: 1 } },
  groups: { balancers: ['a', 'b'] },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 37, group: 'balancers' } },
  playbooks: ['ha-pair'],
};
const stats = (password: object) => ({ ...inventory, stats: { password } });

/** What `haprov` alone says of an inventory: its lines, paths from the folder of the inventory. */
async function said(value: unknown, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const heard = recorder({});
  await withFiles({ files: { 'inventory.json': text } }, async (_, file) => {
    heard.context.env = { ...env, HAPROV_INVENTORY: file };
    expect(await overview({}, heard.context)).toBe(ExitCode.done);
    expect(heard.said).toEqual([]);
    return file;
  });
  return heard
    .text()
    .split('\n')
    .map((row) => row.replace(/\S*(?=inventory\.json)/, ''));
}

test('of a valid one: which, what is in it, and what is next', async () => {
  expect(await said(inventory)).toEqual([
    'inventory: inventory.json (HAPROV_INVENTORY)',
    '2 hosts (a, b), 1 VIP (10.0.0.9), 0 services, 1 playbook (ha-pair)',
    'valid; at its playbooks and templates lint looks',
    '',
    'next:',
    '  haprov lint    what will go wrong although all is valid; asks no host',
    '  haprov plan    what apply would change; changes nothing',
    '  haprov apply   shows the plan, asks, does it',
    '  haprov status  what works, what is broken, what to do about it',
    '  haprov --help  all commands',
    '',
  ]);
});

test.each<[string, unknown, NodeJS.ProcessEnv, string]>([
  [
    'a variable that is not set',
    stats({ env: 'P' }),
    {},
    'not valid: 1 fault: inventory.json:1:235: stats.password: the environment variable P is not set',
  ],
  ['a variable that is set', stats({ env: 'P' }), { P: 'long enough' }, 'valid; at its'],
  [
    'a program, which is not run',
    stats({ command: ['false'] }),
    {},
    'valid as far as can be told without the programs and secrets that it names; at its',
  ],
  [
    'a secret, which is not opened',
    stats({ secret: 'x' }),
    {},
    'valid as far as can be told without the programs',
  ],
  [
    'a program beside a fault',
    { ...stats({ command: ['false'] }), vipz: {} },
    {},
    'not valid: 1 fault: inventory.json:1:',
  ],
  ['two faults', { ...inventory, hosts: {}, x: 1 }, {}, 'not valid: '],
])('%s', async (_, value, env, expected) => {
  const rows = await said(value, env);
  expect(rows[2]).toContain(expected);
  expect(rows.includes('  haprov plan    what apply would change; changes nothing')).toBe(
    !/^not/.test(expected),
  );
});

test('many names are cut, and what has another shape than an inventory is still told', async () => {
  const hosts = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, { address: name }]));
  expect((await said({ ...inventory, hosts, vips: { v: 7 }, playbooks: 'x' })).slice(0, 2)).toEqual([
    'inventory: inventory.json (HAPROV_INVENTORY)',
    '6 hosts (a, b, c, d, and 2 more), 1 VIP (v), 0 services, 0 playbooks',
  ]);
  expect((await said([]))[1]).toContain('0 hosts, 0 VIPs, 0 services, 0 playbooks');
});

test('one that cannot be read is an error', async () => {
  await expect(said('{')).rejects.toThrow(/is not JSON/);
});
