import type { RecordedRun } from '../../src/host/history';
import { inOrder } from '../../src/host/run-order';

/** `NAME@TIME`, newest first. */
const history = (...rows: string[]): RecordedRun[] =>
  rows.map((row, index) => {
    const [run = '', at] = row.split('@');
    const entry = { event: 'state', state: 'staging' } as const;
    return {
      run,
      number: rows.length - index,
      state: 'finished',
      alive: false,
      format: 2,
      journal: [{ at: Number(at), entry }],
    };
  });

test.each<[string, string[][], string[]]>([
  [
    'a name of a mad clock counts for nothing',
    [['b@3', '99991231T235959Z-x@2', 'a@1']],
    ['b', '99991231T235959Z-x', 'a'],
  ],
  [
    'what one host has both of, in its order, whatever the clocks say',
    [
      ['b@1', 'a@9'],
      ['b@1', 'a@9'],
    ],
    ['b', 'a'],
  ],
  [
    'between hosts the clocks decide',
    [
      ['c@5', 'a@1'],
      ['d@6', 'b@3'],
    ],
    ['d', 'c', 'b', 'a'],
  ],
  [
    'a run of both ties what came before it and after it',
    [
      ['b@2', 'x@1'],
      ['x@7', 'a@6'],
    ],
    ['b', 'x', 'a'],
  ],
  [
    'hosts that contradict each other still give each run once',
    [
      ['a@1', 'b@2'],
      ['b@2', 'a@1'],
    ],
    ['b', 'a'],
  ],
  ['none', [[], []], []],
])('%s', (_, rows, order) => {
  expect(inOrder(rows.map((each) => history(...each)))).toEqual(order);
});
