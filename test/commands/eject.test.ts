import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eject } from '../../src/commands/eject';
import { anyHost } from '../../src/playbook/context';
import { installation } from '../../src/playbook/playbook';
import { allShipped, type Shipped, shippedAs } from '../../src/playbook/shipped';
import { withFiles } from '../bad-input/cases';
import { loadDesiredState } from '../support/load-inventory';
import { recorder } from './recorder';

const inventory = {
  hosts: { a: { address: '10.0.0.1', priority: 2 }, b: { address: '10.0.0.2', priority: 1 } },
  groups: { balancers: ['a', 'b'], web: ['a', 'b'] },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 37, group: 'balancers' } },
  playbooks: ['ha-pair'],
};
const files = { 'inventory.json': JSON.stringify(inventory) };
const shipped = (path: string) => readFileSync(join(installation, path), 'utf8');

async function ejecting(to: string, name?: string): Promise<string> {
  const heard = recorder();
  await eject({ name, to }, heard.context);
  return heard.text();
}

test('without a name: all that there is, and what is the user’s own', async () => {
  const own = { ...files, 'templates/haproxy/haproxy.cfg.ejs': '', 'playbooks/ha-pair.yaml': '' };
  await withFiles({ files: own }, async (folder) => {
    const rows = (await ejecting(folder)).split('\n');
    expect(rows[0]).toBe('playbooks');
    expect(rows).toContain('templates');
    expect(rows).toContainEqual(expect.stringMatching(/^ {2}ha-pair +yours: .*\/playbooks\/ha-pair\.yaml$/));
    expect(rows).toContainEqual(
      expect.stringMatching(/^ {2}haproxy\/haproxy\.cfg +yours: .*\/templates\/haproxy\/haproxy\.cfg\.ejs$/),
    );
    expect(rows).toContain('  keepalived/keepalived.conf');
  });
});

test.each([
  ['ha-pair', 'playbooks/ha-pair.json'],
  ['ha-pair.json', 'playbooks/ha-pair.json'],
  ['playbooks/ha-pair', 'playbooks/ha-pair.json'],
  ['haproxy/haproxy.cfg', 'templates/haproxy/haproxy.cfg.ejs'],
  ['haproxy.cfg', 'templates/haproxy/haproxy.cfg.ejs'],
  ['haproxy.cfg.ejs', 'templates/haproxy/haproxy.cfg.ejs'],
  ['haproxy/haproxy.cfg.ejs', 'templates/haproxy/haproxy.cfg.ejs'],
  ['templates/haproxy/haproxy.cfg', 'templates/haproxy/haproxy.cfg.ejs'],
])('%s is copied, and the path said', async (name, path) => {
  await withFiles({ files }, async (folder) => {
    const text = await ejecting(folder, name);
    expect(readFileSync(join(folder, path), 'utf8')).toBe(shipped(path));
    expect(text.split('\n')[0]).toBe(join(folder, path));
  });
});

test('a copy is used from then on, for what is planned as for what is rendered', async () => {
  await withFiles({ files }, async (folder, file) => {
    const contents = () => {
      const { wanted } = loadDesiredState(file, recorder().context);
      const of = [...wanted.values()].flat().filter(({ id }) => id === 'file /etc/haproxy/haproxy.cfg');
      return of.map((one) => [one.origin?.(), one.content?.(anyHost).toString()]);
    };
    const before = contents();
    await ejecting(folder, 'haproxy/haproxy.cfg');
    const copy = join(folder, 'templates/haproxy/haproxy.cfg.ejs');
    expect(contents()).toEqual(before.map(([, text]) => [copy, text]));
  });
});

test.each(['json', 'yaml', 'yml'])(
  'a playbook of the user’s own stays as it is, also ha-pair.%s',
  async (end) => {
    const own = `playbooks/ha-pair.${end}`;
    await withFiles({ files: { ...files, [own]: 'mine' } }, async (folder) => {
      await expect(ejecting(folder, 'ha-pair')).rejects.toMatchObject({
        exitCode: 2,
        message: `${join(folder, own)} is there already, and stays as it is`,
      });
      expect(readFileSync(join(folder, own), 'utf8')).toBe('mine');
    });
  },
);

test('what is not there: what was meant', async () => {
  await withFiles({ files }, async (folder) => {
    await expect(ejecting(folder, 'ha-piar')).rejects.toThrow('did you mean "ha-pair"?');
    await expect(ejecting(folder, '../package.json')).rejects.toMatchObject({ exitCode: 2 });
  });
});

test('what came with haprov is not the user’s own, and is never written over', async () => {
  expect(await ejecting(installation)).not.toContain('yours');
  await expect(ejecting(installation, 'ha-pair')).rejects.toThrow(/ha-pair\.json is there already/);
});

test('a folder that cannot be made', async () => {
  await withFiles({ files }, async (_folder, file) => {
    await expect(ejecting(file, 'ha-pair')).rejects.toMatchObject({ exitCode: 2 });
  });
});

test('a name that is two things', () => {
  const both: Shipped[] = [
    { kind: 'playbook', name: 'x', path: 'playbooks/x.json' },
    { kind: 'template', name: 'x', path: 'templates/x.ejs' },
  ];
  expect(shippedAs('x', both)).toEqual(both);
  for (const name of ['templates/x', 'templates/x.ejs', 'x.ejs'])
    expect(shippedAs(name, both)).toEqual([both[1]]);
});

test('every name that is listed names one thing', () => {
  const all = allShipped();
  expect(all.length).toBeGreaterThan(4);
  for (const one of all) expect(shippedAs(one.path)).toEqual([one]);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});
