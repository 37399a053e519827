import { newestNote, type RollNote, type Stand } from '../../src/host/roll-note';
import { resume } from '../../src/patch/resume';

const now = new Date('2026-01-02T12:00:00Z');
const stand = (state: Stand['state'], staysDrained = false): Stand => ({
  state,
  staysDrained,
  mark: state === 'booting' ? 'a:1' : '',
});
const asked = {
  command: 'reboot',
  hosts: ['lucy', 'ethyl', 'fred'],
  known: ['lucy', 'ethyl', 'fred'],
  drained: new Set<string>(),
  anew: false,
  roll: 'new',
  owner: 'me@laptop',
  now,
};
const left = (stands: Record<string, Stand>, minutesAgo = 3, command = 'reboot'): RollNote => ({
  roll: 'old',
  serial: 4,
  begun: new Date(now.getTime() - minutesAgo * 60_000),
  command,
  owner: 'ann@desk',
  hosts: new Map(Object.entries(stands)),
});

test('where nothing was left, all hosts are due, and who is drained stays so', () => {
  const { note, due, words } = resume(undefined, { ...asked, drained: new Set(['lucy']) });
  expect({ due, words, roll: note.roll, begun: note.begun }).toEqual({
    due: ['lucy', 'ethyl', 'fred'],
    words: [],
    roll: 'new',
    begun: now,
  });
  expect(note.hosts.get('lucy')).toEqual(stand('due', true));
  expect(note.hosts.get('fred')).toEqual(stand('due'));
});

test('where one was left, whoever was taken out is first, and who is done has no turn', () => {
  const note = left({ lucy: stand('done'), ethyl: stand('due'), fred: stand('booting') });
  const resumed = resume(note, { ...asked, drained: new Set(['fred']) });
  expect(resumed.due).toEqual(['fred', 'ethyl']);
  expect(resumed.note).toEqual(note);
  expect(resumed.words).toEqual([
    'goes on with haprov reboot of ann@desk, begun 3m 00s ago: lucy is done, ethyl is not begun, fred was told to boot',
  ]);
});

describe('a roll that was left over some hosts only', () => {
  const one = left({ ethyl: stand('booting') }, 3, 'patch --security');
  const same = { ...asked, command: 'patch --security' };

  test('is to end first, where others are meant too', () => {
    const named = { ...same, hosts: ['ethyl', 'fred'] };
    expect(() => resume(one, named)).toThrow(
      expect.objectContaining({
        message:
          'haprov patch --security of ann@desk, begun 3m 00s ago, was left (ethyl was told to boot; no part of it: fred), and nothing was done now',
        hint: 'haprov patch INVENTORY ethyl --security goes on with it; --anew begins haprov patch --security from the first host',
      }),
    );
    expect(resume(one, { ...named, anew: true }).due).toEqual(['ethyl', 'fred']);
  });

  test('goes on with those of them that are named, and leaves the others as they are', () => {
    const two = left({ lucy: stand('booting'), ethyl: stand('due') });
    const resumed = resume(two, { ...asked, hosts: ['ethyl'] });
    expect([resumed.due, resumed.note]).toEqual([['ethyl'], two]);
  });
});

test.each<[string, Partial<typeof asked>, number]>([
  ['it is to begin anew', { anew: true }, 3],
  ['what was done is old', {}, 25 * 60],
  ['its time is not known', {}, Number.NaN],
])('begins with the first host where %s; what the other drained does not stay so', (_, more, minutes) => {
  const note = left({ lucy: stand('done'), ethyl: stand('taken'), fred: stand('due', true) }, minutes);
  const resumed = resume(note, { ...asked, drained: new Set(['ethyl', 'fred']), ...more });
  expect(resumed.due).toEqual(['lucy', 'ethyl', 'fred']);
  expect(resumed.words).toEqual([
    expect.stringMatching(/^begins anew.*lucy is done, ethyl was taken out, fred is not begun$/),
  ]);
  expect(resumed.note.roll).toBe('new');
  expect([...resumed.note.hosts].map(([name, one]) => [name, one.state, one.staysDrained])).toEqual([
    ['lucy', 'due', false],
    ['ethyl', 'taken', false],
    ['fred', 'due', true],
  ]);
});

test('begun anew over others: a host that is still drained by the roll that was left is named', () => {
  const note = left({ lucy: stand('taken'), fred: stand('booting') });
  const resumed = resume(note, { ...asked, hosts: ['ethyl'], anew: true, drained: new Set(['lucy']) });
  const still = 'lucy is still drained (haprov undrain lucy gives it its place back)';
  expect(resumed).toMatchObject({ leftOut: [still], words: [expect.anything(), still] });
});

test.each([
  ['was drained meanwhile stays so', false, ['ethyl'], true],
  ['has its place back meanwhile is served again after its turn', true, [], false],
])('goes on: a host that had no turn yet and %s', (_, before, drained, after) => {
  const note = left({ lucy: stand('taken'), ethyl: stand('due', before) });
  const resumed = resume(note, {
    ...asked,
    hosts: ['lucy', 'ethyl'],
    drained: new Set(['lucy', ...drained]),
  });
  expect([...resumed.note.hosts].map(([name, one]) => [name, one.state, one.staysDrained])).toEqual([
    ['lucy', 'taken', false],
    ['ethyl', 'due', after],
  ]);
});

