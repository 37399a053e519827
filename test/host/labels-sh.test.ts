import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../../src/resources/resource';
import { command, quote } from '../../src/shell/quote';
import { type Entry, own, Sandbox, type Shell, shells } from '../shell/sandbox';
import { resourceOf } from '../support/resources';

/** SELinux's labels of files and folders, against stand-ins of its tools that keep labels by the inode. */

const right = 'system_u:object_r:etc_t:s0';
const failing: Step = { phase: 'commit', check: ':', run: 'fail boom' };

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());

  interface Host {
    generation?: number;
    /** The tools that it has. */
    tools?: string[];
    /** What its mounts say. */
    options?: string;
    mode?: string;
  }
  function host({
    generation = 9,
    tools = ['matchpathcon', 'restorecon'],
    options = 'rw,seclabel',
    mode = 'Enforcing',
  }: Host = {}) {
    mkdirSync(box.memory, { recursive: true });
    const customizable = box.write(
      'etc/selinux/targeted/contexts/customizable_types',
      'container_file_t\nsandbox_file_t\n',
    );
    box.write('sys/fs/selinux/enforce', '1');
    const mounted = execFileSync('df', ['-P', box.host], { encoding: 'utf8' }).trim().split(/\s+/).at(-1);
    box.write('proc/self/mounts', `rootfs / rootfs rw 0 0\n/dev/sda1 ${mounted} xfs ${options} 0 0\n`);
    writeFileSync(join(box.memory, 'generation'), `${generation}\n`);
    const policy = [
      [`${box.path('etc')}(/.*)?`, right],
      [`${box.path('etc/none')}`, '<<none>>'],
      [`${box.path('libexec')}(/.*)?`, 'system_u:object_r:bin_t:s0'],
      [`${box.path('libexec/keepalived')}(/.*)?`, 'system_u:object_r:keepalived_unconfined_script_exec_t:s0'],
    ];
    writeFileSync(join(box.memory, 'file_contexts'), policy.map((row) => `${row.join(' ')}\n`).join(''));
    box.fake('getenforce', `"") echo ${mode} ;;`);
    for (const program of ['matchpathcon', 'restorecon']) if (!tools.includes(program)) box.lack(program);
    for (const program of ['stat', 'chcon', ...tools])
      box.fake(
        program,
        `*) sh ${quote(join(__dirname, 'selinux/labels.sh'))} "$state" ${customizable} ${program} "$@" ;;`,
      );
  }
  const label = async (name: string) => (await box.probe(`stat -c %C -- ${box.path(name)}`)).trim();
  const relabel = (name: string, type: string, user = 'unconfined_u') =>
    box.probe(`chcon -- ${user}:object_r:${type}:s0 ${box.path(name)}`);
  const file = (name: string, content = 'same\n'): Entry => ({
    type: 'file',
    path: box.path(name),
    content,
    ...own,
  });
  const calls = (program: string) => box.calls().filter((call) => call.startsWith(`${program} `));

  test('a file that was moved there has a wrong label: told, set, proven, and then nothing is left to do', async () => {
    host();
    box.write('etc/haproxy.cfg', 'same\n');
    await relabel('etc/haproxy.cfg', 'admin_home_t');
    const [found] = await box.diff(file('etc/haproxy.cfg'));
    expect(found).toMatchObject({
      action: 'update',
      attributes: [{ name: 'label', from: 'admin_home_t', to: 'etc_t' }],
    });
    expect(found?.text).toBeUndefined();
    expect(await box.apply([found?.step ?? failing])).toMatchObject({ code: 0 });
    expect(await label('etc/haproxy.cfg')).toBe(right);
    expect(await box.diff(file('etc/haproxy.cfg'))).toEqual([]);
    await box.finish();
  });

  test.each([
    ['a file', 'etc/a', (): Entry => file('etc/a', 'new\n')],
    ['a line', 'etc/a', (): Entry => ({ type: 'line', path: box.path('etc/a'), line: 'x' })],
    [
      'a script',
      'libexec/keepalived/check',
      (): Entry => ({ ...file('libexec/keepalived/check', 'new\n'), mode: '0755' }),
    ],
  ])(
    '%s that is rewritten does not hand a wrong label on; restore brings it back',
    async (_what, name, wish) => {
      host();
      box.write(name, 'old\n');
      await relabel(name, 'admin_home_t');
      const before = [box.tree(), await label(name)];
      const steps = await box.steps(wish());
      expect(await box.apply(steps, 'run1')).toMatchObject({ code: 0 });
      expect(await label(name)).toMatch(/:(etc_t|keepalived_unconfined_script_exec_t):/);
      await box.go('restore', 'run1');
      expect([box.tree(), await label(name)]).toEqual(before);
    },
  );

  test('a label whose type is right is handed on with all its parts; a customizable one too', async () => {
    host();
    box.write('etc/a', 'old\n');
    box.write('etc/b', 'old\n');
    await relabel('etc/a', 'etc_t', 'staff_u');
    await relabel('etc/b', 'container_file_t');
    const steps = await box.steps(file('etc/a', 'new\n'), file('etc/b', 'new\n'));
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect([await label('etc/a'), await label('etc/b')]).toEqual([
      'staff_u:object_r:etc_t:s0',
      'unconfined_u:object_r:container_file_t:s0',
    ]);
    expect(await box.diff(file('etc/b', 'new\n'))).toEqual([]);
  });

  test('what is new gets the policy’s label, folders on the way as well', async () => {
    host();
    const wish = { type: 'directory', path: box.path('libexec/keepalived'), ...own };
    const [folder] = await box.diff(wish);
    expect(folder?.attributes).toContainEqual({
      name: 'label',
      from: null,
      to: 'keepalived_unconfined_script_exec_t',
    });
    mkdirSync(box.path('etc'), { recursive: true });
    const steps = await box.steps(wish, file('etc/a'));
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect([await label('libexec'), await label('libexec/keepalived'), await label('etc/a')]).toEqual([
      'system_u:object_r:bin_t:s0',
      'system_u:object_r:keepalived_unconfined_script_exec_t:s0',
      right,
    ]);
    expect(await box.steps(wish, file('etc/a'))).toEqual([]);
  });

  test('a folder’s label is set and put back', async () => {
    host();
    mkdirSync(box.path('etc/d'), { recursive: true });
    await relabel('etc/d', 'user_home_t');
    const steps = await box.steps({ type: 'directory', path: box.path('etc/d'), ...own });
    expect(await box.apply([...steps], 'run1')).toMatchObject({ code: 0 });
    expect(await label('etc/d')).toBe(right);
    await box.go('restore', 'run1');
    expect(await label('etc/d')).toBe('unconfined_u:object_r:user_home_t:s0');
  });

  test('the drop-in of kernel parameters', async () => {
    host();
    box.sysctls({ 'net.core.somaxconn': '128' });
    const wish = {
      type: 'sysctl',
      values: { 'net.core.somaxconn': 128 },
      path: box.path('etc/sysctl.d/z.conf'),
    };
    box.write(
      'etc/sysctl.d/z.conf',
      '# Written by haprov; changes made here are overwritten.\nnet.core.somaxconn = 128\n',
    );
    await relabel('etc/sysctl.d/z.conf', 'user_home_t');
    const found = await box.diff(wish);
    expect(found.map(({ attributes }) => attributes)).toEqual([
      [
        ...(process.getuid?.() === 0 ? [] : [expect.anything(), expect.anything()]),
        { name: 'label', from: 'user_home_t', to: 'etc_t' },
      ],
    ]);
  });

  test('one question to the policy for all paths', async () => {
    host();
    const wishes = ['etc/a', 'etc/b', 'etc/c'].map((name) => {
      box.write(name, 'same\n');
      return file(name);
    });
    const before = calls('matchpathcon').length;
    await box.ask(
      wishes.map((wish) => {
        const { id, question } = resourceOf(wish);
        return { id, ...question };
      }),
    );
    expect(calls('matchpathcon').slice(before)).toEqual([
      `matchpathcon ${command(...wishes.map(({ path }) => String(path)))}`,
    ]);
  });

  test.each([6, 7, 8, 10])('by restorecon alone, as EL%d words it', async (generation) => {
    host({ generation, tools: ['restorecon'] });
    box.write('etc/a', 'same\n');
    await relabel('etc/a', 'admin_home_t');
    const [found] = await box.diff(file('etc/a'));
    expect(found?.attributes).toEqual([{ name: 'label', from: 'admin_home_t', to: 'etc_t' }]);
    const steps = [found?.step ?? failing, ...(await box.steps(file('etc/b')))];
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect([await label('etc/a'), await label('etc/b')].map((one) => one.split(':')[2])).toEqual([
      'etc_t',
      'etc_t',
    ]);
    expect(await box.steps(file('etc/a'), file('etc/b'))).toEqual([]);
  });

  test('without any tool labels stay, and a change says so', async () => {
    host({ tools: [] });
    box.write('etc/a', 'same\n');
    await relabel('etc/a', 'admin_home_t');
    expect(await box.diff(file('etc/a'))).toEqual([]);
    const [found] = await box.diff(file('etc/a', 'new\n'));
    expect(found?.notes).toEqual([expect.stringContaining('neither matchpathcon nor restorecon')]);
    expect(await box.apply([found?.step ?? failing])).toMatchObject({ code: 0 });
    expect(await label('etc/a')).toContain('admin_home_t');
  });

  test('no label is asked for on a file system that keeps none, nor where the policy wants none', async () => {
    host({ options: 'rw,context=system_u:object_r:nfs_t:s0' });
    box.write('etc/a', 'same\n');
    await relabel('etc/a', 'nfs_t');
    expect(await box.diff(file('etc/a'))).toEqual([]);
    host();
    box.write('etc/none', 'same\n');
    await relabel('etc/none', 'nfs_t');
    expect(await box.diff(file('etc/none'))).toEqual([]);
  });

  test('a label that cannot be given is refused before anything is touched', async () => {
    host();
    box.write('etc/a', 'old\n');
    await relabel('etc/a', 'admin_home_t');
    const steps = await box.steps(file('etc/a', 'new\n'));
    writeFileSync(join(box.memory, 'unsupported'), '');
    const before = box.tree();
    const { code, journal } = await box.stage(steps);
    expect([code, box.tree(), box.state()]).toEqual([1, before, 'restored']);
    expect(journal).toContainEqual(
      expect.objectContaining({
        event: 'failed',
        command: expect.stringContaining('chcon'),
        output: expect.stringContaining('Operation not supported'),
      }),
    );
  });

  test('where SELinux is off no tool of its is called', async () => {
    host({ mode: 'Disabled' });
    box.write('etc/a', 'same\n');
    expect(await box.diff(file('etc/a'))).toEqual([]);
    expect(calls('matchpathcon')).toEqual([]);
  });
});
