import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { findProgram } from '../shell/shells';

/** Whether the programs would start again with what is on the disk, asked of real shells. */

const cfg = 'etc/haproxy/haproxy.cfg';
const conf = 'etc/keepalived/keepalived.conf';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake(
      'systemctl',
      `"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws -f ${box.path(cfg)} ; ignore_errors=no }' ;;
"show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service") echo 'Environment="OPTIONS=-D -f ${box.path(conf)}" X=y'; echo 'ExecStart={ path=/usr/sbin/keepalived ; argv[]=/usr/sbin/keepalived $OPTIONS --config-id \${X}1 ; ignore_errors=no }' ;;`,
    );
    box.write(cfg, 'global\n');
  });
  afterEach(() => box.dispose());

  /** What is told, without times, below the sandbox's root. */
  const told = async (script: string) =>
    (await box.probe(`read_clock\n${script}`))
      .split('\n')
      .filter((row) => row !== '' && !row.startsWith('changed '))
      .map((row) => row.replaceAll(box.host, ''));
  /** Ticks of a process that began a day from now: no file is newer. */
  const later = 'look_at_configuration $((${uptime%.*}00 + 8640000))';

  test.each([
    ['takes it', 'exit 0', ['configuration valid']],
    [
      'refuses it, though no file has changed',
      'printf "%s\\n" "[NOTICE] one" "[ALERT] no /x.pem" "[ALERT] more" >&2; exit 1',
      ['configuration refused [ALERT] no /x.pem'],
    ],
    ['does not end', 'exit 124', []],
  ])('HAProxy %s', async (_about, answer, rows) => {
    box.fake('haproxy', `"-c -f "*) ${answer} ;;`);
    expect(await told(later)).toEqual(rows);
  });

  test('a file that is newer than its processes is told, and whether they run it', async () => {
    box.fake('haproxy', '"-c -f "*) ;;');
    const noted = 'mkdir -p "${loaded_file%/*}"; echo "1 some-other-sum" >"$loaded_file"';
    expect(await told(`${noted}\nlook_at_configuration 1`)).toEqual(['configuration valid', 'loaded other']);
  });

  test('a file that was linked since, and written before: nobody has made it another', async () => {
    box.fake('haproxy', '"-c -f "*) ;;');
    const since = (age: number) =>
      `touch -d @$((\${clock%.*} - ${age})) '${box.path(cfg)}'\nln -f '${box.path(cfg)}' '${box.path('linked')}'\nlook_at_configuration $((\${uptime%.*}00 - 10000))`;
    expect(await told(since(200))).toEqual(['configuration valid', 'loaded unwritten']);
    expect(await told(since(50))).toEqual(['configuration valid']);
  });

  describe('HAProxy is asked only where its answer rests on more than what its newest process has read', () => {
    const alone =
      'global\n user haproxy\nfrontend a\n bind *:80\n default_backend b\nbackend b\n server c 192.0.2.1:80 check\n';
    const web = (server: string) => alone.replace('192.0.2.1:80', server);
    const sleep = findProgram('sleep') ?? '';
    // What was written today is older than what begins then.
    const tomorrow = ['clock', 'uptime'].map((name) => `${name}=$((\${${name}%.*} + 86400)).00`).join(' ');
    const [read, asked] = ['configuration valid', 'configuration refused'];
    test.each<[string, string, string, string?, string?]>([
      ['files that name nothing else', alone, read],
      ['a server in IPv6', web('[2001:db8::1]:80'), read],
      ['a certificate', alone.replace('*:80', '*:443 ssl crt /x.pem'), asked],
      ['a server by name', web('web1.example:80'), asked],
      ['a name that looks like hexadecimal', web('beef:80'), asked],
      ['a variable', web('"$WEB"'), asked],
      ['a map', alone.replace(' bind', ' use_backend %[src,map(/m)]\n bind'), asked],
      ['a word that is not known', `${alone}peers p\n`, asked],
      ['no file at all', '', asked],
      ['a file that is newer', alone, asked, '1'],
      ['a process of the future', alone, asked, '$((${uptime%.*}00 + 9000))'],
      ['a process of another program', alone, asked, undefined, '$$'],
    ])('%s', async (_about, text, wanted, ticks = '$((${uptime%.*}00 - 100))', pid = '$!') => {
      // It takes any option for a refusal.
      box.link('haproxy', sleep);
      box.write(cfg, text);
      const rows = await told(
        `${tomorrow}\nknow_haproxy_files\n${sleep} 60 >/dev/null 2>&1 &\nuntil [ /proc/$!/exe -ef ${sleep} ]; do :; done\nlook_at_configuration 1 ${ticks} ${pid}\nkill $!`,
      );
      expect(rows[0]?.replace(/refused.*/, 'refused')).toBe(wanted);
    });
  });

  const keepalived = (answer: string, version = 'v2.2.8') =>
    box.fake('keepalived', `"--version") echo 'Keepalived ${version} (x)' >&2 ;; "-t -f "*) ${answer} ;;`);

  test.each<[string, string, string[]]>([
    ['is content', 'exit 0', []],
    [
      'would not run',
      'echo "no file" >&2; exit 4',
      ['keepalived-file refused', 'keepalived-file says no file'],
    ],
    [
      'complains, and runs scripts without script security',
      'echo "odd" >&2; echo "SECURITY VIOLATION - scripts are being executed but script_security not enabled." >&2; exit 6',
      ['keepalived-file says odd'],
    ],
    [
      'sends itself a TERM, as 2.2.7 does where a script has a user, and complains all the same',
      'kill -TERM $$; echo odd; exit 5',
      ['keepalived-file says odd'],
    ],
    [
      'says that it would run in spite of it, and would not',
      'echo "(a) the virtual router id must be set"; exit 5',
      ['keepalived-file refused', 'keepalived-file says (a) the virtual router id must be set'],
    ],
    ['does not end', 'echo odd; exit 137', []],
  ])('keepalived %s', async (_about, answer, rows) => {
    box.write(conf, 'vrrp_instance a {\n}\n');
    keepalived(answer);
    expect(await told('look_at_keepalived')).toEqual(rows);
    expect(box.calls().map((call) => call.replaceAll(box.host, ''))).toContain(
      'keepalived -t -f /etc/keepalived/keepalived.conf -i y1',
    );
  });

  test('scripts that are not there, also of a version that cannot check', async () => {
    keepalived('exit 0', 'v1.3.5');
    box.write('etc/keepalived/there.sh', '');
    box.write(
      conf,
      `include more/*.conf
vrrp_script a {
  script "${box.path('/etc/keepalived/there.sh')} -x"
}
vrrp_script b {
  script "killall -0 haproxy"
}
vrrp_instance i {
  notify_master "${box.path('/etc/keepalived/gone.sh')} up" root
  @other notify /nowhere
  notify $DIR/x
}
`,
    );
    box.write(
      'etc/keepalived/more/c.conf',
      `vrrp_script c {\n  script ${box.path('/etc/keepalived/web.sh')}\n}\n`,
    );
    expect(await told('look_at_keepalived')).toEqual([
      'keepalived-file lacks notify /etc/keepalived/gone.sh',
      'keepalived-file lacks check /etc/keepalived/web.sh',
    ]);
  });
});
