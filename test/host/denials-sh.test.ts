import type { Step } from '../../src/resources/resource';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What SELinux has denied, as the audit daemon and the kernel write it, in one sentence each. */

const denied = (second: number, text: string) =>
  `type=AVC msg=audit(${second}.123:456): avc:  denied  ${text}\n`;
const config =
  '{ read } for  pid=812 comm="haproxy" name="haproxy.cfg" dev="dm-0" ino=33570 scontext=system_u:system_r:haproxy_t:s0 tcontext=unconfined_u:object_r:admin_home_t:s0 tclass=file permissive=0';
const port =
  '{ name_bind } for  pid=813 comm="haproxy" src=8989 scontext=system_u:system_r:haproxy_t:s0 tcontext=system_u:object_r:unreserved_port_t:s0 tclass=tcp_socket permissive=1';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());
  const isOn = () => box.write('sys/fs/selinux/enforce', '1');
  const log = (...rows: string[]) => box.write('var/log/audit/audit.log', rows.join(''));

  test('what was denied since then, each once, in words; what was denied before is left out', async () => {
    isOn();
    log(
      denied(999, '{ write } for  pid=1 comm="old" scontext=a:b:c_t:s0 tcontext=a:b:d_t:s0 tclass=file'),
      'type=SERVICE_START msg=audit(1001.0:1): pid=1 uid=0 msg=\'unit=haproxy comm="systemd"\'\n',
      denied(1000, config),
      denied(1001, config),
      denied(1002, port),
    );
    expect((await box.probe('denials_since 1000')).split('\n')).toEqual([
      'SELinux denied haproxy (haproxy_t): read file haproxy.cfg (admin_home_t)',
      'SELinux would have denied haproxy (haproxy_t): name_bind tcp_socket port 8989 (unreserved_port_t)',
    ]);
  });

  test('where no audit daemon writes, the journal or the kernel says it', async () => {
    isOn();
    box.fake(
      'journalctl',
      `"-q --no-pager -o cat -k --since @1000") printf '%s\\n' 'audit: type=1400 audit(1000.1:2): avc:  denied  ${config}' ;;`,
    );
    expect(await box.probe('denials_since 1000')).toBe(
      'SELinux denied haproxy (haproxy_t): read file haproxy.cfg (admin_home_t)',
    );
  });

  test('where SELinux is off nobody is asked', async () => {
    log(denied(1000, config));
    expect(await box.probe('denials_since 1')).toBe('');
  });

  test('a step that fails tells what was denied while it ran, and nothing older', async () => {
    isOn();
    const file = log(denied(1000, port));
    const row = denied(4_000_000_000, config).replace(/\n$/, '');
    const step: Step = {
      phase: 'commit',
      check: ':',
      run: `printf '%s\\n' '${row}' >>'${file}'; fail 'HAProxy does not start'`,
    };
    const { journal } = await box.apply([step]);
    expect(journal).toContainEqual(
      expect.objectContaining({
        event: 'failed',
        output:
          'HAProxy does not start\nSELinux denied haproxy (haproxy_t): read file haproxy.cfg (admin_home_t)',
      }),
    );
  });
});
