import { foreignHint } from '../../src/cli/other-tools';

test.each([
  ["error: unknown command 'shell'\n(Did you mean push?)\n", 'haprov ssh HOST'],
  ["error: unknown command 'check'\n", 'haprov plan'],
  ["error: unknown command 'diff'\n", 'haprov plan'],
  ["error: unknown command 'ping'\n", 'haprov exec all -- true'],
  ["error: unknown command 'setup'\n", 'haprov facts --json'],
  ["error: unknown option '--check'\n", 'haprov plan'],
  ["error: unknown command 'validate'\n", 'haprov lint'],
  ["error: unknown command 'command'\n", 'haprov exec HOSTS -- COMMAND'],
  ["error: unknown option '--forks'\n", '--serial, of apply and push; --at-once, of exec'],
  ["error: unknown command 'stop'\n", 'haprov drain HOST'],
  ["error: unknown option '--diff'\n", 'haprov plan'],
  ["error: unknown option '-i'\n", 'the inventory as the first word'],
  ["error: unknown option '--limit'\n", '--limit where hosts are asked'],
  ["error: unknown option '--syntax-check'\n", 'haprov lint'],
  ["error: unknown option '--tags=x'\n", '--only, of plan, apply and push'],
])('%s', (message, hint) => {
  expect(foreignHint(message)).toContain(`what to do: use ${hint}`);
});

test.each([
  "error: unknown command 'aply'\n(Did you mean apply?)\n",
  "error: unknown command 'constructor'\n",
  'error: missing argument',
])('%s is left to itself', (message) => {
  expect(foreignHint(message)).toBeUndefined();
});
