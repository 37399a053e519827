import * as z from 'zod';
import { list, name, object, record, text } from '../../src/document/fields';
import { jsonSchema } from '../../src/document/json-schema';
import { keysOf, toldOnce } from '../../src/reference/keys';

const way = () =>
  object({ port: z.int().min(1).max(9).default(2).describe('Where.'), user: text('x').describe('Who.') });
const keys = keysOf(
  jsonSchema(
    object({
      ssh: way().describe('For all.'),
      hosts: record(name(), object({ ssh: way().optional().describe('For one.') }), 'hosts').describe(
        'Machines.',
      ),
      steps: list(
        z.union([
          object({ send: text('x').describe('Say.') }),
          object({ expect: text('x').describe('Hear.') }),
        ]),
        'steps',
      ).describe('In turn.'),
      mode: z
        .union([z.boolean(), z.enum(['auto', 'never'])])
        .optional()
        .describe('How.'),
    }),
    'an example',
  ),
);
const key = (path: string) => keys.find((one) => one.path === path);

test('a key has its values, whether it is needed, and what holds without it', () => {
  expect(key('ssh.port')).toEqual({
    path: 'ssh.port',
    values: 'a number from 1 to 9',
    isNeeded: false,
    fallback: '2',
    about: 'Where.',
  });
  expect(key('ssh.user')).toMatchObject({ values: 'text', isNeeded: true });
  expect(key('mode')?.values).toBe('true or false or one of "auto", "never"');
  expect(key('hosts')).toMatchObject({ values: 'an object by names: an object', isNeeded: true });
});

test('what one of several alternatives needs is not needed', () => {
  expect(key('steps[].send')).toMatchObject({ values: 'text', isNeeded: false });
  expect(key('steps[].expect')?.isNeeded).toBe(false);
});

test('what is below two keys alike is told once', () => {
  expect(key('hosts.NAME.ssh')).toMatchObject({ like: 'ssh', about: 'For one.' });
  expect(key('hosts.NAME.ssh.port')?.about).toBe('Where.');
  expect(toldOnce(keys).map(({ path }) => path)).toEqual([
    'ssh',
    'ssh.port',
    'ssh.user',
    'hosts',
    'hosts.NAME.ssh',
    'steps',
    'steps[].send',
    'steps[].expect',
    'mode',
  ]);
});
