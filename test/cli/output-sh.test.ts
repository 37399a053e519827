import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { withFiles } from '../bad-input/cases';
import { buildProgram, program, removeProgram, run } from '../support/program';

/** Where output goes that cannot be written. */

beforeAll(buildProgram);
afterAll(removeProgram);

test('a full disk: said once, and a failure', () => {
  const full = openSync('/dev/full', 'w');
  try {
    const { status, stderr } = spawnSync(process.execPath, [program, 'schema', 'inventory'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    expect(stderr).toBe(
      'error: not all could be written to standard output: ENOSPC: no space left on device, write\n',
    );
    expect(status).toBe(1);
  } finally {
    closeSync(full);
  }
});

test('status of hosts that all refuse at once says so, while a VIP that takes its question does not answer', async () => {
  // Connections are the kernel's: spawnSync lets nothing else of this process run.
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  // No VIP is a loopback address; without any other, packets to 192.0.2.1 go nowhere.
  const own = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const silent = createServer().listen(0, own ?? '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const inventory = {
    hosts: { a: { address: '127.0.0.1', priority: 2 }, b: { address: '127.0.0.2', priority: 1 } },
    groups: { balancers: ['a', 'b'], web: ['a', 'b'] },
    vips: { v: { address: own ?? '192.0.2.1', virtualRouterId: 37 } },
    services: { www: { port, backends: { port: 8080 } } },
    playbooks: ['ha-pair'],
  };
  try {
    await withFiles({ files: { 'inventory.json': JSON.stringify(inventory) } }, (folder) => {
      const { code, stdout, stderr } = run(folder, ['status', '--port', '9', '--ssh-config', 'none']);
      expect(`${stdout}${stderr}`).toContain('SSH on a does not work: 127.0.0.1:9 refuses the connection');
      expect(code).toBe(3);
      const plan = run(folder, ['plan', '--port', '9', '--ssh-config', 'none']).stdout.toString();
      expect(plan.replace(/\s+/g, ' ')).toContain(
        'nothing listens there. Check the address and port, and that sshd runs on the host.',
      );
    });
  } finally {
    silent.close();
  }
});
