import type { Connection } from '../../src/host/connection';
import { Overdue } from '../../src/host/exec';
import { answersOf } from '../../src/host/survey';
import { UnansweredQuestion } from '../../src/host/unanswered-question';

test('a host that let us in and takes too long does not answer: that is no fault of its SSH', async () => {
  const connection: Connection = {
    host: 'fred',
    user: 'root',
    execs: 0,
    close: () => {},
    runScript: async () => {
      throw new Overdue('fred', 'the command did not end within 15 s');
    },
  };
  const asked = answersOf(connection, [], { timeoutMs: 15_000 });
  await expect(asked).rejects.toBeInstanceOf(UnansweredQuestion);
  await expect(asked).rejects.toThrow('fred: its answers took longer than 15 s');
});
