import { chmodSync, symlinkSync } from 'node:fs';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** Where kernel parameters are kept for the next boot: a drop-in of ours, or EL6's sysctl.conf, which others write too. */

let box: Sandbox;
afterEach(() => box.dispose());

const wish = { type: 'sysctl', values: { 'net.ipv4.ip_forward': 1, 'net.ipv4.ip_nonlocal_bind': 1 } };
const dropIn = 'etc/sysctl.d/99-zz-haprov.conf';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
    box.sysctls({ 'net.ipv4.ip_forward': '0', 'net.ipv4.ip_nonlocal_bind': '0' });
  });

  test('systemd: a drop-in; who is read after it is named', async () => {
    box.write('etc/sysctl.conf', 'net.ipv4.ip_forward = 0\n');
    box.write('etc/sysctl.d/zz-local.conf', '# net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.ip_forward = 0\n');
    const found = await box.diff(wish);
    expect(found.map(({ target, notes }) => [target?.replace(box.host, ''), notes])).toEqual([
      [
        `/${dropIn}`,
        [
          expect.stringMatching(
            /etc\/sysctl\.d\/zz-local\.conf is read later at boot and sets net\.ipv4\.ip_forward = 0: /,
          ),
        ],
      ],
      ['net.ipv4.ip_forward, net.ipv4.ip_nonlocal_bind', undefined],
    ]);
    expect(await box.apply(found.map(({ step }) => step))).toMatchObject({ code: 0 });
    expect(box.read(dropIn)).toMatch(/\nnet\.ipv4\.ip_forward = 1\n/);
    expect(box.read('etc/sysctl.conf')).toBe('net.ipv4.ip_forward = 0\n');
    expect(await box.diff(wish)).toEqual([]);
  });

  test('EL6: sysctl.conf, edited in place with its owner and mode, and put back byte for byte', async () => {
    box.becomeEl6();
    const before = Buffer.concat([
      Buffer.from('# caf'),
      Buffer.from([0xe9]),
      Buffer.from(' in Latin 1\nnet.ipv4.ip_forward = 0\n\nkernel.sysrq = 0\nnet.ipv4.ip_forward=0'),
    ]);
    chmodSync(box.write('etc/sysctl.conf', before), 0o600);
    const tree = box.tree('etc');
    const found = await box.diff(wish);
    expect(found.map(({ action, target }) => [action, target?.replace(box.host, '')])).toEqual([
      ['update', '/etc/sysctl.conf'],
      ['update', 'net.ipv4.ip_forward, net.ipv4.ip_nonlocal_bind'],
    ]);
    expect(await box.apply(found.map(({ step }) => step))).toMatchObject({ code: 0 });
    expect(await box.diff(wish)).toEqual([]);
    const [, row] = box.tree('etc').filter((one) => /sysctl\.conf/.test(one));
    expect(row).toContain('sysctl.conf 600 ');
    expect(row).toContain(
      JSON.stringify(
        '# café in Latin 1\nnet.ipv4.ip_forward = 1\n\nkernel.sysrq = 0\nnet.ipv4.ip_nonlocal_bind = 1\n',
      ),
    );
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect(box.tree('etc')).toEqual(tree);
  });

  test('EL6 without sysctl.conf, and with a sysctl.d that is read after it', async () => {
    box.becomeEl6();
    box.write('etc/sysctl.d/libvirtd', 'net.ipv4.ip_forward = 0\n');
    symlinkSync('../sysctl.conf', box.path('etc/sysctl.d/99-sysctl.conf'));
    const [file] = await box.diff(wish);
    expect(file).toMatchObject({
      action: 'create',
      text: { from: null, to: 'net.ipv4.ip_forward = 1\nnet.ipv4.ip_nonlocal_bind = 1\n' },
      notes: [
        expect.stringContaining('sysctl.d/libvirtd is read later at boot and sets net.ipv4.ip_forward = 0'),
      ],
    });
  });

  test('sysctl.conf by name is edited in place by systemd’s hosts too', async () => {
    box.write('etc/sysctl.conf', '# theirs\nkernel.sysrq = 0\n');
    const [file] = await box.diff({ ...wish, path: '/etc/sysctl.conf' });
    expect(file?.text?.to).toBe(
      '# theirs\nkernel.sysrq = 0\nnet.ipv4.ip_forward = 1\nnet.ipv4.ip_nonlocal_bind = 1\n',
    );
  });
});
