import childProcess from 'node:child_process';
import { Server, Socket } from 'node:net';

/** The ring `unit` answers in seconds: a test that starts a process or opens a connection belongs to another ring. */

const belongs = 'name the file *-sh.test.ts, or *.loopback.test.ts where it connects to something';
const refuse = (what: string) => (): never => {
  throw new Error(`a unit test ${what}: ${belongs}`);
};
const processes = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const;

// One worker runs files of several rings, and node's own modules are the same in all of them.
const replaced = [
  ...processes.map((name) =>
    jest.spyOn(childProcess, name).mockImplementation(refuse(`calls ${name}`) as never),
  ),
  jest.spyOn(Server.prototype, 'listen').mockImplementation(refuse('listens')),
  jest.spyOn(Socket.prototype, 'connect').mockImplementation(refuse('connects')),
];
afterAll(() => {
  for (const one of replaced) one.mockRestore();
});
