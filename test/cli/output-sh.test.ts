import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { buildProgram, program, removeProgram } from '../support/program';

/** Where output goes that cannot be written. */

beforeAll(buildProgram, 30_000);
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
