import { installation } from '../../src/playbook/playbook';
import { badInputs, withFiles } from './cases';
import { faultsOf, loadAll } from './check-all';

const cases = badInputs();

test('there are many kinds', () => {
  expect(cases.length).toBeGreaterThanOrEqual(55);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

describe.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
  test('is told whole: where, what, and what was expected', async () => {
    const found = await withFiles(one, (folder, file) => {
      const tidy = (text: string) =>
        text.replaceAll(folder, '{{folder}}').replaceAll(`${installation}/`, '{{installed}}/');
      return faultsOf(() => loadAll(file, one.env)).map(
        ({ file: its, line, column, path, message, expected }) => ({
          // Where in a shipped file is not for a case to know: it moves with every edit.
          at: [tidy(its).replace('{{folder}}/', ''), ...(its.startsWith(installation) ? [] : [line, column])]
            .filter((part) => part !== undefined)
            .join(':'),
          path,
          says: tidy(message),
          expected: expected ?? '',
        }),
      );
    });
    expect(found).toEqual(
      one.faults.map(({ at, path = '', says, expected }) => ({
        at,
        path,
        says: expect.stringContaining(says),
        expected: expected === undefined ? '' : expect.stringContaining(expected),
      })),
    );
  });
});
