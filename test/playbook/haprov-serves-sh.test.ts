import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The shipped check of a VIP without HAProxy, as it is written: bash runs it on every host. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-serves-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What it ends with, where systemctl says of units what `units` does. */
async function serves(words: (string | number)[], units = 'exit 3'): Promise<number | null> {
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\necho "$*" >${folder}/asked\n${units}\n`, {
    mode: 0o755,
  });
  const script = readFileSync(resolve('templates/keepalived/haprov-serves.ejs'), 'utf8')
    // The machine of the tests need not have systemd.
    .replace('-d /run/systemd/system', `-d ${folder}`);
  writeFileSync(join(folder, 'haprov-serves'), script);
  const child = spawn('bash', [join(folder, 'haprov-serves'), ...words.map(String)], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return code as number | null;
}

test.each([
  ['runs', 'exit 0', 0],
  ['does not run', 'exit 3', 3],
])('a unit that %s', async (_, units, code) => {
  expect(await serves(['unit', 'hello@1.service'], units)).toBe(code);
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('is-active --quiet hello@1.service\n');
});

test('a TCP port: on loopback, on another address of the host, nowhere', async () => {
  const open = async (address: string) => {
    const server = createServer((socket) => socket.destroy());
    await once(server.listen(0, address), 'listening');
    return { server, port: (server.address() as AddressInfo).port };
  };
  const [loopback, own] = [await open('127.0.0.1'), await open('127.9.9.9')];
  try {
    expect(await serves(['tcp', loopback.port])).toBe(0);
    expect(await serves(['tcp', own.port, '127.9.9.9'])).toBe(0);
    expect(await serves(['tcp', own.port])).toBe(1);
  } finally {
    loopback.server.close();
    own.server.close();
  }
  expect(await serves(['tcp', loopback.port, '127.9.9.9'])).toBe(1);
});

test.each(['udp4', 'udp6'] as const)('a UDP port that somebody has open: %s', async (kind) => {
  const socket = createSocket(kind);
  socket.bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  expect(await serves(['udp', port])).toBe(0);
  await new Promise<void>((done) => socket.close(() => done()));
  expect(await serves(['udp', port])).toBe(1);
});

test('a process by its name', async () => {
  expect(await serves(['process', 'haprov-none'])).toBe(1);
  const name = readFileSync('/proc/self/comm', 'utf8').trim();
  expect(await serves(['process', name])).toBe(0);
  expect(existsSync(join(folder, 'asked'))).toBe(false);
});

test('what it does not know fails', async () => expect(await serves(['else', 'x'])).toBe(2));
