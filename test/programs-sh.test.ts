import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { askByProgram } from '../src/cli/askpass';
import { askSshConfig } from '../src/host/ask-ssh-config';
import { openSshSession } from '../src/host/openssh';
import type { SshSettings } from '../src/host/ssh-config';
import { openProxyCommand } from '../src/host/transport';
import { isNotThere, outputOf, started } from '../src/programs';
import { scratch } from './support/scratch';

/** A file in PATH: Node throws for a program that is in none of its folders, and tells of no event. */
const env = { PATH: `/etc/passwd` };

test('a program that cannot be started is told by the promise, whatever Node does', async () => {
  await expect(started('nobody-is-called-so', [], { env })).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(started('nobody-is-called-so', [], {})).rejects.toMatchObject({ code: 'ENOENT' });
  const { error, ...said } = await outputOf('nobody-is-called-so', [], { env });
  expect(error && isNotThere(error)).toBe(true);
  expect(said).toEqual({ stdout: '', stderr: '' });
});

test('with a file in PATH, ssh is not there, as it is without', async () => {
  expect(await askSshConfig('fred', '192.0.2.1', ['-G'], env)).toEqual(new Map());
});

test('a login for which ssh, or the shell of a ProxyCommand, cannot be started fails as any other, and leaves nothing', async () => {
  const folder = mkdtempSync(join(scratch, 'haprov-programs-'));
  const settings = {
    ...{ user: 'root', hostname: '192.0.2.1', port: 22, connectTimeoutMs: 1000, identityFiles: [] },
    env: { ...env, XDG_RUNTIME_DIR: folder, SHELL: '/etc/passwd/sh' },
  } as unknown as SshSettings;
  const target = { name: 'fred', address: '192.0.2.1', sudo: false };
  await expect(openSshSession(target, settings, '')).rejects.toMatchObject({ exitCode: 3 });
  expect(readdirSync(folder)).toEqual([]);
  await expect(openProxyCommand('nc', settings.env)).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('a program that would ask for a secret and cannot be started has no answer', async () => {
  expect(await askByProgram('/etc/passwd/askpass', 'Passphrase:', new AbortController().signal)).toBe('end');
});
