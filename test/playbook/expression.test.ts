import { evaluate } from '../../src/playbook/expression';
import { strict } from '../../src/playbook/strict';
import fc from '../support/property';

const names = {
  vars: strict(
    { port: 8080, name: 'it', list: ['a', 'b'], deep: { er: { x: 1 } }, 'a-b': 2, no: false },
    'vars',
  ),
  host: strict({ name: 'fred' }, 'host'),
};
const of = (source: string) => evaluate(source, names);

test.each<[string, unknown]>([
  ['vars.port', 8080],
  [" vars['a-b'] ", 2],
  ['vars.list[1]', 'b'],
  ['vars.list.length + vars.name.length', 4],
  ['vars.deep.er.x', 1],
  ["'port' in vars ? vars.port : 80", 8080],
  ["'prot' in vars ? vars.prot : 80", 80],
  ["host.name === 'fred' && !vars.no", true],
  ["vars.no || 'else'", 'else'],
  ['null ?? 5', 5],
  ['1 + 2 * 3 - 4 / 2 % 3', 5],
  ['(1 + 2) * 3', 9],
  ['-vars.port', -8080],
  ['!!vars.no', false],
  ["vars.name + '-' + vars.port", 'it-8080'],
  ['vars.port >= 8080 == true', true],
  ["vars.no ? 1 : vars.port > 1 ? 'two' : 3", 'two'],
  [`"it's" + '\\'\\\\'`, "it's'\\"],
])('%s is %p', (source, value) => {
  expect(of(source)).toBe(value);
});

test.each([
  ["require('fs')", 'at "('],
  ['vars.list.map(String)', 'at "('],
  ['vars.port = 1', 'at "='],
  ['`x`', 'at "`'],
  ['x => x', 'at "='],
  ['vars.port; 1', 'at ";'],
  ['[1]', 'at "["'],
  ['process', 'process is not defined'],
  ['globalThis', 'globalThis is not defined'],
  ['constructor', 'constructor is not defined'],
  ['vars.constructor', 'there is no "constructor"'],
  ["vars['__proto__']", 'vars has no "__proto__"'],
  ["vars['const' + 'ructor']", 'there is no "constructor"'],
  ['vars.list.push', 'there is no "push"'],
  ["vars.name['constructor']", 'there is no "constructor"'],
  ['vars.prot', 'vars has no "prot"; it has port'],
  ["'constructor' in vars ? 1 : vars.toString", 'there is no "toString"'],
  ['vars.', 'a name is missing'],
  ['vars.port ? 1', 'a ":" is missing'],
  ['(1', 'a ")" is missing'],
  ['', 'a value is missing'],
  ['vars.name * 2', 'a number belongs here, not a text'],
  ['vars.list < 1', 'one value belongs here'],
  ['('.repeat(60), 'nested too deep'],
  ['1 +'.repeat(1000), 'too long'],
  ['!'.repeat(1999), 'a value is missing'],
])('%s is refused', (source, why) => {
  expect(() => of(source)).toThrow(why);
});

test('whatever is written, nothing comes of it but what it was given, and nothing is left behind', () => {
  const piece = fc.constantFrom(
    'vars',
    'host',
    '.',
    '[',
    ']',
    '(',
    ')',
    'constructor',
    "'constructor'",
    '__proto__',
    "'__proto__'",
    'prototype',
    'name',
    'list',
    '+',
    '?',
    ':',
    'in',
    '===',
    '!',
    '0',
    'x',
    ' ',
    'port',
    "'toString'",
    '&&',
    '||',
    '`',
    '=>',
    '=',
    ',',
    '{',
    '}',
  );
  const before = JSON.stringify(names);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      let value: unknown;
      try {
        value = of(pieces.join(''));
      } catch (error) {
        expect(['ExpressionError', 'ReferenceError', 'Error']).toContain((error as Error).constructor.name);
        return;
      }
      expect(typeof value).not.toBe('function');
      expect([Object.prototype, Array.prototype, String.prototype, Function.prototype]).not.toContain(value);
      expect(JSON.stringify(names)).toBe(before);
    }),
    { numRuns: 3000 },
  );
});
