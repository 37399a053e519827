import { type Form, printing } from '../../src/cli/printing';
import type { EventBody } from '../../src/events/events';

async function printed(form: Form) {
  const [out, beside, told]: [unknown[], string[], EventBody[]] = [[], [], []];
  const { print, printRendered } = printing(form, {
    out: async (text) => void out.push(text),
    beside: async (text) => void beside.push(text),
    emit: (event) => void told.push(event),
    isTTY: false,
  });
  await print('one\n');
  await print(Buffer.from('two'));
  await printRendered('three');
  return { out, beside, told };
}

test('what people read stands on standard output', async () => {
  const { out, beside, told } = await printed('text');
  expect([out, beside, told]).toEqual([['one\n', Buffer.from('two'), 'three'], [], []]);
});

test('beside documents it does not', async () => {
  const { out, beside, told } = await printed('documents');
  expect([out, beside, told]).toEqual([[], ['one\n', 'two\n', 'three\n'], []]);
});

test('among events it is one of them', async () => {
  const { out, beside, told } = await printed('events');
  const tell = (text: string) => ({ type: 'message', level: 'info', text });
  expect([out, beside, told]).toEqual([[], [], ['one', 'two', 'three'].map(tell)]);
});

test('among events there is no document', async () => {
  const way = { out: async () => {}, beside: async () => {}, emit: () => {}, isTTY: false };
  await expect(printing('events', way).printJson({})).rejects.toThrow('prints no document');
});
