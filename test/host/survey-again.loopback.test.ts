import { surveyAgain } from '../../src/host/survey';
import { connection, files, logIn, server } from '../support/logged-in';
import { answers } from '../support/ssh-server';

const listener = { begin: () => {}, end: () => {}, script: () => {} };
const ask = () => {
  const target = files.target(server.port);
  return surveyAgain([{ target, questions: [] }], listener, { kept: new Map([[target.name, connection]]) });
};
/** It logs in, and says what makes no sense: so one sees that it was asked. */
const babbling = answers({ stderr: 'no shell here', code: 3 });

test('a connection that has broken off since is made anew, once, and the host is asked', async () => {
  await logIn(babbling);
  connection.close();
  const { failures } = await ask();
  expect(failures.map(({ error }) => error.message)).toEqual([expect.stringContaining('no shell here')]);
  expect(server.commands).toHaveLength(1);
});

test('a host that cannot be logged in at any more is told once', async () => {
  await logIn(babbling);
  connection.close();
  await server.close();
  const { hosts, failures } = await ask();
  expect([hosts.length, failures.length]).toEqual([0, 1]);
});
