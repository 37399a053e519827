import type { RecordedFile } from '../../src/host/history';
import { sha256 } from '../../src/resources/file-state';
import { readRecordedChange } from '../../src/rollback/recorded-change';

/** As `probe_file` prints it. */
const there = (text: string | Buffer) =>
  `file 0:root 0:root 640 ${Buffer.byteLength(text)} -\n${Buffer.from(text).toString('base64')}`;
const absent = 'absent';
const recorded = (
  before: string | null,
  wrote: string | null,
  more: Partial<RecordedFile> & { now?: string } = {},
): RecordedFile => ({
  has: new Set(before === null ? ['was-absent', 'staged'] : ['staged']),
  before: before === null ? absent : there(before),
  ...(wrote === null ? {} : { after: sha256(wrote) }),
  wrote: wrote === null ? absent : there(wrote),
  now: absent,
  secret: 'none',
  ...more,
});
const same = (text: string) => text;
const mask = (text: string) => text.replaceAll('today', '***');
const read = (one: RecordedFile) => readRecordedChange(one, mask, same);

test.each<[string, RecordedFile, string | null, string | null]>([
  ['a file that was made', recorded(null, 'new\n'), null, 'new\n'],
  ['one that was changed', recorded('old\n', 'new\n'), 'old\n', 'new\n'],
  ['one that was removed', recorded('old\n', null), 'old\n', null],
  [
    'of a run that kept no copy of what it wrote, and nobody has changed since',
    recorded('old\n', 'new\n', { wrote: absent, now: there('new\n') }),
    'old\n',
    'new\n',
  ],
])('%s', (_, one, from, to) => {
  expect(read(one)).toEqual({ text: { from, to } });
});

test('a binary file is told in numbers', () => {
  const { text } = read(recorded('old\n', 'a\0b'));
  expect(text?.to).toMatch(/^\(3 bytes, sha256 [0-9a-f]{64}\)\n$/);
});

test.each<[string, RecordedFile, string]>([
  [
    'without a copy, and changed since',
    recorded('old\n', 'new\n', { wrote: absent, now: there('theirs\n') }),
    'is not kept',
  ],
  ['that was wiped', recorded('old\n', 'new\n', { has: new Set(['purged']) }), 'is wiped'],
  ['whose whole content is secret', recorded('old\n', 'new\n', { secret: 'whole' }), 'is secret'],
  ['of an older haprov, with a secret', recorded('old\n', 'new\n', { secret: 'unknown' }), 'did not record'],
  ['with a private key', recorded('old\n', '-----BEGIN PRIVATE KEY-----\nMII\n'), 'is secret'],
  [
    'with a secret that nobody knows any more',
    recorded('key former\n', 'key later\n', { secret: 'lines' }),
    'nobody knows any more',
  ],
])('a file %s is not shown', (_, one, why) => {
  const { text, notes } = read(one);
  expect([text, notes]).toEqual([undefined, [expect.stringContaining(why)]]);
});

test('what was not even staged has changed nothing', () => {
  expect(read(recorded(absent, absent, { has: new Set() }))).toEqual({});
});

describe('a secret', () => {
  const file = (secret: string, port: number) => `listen stats\nstats auth admin:${secret}\nbind :${port}\n`;

  test('of today is masked on both sides', () => {
    const now = there(file('today', 3));
    const { text, notes } = read(recorded(file('today', 1), file('today', 2), { secret: 'lines', now }));
    expect(text).toEqual({ from: file('***', 1), to: file('***', 2) });
    expect(notes).toBeUndefined();
  });

  test('of the time before is masked where today’s file has one on a line that begins alike', () => {
    const now = there(file('today', 3));
    const { text } = read(recorded(file('former', 1), file('former', 2), { secret: 'lines', now }));
    expect(text).toEqual({
      from: 'listen stats\nstats auth ***\nbind :1\n',
      to: 'listen stats\nstats auth ***\nbind :2\n',
    });
  });

  test('that changed in the run is in neither side, and it is said', () => {
    const { text, notes } = read(
      recorded(file('former', 1), file('later', 1), { now: there(file('today', 1)) }),
    );
    expect(JSON.stringify(text)).not.toMatch(/former|later|today/);
    expect(notes).toEqual(['only a secret value changed, which is not shown']);
    const both = read(recorded(file('former', 1), file('later', 2), { now: there(file('today', 1)) }));
    expect(both.notes).toEqual(['a secret value changed too, which is not shown']);
  });

  test('that is found by what the file is, is masked without the inventory', () => {
    const { text } = readRecordedChange(
      recorded('auth_pass former\n', 'auth_pass later\n'),
      mask,
      same,
      (texts) => texts.flatMap((one) => one.match(/(?<=auth_pass )\w+/g) ?? []),
    );
    expect(text).toEqual({ from: 'auth_pass ***\n', to: 'auth_pass ***\n' });
  });

  test('hides no line that stands in today’s file, and has none', () => {
    const row = 'stats auth is-a-word\n';
    const { text } = read(recorded(`${row}a\n`, `${row}b\n`, { now: there(`${row}stats auth x:today\n`) }));
    expect(text).toEqual({ from: `${row}a\n`, to: `${row}b\n` });
  });

  test.each([
    ['PASSWORD=today # of shop', 'PASSWORD=former # of shop'],
    ['PASSWORD="today" # of shop', 'PASSWORD=former # of shop'],
    ['login today port 5', 'login former port 5'],
    ['{"password":"today"}', '{"password":"former"}'],
    ['url=https://me:today@host', 'url=https://me:former@host'],
    ['today', 'former'],
  ])('of the time before is masked where today’s line is %s', (today, former) => {
    const one = recorded(`a 1\n${former}\n`, `a 2\n${former}\n`, {
      secret: 'lines',
      now: there(`a 2\n${today}\n`),
    });
    expect(JSON.stringify(read(one).text)).not.toContain('former');
  });
});
