import { listenScript, readHeard } from '../../src/pair/vrrp-listen';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

const packet = '45c0002800190000ff70e108c0a838c9e0000012212865010001805ac0a838d20000000000000000';
const vips = [
  { address: '192.168.56.215', advertInterval: 1 },
  { address: '2001:db8::9', advertInterval: 1, interface: 'eth1' },
];
/** A host of which nobody knows a python. */
const withoutPython = 'any_python() { return 1; }';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;

  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake('systemctl', "'-q is-active keepalived') exit 3 ;;");
    box.fake(
      'ip',
      `'-o addr show to 192.168.56.215') ;;
       '-o route get 192.168.56.215') echo '192.168.56.215 dev eth0 src 192.168.56.203 uid 0 \\    cache' ;;`,
    );
    box.fake(
      'python3',
      `'- 3.5 192.168.56.215@eth0 2001:db8::9@eth1') echo 'packet eth0 ${packet}'; echo 'arp eth0 192.168.56.215 02:42:00:00:00:01'; echo listened ;;`,
    );
  });
  afterEach(() => box.dispose());

  test('python listens on the interfaces of the VIPs', async () => {
    const heard = readHeard(await box.probe(listenScript(vips)));
    expect(heard).toMatchObject({
      kind: 'listened',
      adverts: [{ interface: 'eth0', virtualRouterId: 40, source: '192.168.56.201' }],
      answers: [{ interface: 'eth0', address: '192.168.56.215', mac: '02:42:00:00:00:01' }],
    });
  });

  test('a host whose keepalived runs is asked nothing more', async () => {
    box.fake('systemctl', "'-q is-active keepalived') exit 0 ;;");
    expect(readHeard(await box.probe(listenScript(vips))).kind).toBe('running');
    expect(box.calls()).toEqual(['systemctl -q is-active keepalived']);
  });

  test('a VIP that the host has already, and one behind a router', async () => {
    box.fake(
      'ip',
      `'-o addr show to 192.168.56.215') echo '7: vlan5@eth0    inet 192.168.56.215/24 scope global' ;;
       '-o addr show to 10.9.9.9') ;;
       '-o route get 10.9.9.9') echo '10.9.9.9 via 192.168.56.1 dev eth0 src 192.168.56.203' ;;`,
    );
    box.fake('python3', "'- 6.5 192.168.56.215@vlan5') echo listened ;;");
    const script = listenScript([
      { address: '192.168.56.215', advertInterval: 2 },
      { address: '10.9.9.9', advertInterval: 1 },
    ]);
    expect(readHeard(await box.probe(script))).toEqual({ kind: 'listened', adverts: [], answers: [] });
  });

  test('nothing to listen on is no deafness', async () => {
    box.fake('ip', "'-o addr show to 192.168.56.215') ;;\n'-o route get 192.168.56.215') exit 2 ;;");
    expect(readHeard(await box.probe(listenScript(vips.slice(0, 1)))).kind).toBe('listened');
  });

  test('a python that fails is deaf', async () => {
    box.fake('python3', "'- 3.5 '*) exit 1 ;;");
    expect(readHeard(await box.probe(listenScript(vips))).kind).toBe('deaf');
  });

  test('tcpdump where there is no python: its dump is put together again', async () => {
    box.fake(
      'timeout',
      `'3.5 tcpdump -n -x -l -s 512 -c 500 -i eth0 ip proto 112 or ip6 proto 112') cat <<'.'
12:00:00.1 IP 192.168.56.201 > 224.0.0.18: VRRPv2, Advertisement, vrid 40, prio 101, authtype none, intvl 1s, length 20
	0x0000:  45c0 0028 0019 0000 ff70 e108 c0a8 38c9
	0x0010:  e000 0012 2128 6501 0001 805a c0a8 38d2
	0x0020:  0000 0000 0000 0000
12:00:01.1 IP 192.168.56.204 > 224.0.0.18: VRRPv2, Advertisement, vrid 46, prio 90
	0x0000:  45c0 0028 0019 0000 ff70 e108 c0a8 38cc
	0x0010:  e000 0012 212e 5a01 0001 805a c0a8 38d7
	0x0020:  0000 0000 0000 0000
.
      ;;`,
    );
    box.fake('tcpdump', '');
    const script = `${withoutPython}\n${listenScript(vips.slice(0, 1))}`;
    const heard = readHeard(await box.probe(script));
    expect(heard.kind).toBe('listened');
    expect(heard.adverts.map(({ virtualRouterId, source }) => `${virtualRouterId} ${source}`)).toEqual([
      '40 192.168.56.201',
      '46 192.168.56.204',
    ]);
  });

  test('neither of them', async () => {
    const none = `${withoutPython}\nhave() { return 1; }`;
    const script = `${none}\n${listenScript(vips)}`;
    expect(readHeard(await box.probe(script)).kind).toBe('deaf');
  });
});

test('rare adverts are waited for, within reason', () => {
  const asked = (advertInterval: number) => listenScript([{ address: '10.0.0.9', advertInterval }]);
  expect([1, 3, 40].map(asked)).toEqual([
    'listen_for_vrrp 3.5 10.0.0.9',
    'listen_for_vrrp 9.5 10.0.0.9',
    'listen_for_vrrp 12 10.0.0.9',
  ]);
});
