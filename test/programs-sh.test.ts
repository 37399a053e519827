import { askByProgram } from '../src/cli/askpass';
import { askSshConfig } from '../src/host/ask-ssh-config';
import { isNotThere, outputOf, started } from '../src/programs';

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

test('a program that would ask for a secret and cannot be started has no answer', async () => {
  expect(await askByProgram('/etc/passwd/askpass', 'Passphrase:', new AbortController().signal)).toBe('end');
});
