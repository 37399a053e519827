import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram, program, removeProgram } from '../support/program';

/** Ctrl-C while a host does not answer: nothing was begun, so each leaves at once. */

let folder: string;
let silent: Server;

beforeAll(async () => {
  await buildProgram();
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const hosts = { fred: { address: '127.0.0.1' } };
  const tasks = [{ name: 'One', resources: [{ type: 'directory', path: '/srv/one' }] }];
  mkdirSync(join(folder, 'playbooks'));
  writeFileSync(join(folder, 'playbooks/one.json'), JSON.stringify({ tasks }));
  writeFileSync(
    join(folder, 'inventory.json'),
    JSON.stringify({ name: 'silent', hosts, playbooks: ['one'] }),
  );
});
afterAll(() => {
  silent.close();
  removeProgram();
  rmSync(folder, { recursive: true });
});

/** Ctrl-C comes when the host has taken the connection; the host goes on to say nothing until haprov has said something. */
async function interrupted(command: string): Promise<{ code: number | null; said: string }> {
  const { port } = silent.address() as AddressInfo;
  const [name = '', ...options] = command.split(' ');
  const words = [name, 'inventory.json', ...options, '--port', String(port), '--ssh-config', 'none'];
  const connected = once(silent, 'connection') as Promise<[Socket]>;
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
  });
  let said = '';
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const stopping = new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
        if (chunk.includes('stopping')) done();
      });
  });
  const early = ended.then((code) => {
    throw new Error(`exit ${code} before it was connected: ${said}`);
  });
  early.catch(() => undefined);
  const [socket] = await Promise.race([connected, early]);
  child.kill('SIGINT');
  await Promise.race([ended, stopping]);
  socket.destroy();
  return { code: await ended, said };
}

test.each([
  'plan',
  'status',
  'log',
  'diagram --live',
  'unlock',
  'drain fred',
  'undrain fred',
  'drill --yes',
  'apply --yes',
])('%s', async (command) => {
  const { code, said } = await interrupted(command);
  expect(code).toBe(130);
  expect(said).not.toContain('stopping');
});
