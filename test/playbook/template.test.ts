import { escapeFor } from '../../src/playbook/escape';
import { strict } from '../../src/playbook/strict';
import { render, TemplateError } from '../../src/playbook/template';
import fc from '../support/property';

const text = escapeFor('other/file');
const vars = (value: object) => ({ vars: strict(value, 'vars') });
const write = (source: string, context: object = {}) => render(source, 'x/y.ejs', context, text);
const failure = (source: string, context: object = {}): TemplateError => {
  try {
    write(source, context);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('it was rendered');
};

describe('values', () => {
  test('are written as they are, never as template or HTML', () => {
    const value = fc
      .string()
      .filter((one) => !/[\u0000-\u0008\u000a-\u001f\u007f\u0085\u2028\u2029]/.test(one));
    fc.assert(
      fc.property(value, (v) => {
        expect(write('a <%= vars.v %> b', vars({ v }))).toBe(`a ${v} b`);
      }),
    );
  });

  test.each(['<%= 1 + 1 %>', '&<>"\'', '%>', '${1}', '__proto__'])('%s', (v) => {
    expect(write('<%= vars.v %>', vars({ v }))).toBe(v);
  });

  test('numbers and switches, 0 and false too', () => {
    expect(write('<%= vars.a %> <%= vars.b %>', vars({ a: 0, b: false }))).toBe('0 false');
  });

  test.each([
    ['null', null, 'is not there'],
    ['a list', [1, 2], 'a list, an object or a function'],
    ['an object', { a: 1 }, 'a list, an object or a function'],
  ])('%s cannot be written', (_, v, why) => {
    expect(failure('\n<%= vars.v %>', vars({ v }))).toMatchObject({
      line: 2,
      why: expect.stringContaining(why),
    });
  });

  test('a newline in a value is refused, with the line of the template', () => {
    expect(failure('one\ntwo\n<%= vars.v %>', vars({ v: 'a\nroot::0:0' }))).toMatchObject({
      line: 3,
      why: expect.stringContaining('control character'),
    });
  });
});

describe('mistakes in a template are told with its line', () => {
  test.each([
    ['an unknown name', 'a\n<%= nosuch %>', 2, /nosuch is not defined/],
    ['an unknown member', 'a\n\n<%= vars.prot %>', 3, /vars has no "prot"; it has port/],
    ['a member of a member', '<%= vars.deep.er %>', 1, /vars\.deep has no "er"/],
    ['an item past the end', '<%= vars.list[5] %>', 1, /vars\.list has no "5"/],
    ['a method for a value', '<%= vars.constructor %>', 1, /function/],
    ['an unclosed tag', 'a\nb <%= vars.port', 2, /./],
    ['an include', '<%- include("/etc/passwd") %>', 1, /include/],
    ['an error of its own', 'a\n<% throw new Error("mine") %>', 2, /mine/],
    ['a value that is changed', '\n<% vars.port = 1 %>', 2, /vars cannot be changed/],
    ['a list that is sorted in place', '<% vars.list.sort() %>', 1, /vars\.list cannot be changed/],
  ])('%s', (_, source, line, why) => {
    const error = failure(source, vars({ port: 80, deep: { a: 1 }, list: [2, 1] }));
    expect(error.line).toBe(line);
    expect(error.why).toMatch(why);
    expect(error.message).toBe(`x/y.ejs:${line}: ${error.why}`);
  });
});

describe('strict', () => {
  const key = fc
    .string()
    .filter((name) => !(name in {}) && !(name in []) && name !== 'toJSON' && name !== 'then');

  test('what is there is what was put there; what is not throws, however deep', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), key, (value, other) => {
        const watched = strict(value, 'it') as Record<string, unknown>;
        expect(JSON.stringify(watched)).toBe(JSON.stringify(value));
        expect(Object.keys(watched)).toEqual(Object.keys(value));
        expect(other in watched).toBe(other in value);
        if (!(other in value)) expect(() => watched[other]).toThrow(ReferenceError);
        const list = strict([value], 'list') as Record<string, unknown>[];
        if (!(other in value)) expect(() => list[0]?.[other]).toThrow(/^list\[0\] has no /);
      }),
    );
  });

  test('lists and maps keep their methods', () => {
    const { list } = strict({ list: [{ n: 1 }, { n: 2 }] }, 'it');
    expect(list.map(({ n }) => n)).toEqual([1, 2]);
    expect([...list].length).toBe(2);
    expect(() => list.map((item) => (item as unknown as { m: number }).m)).toThrow('list[0] has no "m"');
  });
});
