import { execFileSync, spawnSync } from 'node:child_process';
import { fingerprint, parseKnownHosts } from '../../src/host/host-keys';
import fc from '../support/property';
import { type SshFiles, sshFiles } from '../support/ssh-files';

let files: SshFiles;
beforeAll(() => {
  files = sshFiles();
});
afterAll(() => files.remove());

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKz1h3sPE2Yi1J3FJ3HXkcNCq3OX6nTfvYHNwBTVLsV4';

/** The line numbers that OpenSSH finds. */
function opensshFinds(file: string, name: string): number[] {
  const { stdout } = spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' });
  return [...stdout.matchAll(/^# Host .* found: line (\d+)/gm)].map(([, line]) => Number(line));
}

test('finds the lines that ssh-keygen -F finds', () => {
  const host = fc.constantFrom('web', 'web1', '10.0.0.1', '[web]:2222', '[10.0.0.1]:22', 'a.web.org', 'WEB');
  const pattern = fc.oneof(host, fc.constantFrom('*', 'web?', '*.org', '10.0.0.*', '[web]:*', '?', 'w*b*'));
  const negated = fc.tuple(fc.boolean(), pattern).map(([no, text]) => (no ? `!${text}` : text));
  const marker = fc.constantFrom('', '', '', '@revoked ', '@cert-authority ');
  const entry = fc
    .tuple(marker, fc.array(negated, { minLength: 1, maxLength: 3 }), fc.constantFrom('', ' a comment'))
    .map(([mark, patterns, comment]) => `${mark}${patterns.join(',')} ${KEY}${comment}`);
  const line = fc.oneof({ weight: 5, arbitrary: entry }, fc.constantFrom('', '# web comment', '   '));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), host, (lines, name) => {
      const text = `${lines.join('\n')}\n`;
      const file = files.write('oracle', text);
      expect(parseKnownHosts(text, file, name.toLowerCase()).map((found) => found.line)).toEqual(
        opensshFinds(file, name.toLowerCase()),
      );
    }),
    { numRuns: 150 },
  );
});

test('finds names that ssh-keygen -H hashed', () => {
  const file = files.write('hashed', `web ${KEY}\n[web]:2222 ${KEY}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  const text = execFileSync('cat', [file], { encoding: 'utf8' });
  expect(text).not.toContain('web');
  for (const name of ['web', '[web]:2222', 'other']) {
    expect(parseKnownHosts(text, file, name).map(({ line }) => line)).toEqual(opensshFinds(file, name));
  }
});

test('prints the fingerprint that ssh-keygen -l prints', () => {
  const file = files.write('key.pub', `${KEY}\n`);
  const printed = execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' });
  expect(printed).toContain(` ${fingerprint(Buffer.from(KEY.split(' ')[1] ?? '', 'base64'))} `);
});