test.each(['taken', 'booting'] as const)(
  'goes on: a host that was %s, and that somebody has drained since it had its place back, stays drained while it is',
  (state) => {
    const note = left({ ethyl: stand(state, true) });
    for (const drained of [['ethyl'], []]) {
      const hosts = { hosts: ['ethyl'], drained: new Set(drained) };
      const { note: goesOn } = resume(note, { ...asked, ...hosts });
      expect(goesOn.hosts.get('ethyl')).toEqual(stand(state, drained.length > 0));
      expect(resume(note, { ...asked, ...hosts, anew: true }).note.hosts.get('ethyl')).toEqual(
        stand('due', drained.length > 0),
      );
    }
  },
);

test('another command that was left goes on first', () => {
  expect(() => resume(left({ fred: stand('taken') }, 3, 'patch'), asked)).toThrow(
    'haprov patch of ann@desk, begun 3m 00s ago, was left (fred was taken out), and nothing was done now',
  );
});

test('a patch of something else goes on first: its hosts that are done lack what is meant now', () => {
  const one = left({ ethyl: stand('done'), fred: stand('due') }, 3, 'patch --packages haproxy');
  for (const command of ['patch', 'patch --security', 'reboot'])
    expect(() => resume(one, { ...asked, command })).toThrow(
      expect.objectContaining({
        message:
          'haprov patch --packages haproxy of ann@desk, begun 3m 00s ago, was left (ethyl is done, fred is not begun), and nothing was done now',
        hint: `haprov patch INVENTORY fred --packages haproxy goes on with it; --anew begins haprov ${command} from the first host`,
      }),
    );
  expect(resume(one, { ...asked, hosts: ['fred'], command: one.command }).due).toEqual(['fred']);
});

describe('a host that the inventory has no more', () => {
  const note = left({ ethyl: stand('done'), ricky: stand('taken') });
  const isOut =
    'ricky was taken out, and the inventory has it no more: where it is still drained, haprov undrain ricky gives it its place back, by an inventory that has it';

  test('keeps nothing from its end, nor another command from its begin', () => {
    const resumed = resume(note, { ...asked, hosts: ['ethyl'] });
    expect(resumed).toMatchObject({
      due: [],
      words: [expect.stringMatching(/^goes on with/), isOut],
    });
    expect([...(resumed.left?.hosts.keys() ?? [])]).toEqual(['ethyl']);
    expect(resumed.leftOut).toEqual([isOut]);
    const other = resume(note, { ...asked, command: 'patch' });
    expect(other).toMatchObject({ due: asked.hosts, note: { roll: 'new' } });
    expect(other.words).toEqual([
      'begins anew, because the inventory has no more what was not done: haprov reboot of ann@desk, begun 3m 00s ago, was left: ethyl is done, ricky was taken out',
      isOut,
    ]);
    expect(other.leftOut).toEqual([isOut]);
  });

  test('is no reason to go on with a roll over other hosts', () => {
    expect(resume(left({ ricky: stand('taken') }), asked)).toMatchObject({
      due: asked.hosts,
      note: { roll: 'new' },
    });
  });

  test('and that the roll has not taken out needs nothing', () => {
    const due = left({ ethyl: stand('due'), ricky: stand('due'), lucy: stand('taken', true) });
    const { leftOut, words } = resume(due, { ...asked, hosts: ['ethyl'], known: ['ethyl'] });
    expect(leftOut).toEqual([]);
    expect(words[1]).toBe(
      'leaves out what the inventory has no more: ricky is not begun, lucy was taken out',
    );
  });

  test('lets no other command begin that others of the roll are to go on with', () => {
    const both = left({ ethyl: stand('due'), ricky: stand('done') });
    expect(() => resume(both, { ...asked, command: 'patch' })).toThrow('ethyl is not begun');
  });
});

test('of what hosts have noted, the newest roll and its last word count', () => {
  const one = left({ fred: stand('due') });
  const later = { ...one, serial: 5 };
  const older = { ...left({}, 60), serial: 99 };
  expect(newestNote([one, later, older])).toBe(later);
  expect(newestNote([])).toBeUndefined();
});

describe('a host that was away when a roll ended', () => {
  const away = { ...left({ fred: stand('taken'), lucy: stand('due') }), serial: 1 };
  const over = { ...away, serial: 5, isOver: true } as const;
  const later = { ...left({ lucy: stand('done') }, 2), roll: 'later', isOver: true } as const;
  const elsewhere = { ...later, hosts: left({ ethyl: stand('done') }).hosts };

  test.each([
    ['is not believed where others were told', [away, over], undefined],
    ['is not believed where a later one over some of its hosts is over', [away, later], undefined],
    ['is believed where a later one over other hosts is over', [elsewhere, away], away],
    ['is believed where an earlier one is over', [away, { ...later, begun: new Date(0) }], away],
  ])('%s', (_, notes, believed) => {
    expect(newestNote<RollNote>(notes)).toBe(believed);
  });
});
