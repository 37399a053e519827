import { startedAnew, startsOn } from '../../src/patch/starts';
import { FakeHost } from '../support/fake-host';

test('what ran all the time, and was started anew', () => {
  const before = new Map([
    ['web', '1'],
    ['db', '1'],
    ['gone', '1'],
  ]);
  const after = new Map([
    ['web', '2'],
    ['db', '1'],
    ['new', '5'],
  ]);
  expect(startedAnew(before, after)).toEqual(['web']);
});

test('a host is asked of its units; one that does not answer tells nothing', async () => {
  const host = new FakeHost('fred', [{ matches: 'tell_starts web db', stdout: 'web 100\ndb 200\n' }]);
  expect(await startsOn(host as never, ['web', 'db'])).toEqual(
    new Map([
      ['web', '100'],
      ['db', '200'],
    ]),
  );
  const mute = new FakeHost('fred', [{ matches: 'tell_starts', code: 1 }]);
  expect(await startsOn(mute as never, ['web'])).toEqual(new Map());
  expect(await startsOn(undefined, ['web'])).toEqual(new Map());
});
