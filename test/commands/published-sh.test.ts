import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withFiles } from '../bad-input/cases';
import { buildProgram, removeProgram, run } from '../support/program';
import { expectPublished, publishedSchema } from '../support/schemas';

beforeAll(buildProgram);
afterAll(removeProgram);

const inventory = JSON.stringify({
  hosts: { a: { address: '10.0.0.1', priority: 100 }, b: { address: '10.0.0.2', priority: 100 } },
  groups: { balancers: ['a', 'b'], web: ['a', 'b'] },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 37, group: 'balancers' } },
  stats: { password: { env: 'PASSWORD' } },
  playbooks: ['ha-pair'],
});
const haproxy = `global
    log /dev/log local0
frontend web
    bind :80
    default_backend app
backend app
    server one 10.0.0.1:8080 check
`;
const files = { 'i.json': inventory, 'haproxy.cfg': haproxy };
const env = { PASSWORD: 'correct horse battery' };
const kinds = readdirSync('schema').map((name) => name.replace('.schema.json', ''));

/** What a command prints is what its published schema says, and no field is in it that the schema does not tell of. */
test.each([
  ['lint', 'lint i.json --json'],
  ['lint', 'lint haproxy.cfg --json'],
  ['several', 'lint i.json i2.json --json'],
  ['render', 'render i.json --json'],
  ['secrets', 'secret list i.json --json'],
  ['adopt', 'adopt --from haproxy.cfg --out own --json'],
  ['adopt', 'adopt --model --from haproxy.cfg --out model --json'],
  // The file of the second is not there.
  ['several', 'plan i3.json i4.json --json'],
])('%s: haprov %s', (kind, words) =>
  withFiles({ files }, (folder) => {
    const { stdout } = run(folder, words.split(' '), { ...env, HAPROV_AGE_IDENTITY: `${folder}/id.txt` });
    const text = stdout.toString();
    expect(text).not.toBe('');
    const documents = kind === 'several' ? text.trim().split('\n') : [text];
    for (const document of documents.map((one) => JSON.parse(one))) {
      expect(document).toHaveProperty('version', 1);
      expectPublished(kind, document);
    }
  }),
);

test('a field that a schema does not tell of is found', () => {
  const finding = { rule: 'x', severity: 'error', where: '', message: '', fix: '' };
  expectPublished('lint', { version: 1, findings: [finding] });
  expect(() => expectPublished('lint', { version: 1, findings: [{ ...finding, more: 1 }] })).toThrow(
    'must NOT have additional properties',
  );
});

test.each(kinds)('haprov schema %s prints the file of the package', (kind) =>
  withFiles({ files: {} }, (folder) => {
    const { code, stdout } = run(folder, ['schema', kind]);
    expect([code, stdout.toString()]).toEqual([0, readFileSync(`schema/${kind}.schema.json`, 'utf8')]);
  }),
);

/** Those of which a schema allows one, each with what its names stand for. */
const alternatives = (schema: Schema, { definitions = {} }: Schema): Schema[] => {
  const { $ref, anyOf, allOf } = schema;
  if ($ref !== undefined)
    return alternatives(definitions[decodeURIComponent($ref.replace('#/definitions/', ''))] ?? {}, {
      definitions,
    });
  return (anyOf ?? allOf)?.flatMap((one) => alternatives(one, { definitions })) ?? [schema];
};
interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  allOf?: Schema[];
  definitions?: Record<string, Schema>;
  required?: string[];
}

test.each(kinds.filter((kind) => !['inventory', 'playbook'].includes(kind)))('%s has its version', (kind) => {
  const schema = publishedSchema(kind) as Schema;
  for (const one of alternatives(schema, schema)) expect(one.required).toContain('version');
});

test('haprov schema knows all of them, and no others', () =>
  withFiles({ files: {} }, (folder) => {
    const { code, stderr } = run(folder, ['schema', 'else']);
    const [, named = ''] = /one of: ([^.]*)\./.exec(stderr) ?? [];
    expect([code, named.split(', ').sort()]).toEqual([2, kinds.sort()]);
  }));

test('they are those of the types (else: npm run schemas)', () => {
  const script = `import { schemas } from ${JSON.stringify(resolve('schemas.mjs'))}; process.stdout.write(JSON.stringify(schemas()))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  expect(stderr).toBe('');
  for (const [kind, text] of JSON.parse(stdout))
    expect([kind, readFileSync(`schema/${kind}.schema.json`, 'utf8')]).toEqual([kind, text]);
});
