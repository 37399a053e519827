import { readFileSync } from 'node:fs';
import { readHostCertificates, readSeen, seeCall } from '../../src/certificates/on-host';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

const crt = readFileSync('test/inventories/tls/only-for-tests.crt', 'utf8');
const key = readFileSync('test/inventories/tls/only-for-tests.key', 'utf8');
const other = readFileSync('test/inventories/tls/only-for-tests-ec.key', 'utf8');

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake(
      'systemctl',
      `"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws -f ${box.path('etc/haproxy.cfg')} ; ignore_errors=no }' ;;`,
    );
    box.fake('ps', '"-C haproxy -o pid=,ppid=,args=") ;;');
  });
  afterEach(() => box.dispose());

  const asked = async (before = '') => {
    const said = await box.probe(`${before}\ntell_certificates`);
    return { said, found: readHostCertificates(said.replaceAll(box.host, '')) };
  };

  test('all that the configuration names, and no key leaves the host', async () => {
    box.lack('openssl');
    const cfg = `global
  crt-base ${box.path('etc/certs')}
frontend a
  bind :443 ssl crt web.pem crt "${box.path('etc/more')}" crt-list ${box.path('etc/list')}
  # bind :444 ssl crt /not/meant
backend b
  server c 192.0.2.1:443 ssl crt gone.pem
`;
    box.write('etc/haproxy.cfg', cfg);
    box.write('etc/certs/web.pem', `${key}${crt}`);
    box.write('etc/certs/listed.pem', crt);
    box.write('etc/certs/listed.pem.key', key);
    box.write('etc/more/one.pem', `${crt}${key}`);
    box.write('etc/more/one.pem.ocsp', 'x');
    box.write('etc/list', '# a list\nlisted.pem [alpn h2] a.example\n');
    const { said, found } = await asked();
    expect(said).not.toContain('PRIVATE KEY');
    for (const row of key.split('\n').filter((one) => one.length > 20)) expect(said).not.toContain(row);
    expect(found.configuration).toEqual([{ path: '/etc/haproxy.cfg', text: cfg }]);
    const pem = crt.trim();
    expect([...found.files].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: '/etc/certs/listed.pem', pem },
      { path: '/etc/certs/web.pem', pem },
      { path: '/etc/more/one.pem', pem },
    ]);
    expect(found.folders).toEqual(['/etc/more']);
    expect(found.missing).toEqual(['/etc/certs/gone.pem']);
    expect([...found.lists.keys()]).toEqual(['/etc/list']);
    expect(found.loaded).toBeUndefined();
  });

  test('whose key lies beside it, where openssl can tell', async () => {
    box.write(
      'etc/haproxy.cfg',
      `frontend a\n bind :443 ssl crt ${box.path('etc/a.pem')} crt ${box.path('etc/b.pem')}\n`,
    );
    box.write('etc/a.pem', `${crt}${key}`);
    box.write('etc/b.pem', crt);
    box.write('etc/b.pem.key', other);
    box.fake(
      'openssl',
      `"x509 -noout -pubkey -in "*) echo one ;;
"pkey -pubout -passin pass: -in "*/a.pem) echo one ;;
"pkey -pubout -passin pass: -in "*/b.pem.key) echo another ;;`,
    );
    const { found } = await asked();
    expect(found.files.map(({ path, keyFits }) => [path, keyFits])).toEqual([
      ['/etc/a.pem', true],
      ['/etc/b.pem', false],
    ]);
  });

  test('what the running HAProxy has loaded', async () => {
    box.write('etc/haproxy.cfg', 'global\n');
    const { found } = await asked(`haproxy_sockets() { echo /run/a.sock; }
tell_haproxy() { case "$1 $2" in
  'show ssl cert /run/a.sock') printf '# transaction\\n*/etc/b.pem\\n# filename\\n/etc/a.pem\\n\\n' ;;
  'show ssl cert /etc/a.pem /run/a.sock') printf 'Filename: /etc/a.pem\\nSHA1 FingerPrint: 0aFF\\nIssuer: x\\n' ;;
  *) exit 99 ;;
esac; }`);
    expect(found.loaded).toEqual(new Map([['/etc/a.pem', '0AFF']]));
  });

  test('what is shown at a place, by openssl of the host', async () => {
    box.fake(
      'openssl',
      `"s_client -connect 192.0.2.1:443 -showcerts") echo 'CONNECTED(3)'; printf '%s\\n' '-----BEGIN CERTIFICATE-----' one '-----END CERTIFICATE-----' ;;
"s_client -connect [2001:db8::1]:443 -servername a.example -showcerts") exit 1 ;;`,
    );
    const script = seeCall([{ place: '192.0.2.1:443' }, { place: '[2001:db8::1]:443', name: 'a.example' }]);
    expect(readSeen(await box.probe(script))).toEqual(
      new Map([
        ['192.0.2.1:443=', '-----BEGIN CERTIFICATE-----\none\n-----END CERTIFICATE-----'],
        ['[2001:db8::1]:443=a.example', ''],
      ]),
    );
  });

  test('a host without openssl says so', async () => {
    box.lack('openssl');
    expect(readSeen(await box.probe(seeCall([{ place: '192.0.2.1:443' }])))).toBeUndefined();
  });
});
