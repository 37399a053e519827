import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What is remembered of what HAProxy has read, through real shells. */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.write('etc/haproxy/haproxy.cfg', 'global\n');
    box.write('etc/haproxy/conf.d/a.cfg', '');
    const reads = `-f ${box.path('etc/haproxy/haproxy.cfg')} -f ${box.path('etc/haproxy/conf.d')}`;
    box.fake(
      'systemctl',
      `"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws ${reads} ; ignore_errors=no }' ;;`,
    );
  });
  afterEach(() => box.dispose());

  const run = async (script: string) => {
    const newest = 'newest_haproxy() { echo 4711; }';
    return (await box.send(compose('mkdir -p /var/lib/haprov', newest, script))).stdout.trimEnd();
  };

  test('the same text, another, and none that is known', async () => {
    expect(await run('compare_loaded 4711')).toBe('');
    await run('note_loaded "$(sum_of_configuration)"');
    expect(await run('compare_loaded 4711')).toBe('same');
    expect(await run('compare_loaded 4712')).toBe('');
    box.write('etc/haproxy/haproxy.cfg', 'global\n  daemon\n');
    expect(await run('compare_loaded 4711')).toBe('other');
    box.write('etc/haproxy/haproxy.cfg', 'global\n');
    expect(await run('compare_loaded 4711')).toBe('same');
    box.write('etc/haproxy/conf.d/more.cfg', 'defaults\n');
    expect(await run('compare_loaded 4711')).toBe('other');
  });

  test('what the unit does not read counts for nothing, and where it reads nothing there is no sum of it', async () => {
    await run('note_loaded "$(sum_of_configuration)"');
    box.write('etc/haproxy/other.d/more.cfg', 'defaults\n');
    expect(await run('compare_loaded 4711')).toBe('same');
    expect(await run('haproxy_unit_files() { :; }\nwith_configuration cat -- || echo none')).toBe('none');
  });

  test('where nothing can be written it is not known, and nothing fails', async () => {
    expect(await run('rm -r /var/lib/haprov\nnote_loaded x\ncompare_loaded 4711')).toBe('');
  });
});
