import { own, Sandbox, type Shell, shells } from '../shell/sandbox';

/** What validates the files of well-known services, by the version and the init system of the host. */

let box: Sandbox;
afterEach(() => box.dispose());

const cfg = 'etc/haproxy/haproxy.cfg';
const wish = (validate: string, path = cfg, content = 'x\n') => ({
  type: 'file',
  path: box.path(path),
  content,
  ...own,
  validate,
});
/** What the fake was called with, the staged file by its own name. */
const checks = (program: string) =>
  box
    .calls()
    .filter((call) => call.startsWith(`${program} -`) && !call.endsWith('--version'))
    .map((call) =>
      call.replaceAll(box.host, '').replaceAll('.haprov-run1', ' (staged)').replaceAll('/.', '/'),
    );

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
    box.write('etc/haproxy/conf.d/a.cfg', 'a\n');
    box.write(cfg, 'old\n');
    box.fake('haproxy', '"-c -f "*) ;;');
  });

  describe('HAProxy', () => {
    const unit = (start: string) =>
      box.fake(
        'systemctl',
        `"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") echo 'Environment=CONFIG=${box.path(cfg)} CFGDIR=${box.path('etc/haproxy/conf.d')}'; echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy ${start} ; ignore_errors=no }' ;;`,
      );

    test('EL9’s unit reads a file and a folder', async () => {
      unit('-Ws -f $CONFIG -f $CFGDIR -p /run/haproxy.pid $OPTIONS');
      expect(await box.stage(await box.steps(wish('haproxy_check %s')))).toMatchObject({ code: 0 });
      expect(checks('haproxy')).toEqual([
        'haproxy -c -f /etc/haproxy/haproxy.cfg (staged) -f /etc/haproxy/conf.d/a.cfg',
      ]);
    });

    test.each([
      ['alone', '', []],
      [
        'beside another warning',
        "echo '[WARNING] (9) : config : missing timeouts';",
        [
          expect.objectContaining({
            event: 'warning',
            text: expect.stringMatching(/^\[NOTICE\].*\n.*missing timeouts\nWarnings were found/),
          }),
        ],
      ],
    ])(
      'that the file of server states is still to come is no warning, %s',
      async (_title, also, warnings) => {
        unit('-Ws -f $CONFIG -p /run/haproxy.pid');
        box.fake(
          'haproxy',
          `"-c -f "*) { echo '[NOTICE] (9) : haproxy version is 2.6.12'; ${also}
          echo "[WARNING] (9) : config : config: Can't open global server state file '/var/lib/haproxy/haprov-servers': No such file or directory"
          echo 'Warnings were found.'; echo 'Configuration file is valid'; } >&2 ;;`,
        );
        const { code, journal } = await box.stage(await box.steps(wish('haproxy_check %s')));
        expect(code).toBe(0);
        expect(journal.filter(({ event }) => event === 'warning')).toEqual(warnings);
      },
    );

    describe('a certificate', () => {
      const pem = 'etc/haproxy/site.pem';
      const naming = (text: string) => `${text} crt ${box.path(pem)}\n`;
      beforeEach(() => {
        unit('-Ws -f $CONFIG -p /run/haproxy.pid');
        box.write(pem, 'old key\n');
        box.fake('haproxy', `"-c -f "*) sed -n 's/^.* crt /crt /p' "$3" >>"${box.path('calls')}" ;;`);
      });

      test('alone: the configuration is checked with the new one', async () => {
        box.write(cfg, naming('old'));
        expect(await box.stage(await box.steps(wish('haproxy_check_with %s', pem)))).toMatchObject({
          code: 0,
        });
        expect(box.read('calls')).toMatch(/^crt .*\/\.site\.pem\.haprov-run1\n$/);
      });

      test('with a configuration that names it: that one is checked, once, under its own name', async () => {
        const steps = await box.steps(
          wish('haproxy_check_with %s', pem),
          wish('haproxy_check %s', cfg, naming('new')),
        );
        expect(await box.stage(steps)).toMatchObject({ code: 0 });
        expect(box.read('calls')).toMatch(/^crt .*\/\.site\.pem\.haprov-run1\n$/);
        expect(checks('haproxy')).toEqual(['haproxy -c -f /etc/haproxy/haproxy.cfg (staged).seen']);
      });

      test('refused: so is the run', async () => {
        box.write(cfg, naming('old'));
        box.fake('haproxy', '"-c -f "*) exit 1 ;;');
        expect((await box.stage(await box.steps(wish('haproxy_check_with %s', pem)))).code).toBe(1);
      });
    });

    test('EL6’s init script reads haproxy.cfg alone', async () => {
      box.becomeEl6();
      const other = wish('haproxy_check %s', 'etc/haproxy/conf.d/a.cfg');
      const steps = await box.steps(wish('haproxy_check %s'), other);
      expect(await box.stage(steps)).toMatchObject({ code: 0 });
      expect(checks('haproxy')).toEqual([
        'haproxy -c -f /etc/haproxy/haproxy.cfg (staged)',
        'haproxy -c -f /etc/haproxy/conf.d/a.cfg (staged)',
      ]);
    });
  });

  describe('keepalived', () => {
    const unit = () =>
      box.fake(
        'systemctl',
        `"show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service") echo 'EnvironmentFiles=${box.path('etc/defaults')} (ignore_errors=yes)'; echo 'ExecStart={ path=/usr/sbin/keepalived ; argv[]=/usr/sbin/keepalived --dont-fork $OPTIONS ; ignore_errors=no }' ;;`,
      );
    beforeEach(() => unit());

    const version = (text: string, verdict = 0) =>
      box.fake('keepalived', `"--version") echo '${text}' >&2 ;; "-t -f "*) echo 'bad'; exit ${verdict} ;;`);
    const stage = async (content = 'vrrp_instance a {\n}\n') =>
      box.stage(await box.steps(wish('keepalived_check %s', 'etc/keepalived.conf', content)));

    test.each([
      ['EL6', 'Keepalived v1.2.13 (03/19,2015)'],
      ['EL7', 'Keepalived v1.3.5 (03/19,2017), git commit v1.3.5-6-g6fa32f2'],
      ['the last without', 'Keepalived v2.0.3 (04/16,2018)'],
      ['who knows', 'something else'],
    ])('%s cannot check, and that is told', async (_name, text) => {
      version(text, 5);
      const { code, journal } = await stage();
      expect([code, checks('keepalived')]).toEqual([0, []]);
      expect(journal).toContainEqual(
        expect.objectContaining({ event: 'warning', text: expect.stringContaining('was not checked') }),
      );
    });

    test.each([
      'Keepalived v2.0.4 (06/06,2018)',
      'Keepalived v2.1.5 (07/13,2020)',
      'Keepalived v2.2.8 (04/04,2023), git commit v2.2.7-154-g292b299e+',
    ])('%s can: what it refuses is refused', async (text) => {
      version(text, 5);
      expect((await stage()).code).toBe(1);
      expect(checks('keepalived')).toEqual(['keepalived -t -f /etc/keepalived.conf (staged)']);
    });

    const insecure = 'SECURITY VIOLATION - scripts are being executed but script_security not enabled.';
    test.each<[string, string[], number]>([
      ['scripts without script security, as on most pairs that were made by hand', [insecure], 0],
      ['the same of checks', [insecure.replace('scripts', 'check scripts'), insecure], 0],
      ['more than that', ["(k.conf: Line 3) Unknown keyword 'bogus'", insecure], 1],
      ['nothing that can be read', [], 0],
    ])('-t ends with 6 for %s', async (_about, lines, code) => {
      const says = lines.map((line) => `echo "${line}" >&2`).join('; ');
      box.fake(
        'keepalived',
        `"--version") echo 'Keepalived v2.2.8' >&2 ;; "-t -f "*) ${says || ':'}; exit 6 ;;`,
      );
      expect((await stage()).code).toBe(code);
    });

    describe('complaints that it runs in spite of', () => {
      const main = 'etc/keepalived/keepalived.conf';
      /** Complains of each line that says `odd`. */
      const complaining = (ends: number) =>
        box.fake(
          'keepalived',
          `"--version") echo 'Keepalived v2.2.8' >&2 ;; "-t -f "*) grep -n odd "$3" | sed "s,^\\([0-9]*\\):,($3: Line \\1) Unknown keyword ," >&2; exit ${ends} ;;`,
        );
      const staged = async (now: string, then: string) => {
        box.write(main, now);
        return box.stage(await box.steps(wish('keepalived_check %s', main, then)));
      };

      test.each([5, 6])('are no reason to refuse where it has them now (%s), and are told', async (ends) => {
        complaining(ends);
        const { code, journal } = await staged('odd one\n', '# more\nodd one\n');
        expect(code).toBe(0);
        expect(journal).toContainEqual(
          expect.objectContaining({
            event: 'warning',
            text: expect.stringMatching(
              /of the configuration that is there, too: .*: Line 2\) Unknown keyword odd one/,
            ),
          }),
        );
      });

      test.each([
        ['another one', 'odd one\n', 'odd one\nodd two\n'],
        ['the same once more', 'odd one\n', 'odd one\nodd one\n'],
        ['the first configuration', '', 'odd one\n'],
      ])('refuse %s', async (_about, now, then) => {
        complaining(5);
        expect((await staged(now, then)).code).toBe(1);
      });

      test('a TERM that 2.2.7 sends itself, where a script has a user, is nothing', async () => {
        box.fake(
          'keepalived',
          `"--version") echo 'Keepalived v2.2.7' >&2 ;; "-t -f "*) kill -TERM $$; exit 0 ;;`,
        );
        expect((await staged('', 'vrrp_instance a {\n}\n')).code).toBe(0);
      });

      test('what it would not run with is refused, whatever is there now', async () => {
        complaining(4);
        expect((await staged('odd one\n', 'odd one\n# x\n')).code).toBe(1);
      });
    });

    test('its unit’s own file and name, by an environment file', async () => {
      box.write(
        'etc/defaults',
        `OPTIONS="-D -f ${box.path('etc/keepalived/other.conf')} --config-id left"\n`,
      );
      box.write('etc/keepalived/other.conf', `include ${box.path('etc/keepalived/vips.conf')}\n`);
      box.write('etc/keepalived/vips.conf', 'old\n');
      version('Keepalived v2.2.8');
      const steps = await box.steps(wish('keepalived_check_with %s', 'etc/keepalived/vips.conf'));
      expect(await box.stage(steps)).toMatchObject({ code: 0 });
      expect(checks('keepalived')).toEqual([
        expect.stringMatching(/^keepalived -t -f .*\/etc\/keepalived\/other\.conf -i left$/),
      ]);
    });

    describe('a file that the configuration includes', () => {
      const main = 'etc/keepalived/keepalived.conf';
      const included = 'etc/keepalived/vips.conf';
      const including = () => `include ${box.path(included)}\n`;
      const wishes = () => wish('keepalived_check_with %s', included, 'vrrp_instance a {\n}\n');
      beforeEach(() => {
        box.write(included, 'old\n');
        box.fake(
          'keepalived',
          `"--version") echo 'Keepalived v2.2.8' >&2 ;; "-t -f "*) sed -n 's/^include /includes /p' "$3" >>"${box.path('calls')}"; exit 0 ;;`,
        );
      });

      test('alone: the configuration is checked with the new one', async () => {
        box.write(main, including());
        expect(await box.stage(await box.steps(wishes()))).toMatchObject({ code: 0 });
        expect(box.read('calls')).toMatch(/^includes .*\/\.vips\.conf\.haprov-run1\n$/);
      });

      test('by a pattern: the configuration is checked where it is', async () => {
        box.write(main, 'include *.conf\n');
        expect(await box.stage(await box.steps(wishes()))).toMatchObject({ code: 0 });
        expect(checks('keepalived')).toEqual(['keepalived -t -f /etc/keepalived/keepalived.conf']);
      });

      test('with the configuration: by the check of that one, once', async () => {
        const steps = await box.steps(wishes(), wish('keepalived_check %s', main, including()));
        expect(await box.stage(steps)).toMatchObject({ code: 0 });
        expect(checks('keepalived')).toEqual([
          'keepalived -t -f /etc/keepalived/keepalived.conf (staged).seen',
        ]);
      });

      test('refused: so is the run', async () => {
        box.write(main, including());
        box.fake('keepalived', `"--version") echo 'Keepalived v2.2.8' >&2 ;; "-t -f "*) exit 5 ;;`);
        expect((await box.stage(await box.steps(wishes()))).code).toBe(1);
      });
    });

    test('an empty file is refused whatever the version', async () => {
      version('Keepalived v2.2.8 (04/04,2023)');
      expect((await stage(' \n')).code).toBe(1);
    });
  });
});
