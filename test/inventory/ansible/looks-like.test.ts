import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseText } from '../../../src/document/document';
import { isAnsibleIni, isAnsibleYaml } from '../../../src/inventory/ansible/looks-like';

test.each<[string, boolean]>([
  ['[web]\nfred\n', true],
  ['fred\n[web:children]\nlucy\n', true],
  ['fred ansible_host=10.0.0.1', true],
  ['# ansible_host=10.0.0.1\nfred', false],
  ['{\n  "hosts": [\n  ]\n}', false],
  ['["fred"]', false],
  ['global\n    maxconn 10\n', false],
  ['', false],
])('%j', (text, expected) => {
  expect(isAnsibleIni(text)).toBe(expected);
});

test.each<[unknown, boolean]>([
  [{ all: { children: { web: { hosts: { fred: null } } } } }, true],
  [{ web: { hosts: { fred: {} } } }, true],
  [{ hosts: { fred: { address: '10.0.0.1' } }, groups: { hosts: { hosts: ['fred'] } } }, false],
  [{ hosts: { fred: {} }, groups: { hosts: {} }, playbooks: [] }, false],
  [{ groups: { web: ['fred'] } }, false],
  [[], false],
  [null, false],
])('%j', (value, expected) => {
  expect(isAnsibleYaml(value)).toBe(expected);
});

test('no inventory of haprov is taken for one', () => {
  const folder = join(__dirname, '../../inventories');
  const all = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(all.length).toBeGreaterThan(3);
  for (const name of all) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect([name, isAnsibleIni(text), isAnsibleYaml(parseText(name, text).value)]).toEqual([
      name,
      false,
      false,
    ]);
  }
});
