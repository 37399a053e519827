import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeLab, haprov, inventoryFile, lab, on } from '../support/lab';

/** What stands in the way of a file on a real host: links of others, mount points, owners without a name. */

describeLab('files in awkward places', () => {
  let file: string;
  const wants = (...resources: object[]) => {
    writeFileSync(join(dirname(file), 'own.json'), JSON.stringify({ tasks: [{ name: 'Own', resources }] }));
  };
  const apply = async () => {
    const { code, stdout, stderr } = await haprov('apply', file, '--yes', '--limit', 'fred');
    return { code, output: stdout + stderr };
  };

  beforeAll(() => {
    lab('reset', '--alone', 'fred', 'ethyl');
    file = inventoryFile((inventory) => {
      for (const key of ['vips', 'services', 'stats', 'sysctl']) delete inventory[key];
      inventory.playbooks = ['./own.json'];
    });
  });

  test('a link that a service’s user has put there is not followed, and nothing of the file behind it is shown', async () => {
    on(
      'fred',
      'mkdir -p /srv/app && chown deploy /srv/app && su deploy -s /bin/sh -c "ln -s /etc/shadow /srv/app/conf"',
    );
    const before = on('fred', 'stat -c "%a %u:%g" /etc/shadow; sha256sum /etc/shadow');
    wants({ type: 'file', path: '/srv/app/conf', content: 'new\n', owner: 'deploy', mode: '0666' });
    const { code, output } = await apply();
    expect(code).toBe(2);
    expect(output).toContain(
      '/srv/app/conf is a symbolic link to /etc/shadow in /srv/app, which deploy can change: it is not followed',
    );
    expect(output).not.toContain('root:*');
    expect(on('fred', 'stat -c "%a %u:%g" /etc/shadow; sha256sum /etc/shadow')).toBe(before);
  });

  test('a mount point is refused before anything is changed', async () => {
    wants(
      { type: 'file', path: '/etc/first', content: 'x\n' },
      { type: 'line', path: '/etc/hosts', line: '127.0.0.9 nine' },
    );
    const { code, output } = await apply();
    expect([code, output]).toEqual([1, expect.stringContaining('/etc/hosts is a mount point')]);
    expect(on('fred', 'ls /etc/first 2>&1 || :')).toContain('No such file');
  });

  test('owners without a name, a hard link and a set-user-ID bit come back when the run fails', async () => {
    on(
      'fred',
      'cd /srv; echo a >a; echo b >b; ln b c; chown 4711:4712 a; chmod 4755 b; mkdir d; chown 4711:4712 d; chmod 2750 d',
    );
    const state = () => on('fred', 'cd /srv; stat -c "%n %i %a %u:%g %h %Y" a b c d; cat a b c');
    const before = state();
    wants(
      { type: 'file', path: '/srv/a', content: 'new\n' },
      { type: 'file', path: '/srv/b', content: 'new\n' },
      { type: 'directory', path: '/srv/d' },
      { type: 'command', run: 'false', unless: 'false' },
    );
    const { code, output } = await apply();
    expect([code, output]).toEqual([1, expect.stringContaining(': it was restored')]);
    expect(state()).toBe(before);
  });
});
