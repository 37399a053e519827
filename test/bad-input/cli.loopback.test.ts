import { spawn } from 'node:child_process';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { buildProgram, program, removeProgram } from '../support/program';
import { type BadInput, badInputs, withFiles } from './cases';

let listener: Server;
let connections = 0;

beforeAll(async () => {
  await buildProgram();
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((ready) => listener.listen(0, '0.0.0.0', ready));
});

afterAll(async () => {
  removeProgram();
  await new Promise((closed) => listener.close(closed));
});

/** Runs `haprov plan` on a case whose hosts, were they asked, are the listener. */
async function plan(one: BadInput): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const loopback = Object.entries(one.files ?? {}).map(([name, text]) => [
    name,
    // Only addresses of hosts: VIPs on loopback are faults of their own.
    text.replace(/(?<=\{ address: )10\.0\.0\.([1-7])(?= \}|, priority)/g, '127.0.0.$1'),
  ]);
  return withFiles({ ...one, files: Object.fromEntries(loopback) }, (folder, file) => {
    const port = String((listener.address() as AddressInfo).port);
    const args = ['plan', file, '--port', port, '--user', 'nobody', '--accept-new-host-keys'];
    const child = spawn(process.execPath, [program, ...args, '--known-hosts', join(folder, 'known_hosts')], {
      env: { PATH: process.env.PATH, HOME: folder, ...one.env },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk));
    return new Promise((done) => child.on('close', (code) => done({ code, ...output })));
  });
}

const all = badInputs();
// A VIP that is a host's address would be refused for being on loopback, too.
const sample = all.filter(
  ({ faults }, index) => index % 3 === 0 && faults.every(({ says }) => !says.includes('address of host')),
);

test('a good inventory does reach the listener, so that silence means something', async () => {
  connections = 0;
  const files = {
    'inventory.yaml': 'hosts: { a: { address: 10.0.0.1 } }\nplaybooks: [./p.yaml]\n',
    'p.yaml': 'tasks: [{ name: T, resources: [{ type: package, names: [x] }] }]\n',
  };
  const { code } = await plan({ name: 'good', files, faults: [] });
  expect(connections).toBeGreaterThan(0);
  expect(code).toBe(3);
});

test('the sample is large enough', () => expect(sample.length).toBeGreaterThanOrEqual(12));

test.each(sample.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
  connections = 0;
  const { code, stdout, stderr } = await plan(one);
  expect(stdout).toBe('');
  for (const { says } of one.faults) {
    for (const part of says.split(/\{\{\w+\}\}/)) expect(stderr).toContain(part);
  }
  expect(stderr.match(/^error: /gm)).toHaveLength(one.faults.length);
  expect(code).toBe(2);
  expect(connections).toBe(0);
});
