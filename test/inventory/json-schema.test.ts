import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { jsonSchema } from '../../src/document/json-schema';
import { inventorySchema } from '../../src/inventory/schema/schema';
import { installation } from '../../src/playbook/playbook';
import { fromVariable, playbookSchema } from '../../src/playbook/schema';
import { badInputs } from '../bad-input/cases';

const made = {
  inventory: jsonSchema(inventorySchema, 'haprov inventory'),
  playbook: jsonSchema(playbookSchema, 'haprov playbook', fromVariable),
};
const read = (file: string): unknown => JSON.parse(readFileSync(join(installation, file), 'utf8'));
// Editors know the formats; here the patterns beside them are enough.
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const compiled = { inventory: ajv.compile(made.inventory), playbook: ajv.compile(made.playbook) };
const accepts = (kind: keyof typeof made, value: unknown): boolean => compiled[kind](value);

test.each(['inventory', 'playbook'] as const)(
  'schema/%s.schema.json is what the validator says (else: npm run build)',
  (kind) => {
    expect(read(`schema/${kind}.schema.json`)).toEqual(JSON.parse(JSON.stringify(made[kind])));
  },
);

/** The keys in a JSON Schema that say nothing of themselves, wherever they stand in it. */
function silentKeys(node: unknown, path = ''): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([word, value]) => {
    const inside = silentKeys(value, `${path}/${word}`);
    if (word !== 'properties') return inside;
    const silent = Object.entries(value).filter(
      ([, about]) => !(about as { description?: string }).description,
    );
    return [...silent.map(([key]) => `${path}/${key}`), ...inside];
  });
}

test.each(['inventory', 'playbook'] as const)('every key of the schema of %s says what it is', (kind) => {
  expect(silentKeys(made[kind])).toEqual([]);
  expect(silentKeys({ properties: { port: { type: 'integer' } } })).toEqual(['/port']);
});

const filesIn = (folder: string) =>
  readdirSync(join(installation, folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => join(folder, file));

test.each(['inventory.example.json', ...filesIn('examples')])('%s is right by them', (file) => {
  expect(accepts('inventory', read(file))).toBe(true);
});

test.each(filesIn('playbooks'))('%s is right by them', (file) => {
  expect(accepts('playbook', read(file))).toBe(true);
});

/** What only the whole inventory, the environment or Node can tell. */
const beyondSchema = /environment|cannot move|anchor/;
const badValues = badInputs().filter(
  ({ files = {}, faults, name }) =>
    Object.keys(files).length === 1 &&
    faults.some(({ path }) => path) &&
    faults.every(({ says }) => /^is |^unknown key/.test(says)) &&
    !faults.some(({ says }) =>
      /already|second time|address of host|missing, and|everybody|named/.test(says),
    ) &&
    !beyondSchema.test(name),
);

test('there are bad inventories to try', () => expect(badValues.length).toBeGreaterThan(10));

test.each(badValues.map(({ name, files = {} }) => [name, files] as const))(
  'an editor refuses too: %s',
  (_name, files) => {
    const [text = ''] = Object.values(files);
    expect(accepts('inventory', parse(text.replace(/^\uFEFF/, '')))).toBe(false);
  },
);

const inventory = (stats: unknown) => ({
  hosts: { a: { address: '10.0.0.1' } },
  stats: { password: stats },
  playbooks: ['ha-pair'],
});

test.each([{ env: 'NAME' }, { file: 'a' }, { command: ['pass', 'show', 'x'] }, { secret: 'stats' }])(
  'a value may stand elsewhere: %j',
  (password) => expect(accepts('inventory', inventory(password))).toBe(true),
);

test.each([
  { env: 1 },
  { command: 'pass show x' },
  { command: [] },
  { secret: 'a', file: 'b' },
  {},
  { secret: '' },
  { secret: '-x' },
  { secret: 'a b' },
  { env: '' },
  { file: '' },
  { command: [''] },
])('but this says nothing of where: %j', (password) =>
  expect(accepts('inventory', inventory(password))).toBe(false),
);

const playbook = (resource: object) => ({ tasks: [{ name: 'T', resources: [resource] }] });

test.each([
  { type: 'sysctl', values: { var: 'sysctl' } },
  { type: 'package', names: { var: 'vars.names' } },
  { type: 'package', names: [{ var: 'vars.name' }, '<%= vars.other %>'] },
  { type: 'service', unit: '<%= vars.unit %>', enabled: { var: 'vars.enabled' } },
  { type: 'file', path: '/etc/a', content: 'x', notify: [{ reload: 'a' }, { restart: 'b' }] },
])('variables may stand in %j', (resource) => {
  expect(accepts('playbook', playbook(resource))).toBe(true);
});

test.each([
  { type: 'pakage', names: ['x'] },
  { type: { var: 'vars.type' }, names: ['x'] },
  { type: 'package', names: ['a b'] },
  { type: 'package', names: ['a'], notify: 'httpd' },
  { type: 'file', path: 'etc/a', content: 'x' },
  { type: 'service', unit: 'x', enabled: 'yes' },
])('but not everything: %j', (resource) => {
  expect(accepts('playbook', playbook(resource))).toBe(false);
});
