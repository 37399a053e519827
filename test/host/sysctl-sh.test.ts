import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync } from 'node:fs';
import { compose } from '../../src/shell/library';
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

  const running = async (values: Record<string, string | number>) => {
    const found = await box.diff({ type: 'sysctl', values });
    return found.filter(({ target }) => target === Object.keys(values).join(', '));
  };
  const reserved = 'net.ipv4.ip_local_reserved_ports';
  /** A kernel that says `says` whatever it is told about the ports; nothing of sysctl(8) is known otherwise. */
  const kernelSays = (says: string) =>
    box.fake(
      'sysctl',
      `"-q -w ${reserved}="*) file='${box.path('../proc/sys/net/ipv4/ip_local_reserved_ports')}'; echo "$3" >>"$state/told"; [ "$3" != "${reserved}=" ] || exit 255; echo '${says}' >"$file" ;;`,
    );

  test('the kernel’s own numbers, read whole from the real /proc/sys', async () => {
    const keys = ['kernel.osrelease', 'net.ipv4.ip_local_port_range', 'net.core.somaxconn', 'kernel.printk'];
    const real = keys.map((key) => {
      const value = readFileSync(`/proc/sys/${key.replaceAll('.', '/')}`, 'utf8');
      return `${key}=${value.trim().replace(/\s+/g, ' ')}`;
    });
    const [program, ...words] = shell;
    const script = compose(`probe_sysctls ${keys.join(' ')} no.such`);
    const said = execFileSync(program, words, { input: script, encoding: 'utf8' });
    expect(said.trimEnd().split('\n')).toEqual([...real, 'no.such=-']);
  });

  test('a set that the kernel tells in another form is set, and nothing is left to do', async () => {
    box.sysctls({ [reserved]: '' });
    kernelSays('8080-8081');
    const found = await running({ [reserved]: '8080,8081' });
    expect(await box.apply(found.map(({ step }) => step))).toMatchObject({ code: 0 });
    expect(await running({ [reserved]: '8081,8080' })).toEqual([]);
    // An empty value is put back past a sysctl(8) that takes none.
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect(box.sysctl(reserved)).toBe('');
  });

  test('a kernel that makes something else of it is named, and so is somebody else who sets it', async () => {
    box.sysctls({ [reserved]: '1' });
    kernelSays('64');
    const steps = (await running({ [reserved]: '70000' })).map(({ step }) => step);
    const failed = (output: RegExp) =>
      expect.objectContaining({ event: 'failed', part: 'verify', output: expect.stringMatching(output) });
    expect((await box.apply(steps)).journal).toContainEqual(
      failed(/was set to "70000", and the kernel made "64" of it: ask for that, or for what it can take$/),
    );
    box.sysctls({ [reserved]: '1' });
    kernelSays('70000');
    const other = box.write('other', `echo 5 >'${box.path('../proc/sys/net/ipv4/ip_local_reserved_ports')}'`);
    const early = steps.map((step) => ({ ...step, verify: `. '${other}'; ${step.verify}` }));
    expect((await box.apply(early, 'run2')).journal).toContainEqual(
      failed(/was set to "70000", and is "5" a moment later: something on the host sets it too$/),
    );
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
