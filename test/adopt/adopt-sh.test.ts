import { readFileSync } from 'node:fs';
import { adoptQuestion, type FoundHost, readFoundHost } from '../../src/adopt/found-host';
import { namedFiles } from '../../src/adopt/named';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What a host tells of a pair that runs without haprov, through real shells. */

const versions = { haproxy: '2.4', keepalived: '2.2.8' };

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  const at = (path: string) => box.path(path.replace(/^\//, ''));

  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake('rpm', '-qf*) exit 1 ;;\n-q*) echo "haproxy 2.4.22-3" ;;');
    for (const program of ['firewall-cmd', 'getenforce', 'nft', 'iptables-save']) box.lack(program);
    box.fake(
      'systemctl',
      `"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") echo 'Environment=CONFIG=${at('/etc/haproxy/haproxy.cfg')} CFGDIR=${at('/etc/haproxy/conf.d')} CERTS=${at('/etc/haproxy/more')}'; echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws -f $CONFIG -f $CFGDIR ; ignore_errors=no }' ;;
"show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service") echo 'ExecStart={ path=/usr/sbin/keepalived ; argv[]=/usr/sbin/keepalived --use-file=${at('/etc/keepalived/main.conf')} -i left ; ignore_errors=no }' ;;
"show -p Environment -- haproxy.service") echo 'Environment=CONFIG=${at('/etc/haproxy/haproxy.cfg')} CERTS=${at('/etc/haproxy/more')}' ;;
"show -p Environment -- keepalived.service") ;;
"show -p FragmentPath -p DropInPaths -- "*) printf 'FragmentPath=/usr/lib/systemd/system/x.service\\nDropInPaths=\\n' ;;
"show -p LoadState "*) printf 'LoadState=loaded\\nActiveState=active\\nSubState=running\\nUnitFileState=enabled\\n' ;;
"-q is-active firewalld") exit 3 ;;`,
    );
  });
  afterEach(() => box.dispose());

  const found = async (): Promise<FoundHost> =>
    readFoundHost('fred', (await box.ask([adoptQuestion])).of('adopt'), 'fred.example.com');
  /** Below the sandbox's root. */
  const short = (paths: Iterable<string>) => [...paths].map((path) => path.replace(box.host, ''));

  test('files in the order of -f, and what they name: lists, folders, maps, relative ones, variables', async () => {
    box.write(
      'etc/haproxy/haproxy.cfg',
      `global
  crt-base ${at('/etc/haproxy/base')}
  lua-load ${at('/etc/haproxy/hello.lua')}
defaults
  errorfile 503 ${at('/etc/haproxy/errors/503.http')}
frontend www
  bind :443 ssl crt ${at('/etc/haproxy/certs/')} crt-list ${at('/etc/haproxy/list')} crt site.pem
  use_backend %[req.hdr(host),map(${at('/etc/haproxy/hosts.map')},www)]
  acl bad src -f ${at('/etc/haproxy/bad.acl')}
`,
    );
    box.write(
      'etc/haproxy/conf.d/20-b.cfg',
      'backend b\n  server x 10.0.0.1:80 ssl ca-file "${CERTS}/ca.pem"\n',
    );
    box.write('etc/haproxy/conf.d/10-a.cfg', 'backend a\n');
    box.write('etc/haproxy/conf.d/not.txt', 'x\n');
    for (const name of [
      'certs/a.pem',
      'certs/a.pem.key',
      'certs/.hidden',
      'base/site.pem',
      'base/listed.pem',
      'more/ca.pem',
    ])
      box.write(`etc/haproxy/${name}`, `${name}\n`);
    box.write('etc/haproxy/list', '# one\nlisted.pem [alpn h2] www.example.com\n');
    box.write('etc/haproxy/hosts.map', Buffer.from([0xe9, 0x20, 0x61, 0x0a]));
    for (const name of ['hello.lua', 'errors/503.http', 'bad.acl']) box.write(`etc/haproxy/${name}`, '');
    const host = await found();
    expect(short(host.haproxy)).toEqual([
      '/etc/haproxy/haproxy.cfg',
      '/etc/haproxy/conf.d/10-a.cfg',
      '/etc/haproxy/conf.d/20-b.cfg',
    ]);
    const { found: named, notRead } = namedFiles(host, versions);
    expect(short(named.map(({ path }) => path))).toEqual([
      '/etc/haproxy/haproxy.cfg',
      '/etc/haproxy/conf.d/10-a.cfg',
      '/etc/haproxy/conf.d/20-b.cfg',
      '/etc/haproxy/hello.lua',
      '/etc/haproxy/errors/503.http',
      '/etc/haproxy/certs/a.pem',
      '/etc/haproxy/certs/a.pem.key',
      '/etc/haproxy/list',
      '/etc/haproxy/base/listed.pem',
      '/etc/haproxy/base/site.pem',
      '/etc/haproxy/hosts.map',
      '/etc/haproxy/bad.acl',
      '/etc/haproxy/more/ca.pem',
    ]);
    expect(notRead).toEqual([]);
    expect([...(host.files.get(at('/etc/haproxy/hosts.map'))?.content ?? [])]).toEqual([
      0xe9, 0x20, 0x61, 0x0a,
    ]);
  });

  test('each kernel parameter is asked for once: of one that is asked twice both values would come as one', async () => {
    box.write('etc/sysctl.d/90-ha.conf', 'net.ipv4.ip_forward = 1\n');
    box.sysctls({ 'net.ipv4.ip_forward': '1' });
    const { sysctls, bootSysctls } = await found();
    expect(bootSysctls.map((row) => row.replace(box.host, ''))).toContain(
      '/etc/sysctl.d/90-ha.conf:net.ipv4.ip_forward = 1',
    );
    expect(sysctls.get('net.ipv4.ip_forward')).toBe('1');
  });

  test('the file that lets a VIP be bound where it is not is read whole, and no other of its folder', async () => {
    const text = '# ours\nnet.ipv4.ip_nonlocal_bind=1\n';
    box.write('etc/sysctl.d/80-ha.conf', text);
    box.write('etc/sysctl.d/90-else.conf', 'net.ipv4.ip_forward = 1\n');
    box.sysctls({ 'net.ipv4.ip_nonlocal_bind': '1', 'net.ipv4.ip_forward': '1' });
    const { files } = await found();
    const read = [...files].filter(([path]) => path.includes('/sysctl.d/'));
    expect(read.map(([path, { content }]) => [path.replace(box.host, ''), content.toString()])).toEqual([
      ['/etc/sysctl.d/80-ha.conf', text],
    ]);
  });

  test('keepalived: the file of its own option, includes of includes, its name, scripts and their words', async () => {
    box.write(
      'etc/keepalived/main.conf',
      `$DIR=${at('/etc/keepalived')}
include \${DIR}/vrrp.d/*.conf
@left include left.conf
@right include right.conf
`,
    );
    box.write('etc/keepalived/left.conf', 'include deeper/one.conf\n');
    box.write('etc/keepalived/right.conf', '');
    box.write(
      'etc/keepalived/deeper/one.conf',
      `vrrp_script ok {\n  script "/bin/sh ${at('/etc/keepalived/check.sh')} 80"\n}\n`,
    );
    box.write(
      'etc/keepalived/vrrp.d/a.conf',
      `vrrp_instance VI {\n  notify_master "${at('/etc/keepalived/note me.sh')} up" root\n  notify ${at('/etc/keepalived/gone.sh')}\n}\nvrrp_track_file flag {\n  file ${at('/etc/keepalived/flag')}\n}\n`,
    );
    for (const name of ['check.sh', 'flag']) box.write(`etc/keepalived/${name}`, '0\n');
    const { found: named, written, notRead } = namedFiles(await found(), versions);
    expect(short(named.map(({ path }) => path))).toEqual([
      '/etc/keepalived/main.conf',
      '/etc/keepalived/vrrp.d/a.conf',
      '/etc/keepalived/left.conf',
      '/etc/keepalived/deeper/one.conf',
      '/etc/keepalived/check.sh',
    ]);
    expect(short(written.map(({ path }) => path))).toEqual(['/etc/keepalived/flag']);
    expect(short(notRead.map(({ path }) => path))).toEqual([
      '/etc/keepalived/note',
      '/etc/keepalived/gone.sh',
      '/bin/sh',
    ]);
  });

  test('EL6 with its init scripts: the old how-to’s own hosts, byte for byte', async () => {
    box.becomeEl6();
    for (const unit of ['haproxy', 'keepalived']) box.write(`etc/init.d/${unit}`, '');
    box.fake('service', '*" status") ;;');
    box.fake(
      'chkconfig',
      `"--list haproxy" | "--list keepalived") printf 'x\\t0:off\\t1:off\\t2:on\\t3:on\\t4:on\\t5:on\\t6:off\\n' ;;`,
    );
    const texts = {
      'etc/haproxy/haproxy.cfg': readFileSync('test/adopt/how-to/files/etc/haproxy/haproxy.cfg'),
      'etc/keepalived/keepalived.conf': readFileSync('test/adopt/how-to/fred/etc/keepalived/keepalived.conf'),
    };
    for (const [path, text] of Object.entries(texts)) box.write(path, text);
    const host = await found();
    expect(host.keepalived.configId).toBe('fred');
    expect(host.units.get('haproxy')?.get('UnitFileState')).toBe('enabled');
    const { found: named, notRead } = namedFiles(host, { haproxy: '1.5', keepalived: '1.2.13' });
    expect(notRead).toEqual([]);
    expect(
      named.map(({ path }) => [path.replace(`${box.host}/`, ''), host.files.get(path)?.content]),
    ).toEqual(Object.entries(texts));
  });
});
