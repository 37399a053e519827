import { InputError } from '../../../src/errors';
import { convertAnsible } from '../../../src/inventory/ansible/convert';
import { readAnsibleIni } from '../../../src/inventory/ansible/read';
import { withFiles } from '../../bad-input/cases';
import { loadInventory } from '../../support/load-inventory';
import fc from '../../support/property';

const convert = (text: string) => convertAnsible(readAnsibleIni('hosts.ini', text));
const written = (text: string) => JSON.parse(convert(text).text) as Record<string, Record<string, unknown>>;
const load = (text: string, env: NodeJS.ProcessEnv = {}) =>
  withFiles({ files: { 'inventory.json': text } }, (_folder, file) => loadInventory(file, env));

const word = fc.stringMatching(/^[\w.:[\]{}'"\\=,#;$%&*()!~<>/-]{0,12}$/);
const header = fc
  .tuple(
    fc.constantFrom('g', 'h', 'all', 'ungrouped', 'web'),
    fc.constantFrom('', ':vars', ':children', ':hosts', ':x'),
  )
  .map(([name, kind]) => `[${name}${kind}]`);
const variable = fc
  .tuple(
    fc.oneof(
      word,
      fc.constantFrom(
        'ansible_host',
        'ansible_user',
        'ansible_port',
        'ansible_become',
        'ansible_password',
        'ansible_connection',
      ),
    ),
    word,
  )
  .map(([key, value]) => `${key}=${value}`);
const hostLine = fc.tuple(
  fc.oneof(word, fc.constantFrom('a', 'w[1:3]', 'b:22')),
  fc.array(variable, { maxLength: 3 }),
);
const anyLine = fc.oneof(
  header,
  variable,
  hostLine.map(([name, vars]) => [name, ...vars].join(' ')),
  fc.constantFrom('g', 'h', '', '# x', '; y'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('whatever the text: an inventory that loads but for what is said, or faults', async () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(anyLine, { maxLength: 12 }).map((lines) => lines.join('\n')),
  );
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      let made: ReturnType<typeof convert>;
      try {
        made = convert(text);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        return;
      }
      const everyVariable = new Proxy({}, { get: () => 'x', has: () => true });
      const loaded = load(made.text, everyVariable).then(
        () => [],
        (error: unknown) => (error as InputError).faults,
      );
      expect((await loaded).map(({ path, message }) => [path, message])).toEqual(
        made.faults.map(({ path, message }) => [path, message]),
      );
    }),
    { numRuns: 400 },
  );
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
const plainValue = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((text) => !/[{%#\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/.test(text)),
);
const vars = fc.dictionary(
  fc.stringMatching(/^v_[a-z]{1,6}$/),
  fc.oneof(plainValue, fc.array(plainValue, { maxLength: 3 })),
  { maxKeys: 3 },
);

/** As Python writes it. */
function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : `'${String(value).replace(/[\\']/g, '\\$&')}'`;
}
/** In single quotes for the words of a host's line. */
const quoted = (text: string) => `'${text.replaceAll("'", `'"'"'`)}'`;

test('an inventory that was written as INI comes back as it was', () => {
  const hosts = fc.dictionary(
    name,
    fc.record({ address: fc.ipV4(), port: fc.integer({ min: 1, max: 65535 }), vars }),
    { minKeys: 1, maxKeys: 5 },
  );
  const groups = fc.dictionary(
    name.map((one) => `g-${one}`),
    vars,
    { maxKeys: 3 },
  );
  fc.assert(
    fc.property(hosts, groups, fc.infiniteStream(fc.boolean()), (allHosts, allGroups, coin) => {
      const lines = Object.entries(allHosts).map(([host, { address, port, vars: own }]) =>
        [
          `${host}:${port}`,
          `ansible_host=${address}`,
          ...Object.entries(own).map(([key, value]) => `${key}=${quoted(python(value))}`),
        ].join(' '),
      );
      const members = Object.keys(allGroups).map((group) => {
        const some = Object.keys(allHosts).filter(() => coin.next().value);
        return [group, some.length > 0 ? some : Object.keys(allHosts).slice(0, 1)] as const;
      });
      const sections = members.flatMap(([group, some]) => [
        `[${group}]`,
        ...some,
        `[${group}:vars]`,
        ...Object.entries(allGroups[group] ?? {}).map(([key, value]) => `${key} = ${python(value)}`),
      ]);
      const made = written([...lines, ...sections].join('\n'));
      const withVars = (own: object) => (Object.keys(own).length > 0 ? { vars: own } : {});
      expect(made.hosts).toEqual(
        Object.fromEntries(
          Object.entries(allHosts).map(([host, { address, port, vars: own }]) => [
            host,
            { address, ssh: { port }, ...withVars(own) },
          ]),
        ),
      );
      expect(made.groups ?? {}).toEqual(
        Object.fromEntries(
          members.map(([group, some]) => [
            group,
            Object.keys(allGroups[group] ?? {}).length > 0 ? { hosts: some, vars: allGroups[group] } : some,
          ]),
        ),
      );
    }),
    { numRuns: 200 },
  );
});
