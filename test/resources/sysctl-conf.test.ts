import { assignAll, overrulers } from '../../src/resources/sysctl-conf';

/** sysctl.conf as initscripts of EL6 bring it, shortened. */
const el6 = `# Kernel sysctl configuration file for Red Hat Linux
#
# Controls IP packet forwarding
net.ipv4.ip_forward = 0

# Controls the maximum shared segment size, in bytes
kernel.shmmax = 68719476736
`;

describe('values in sysctl.conf', () => {
  const edits: [string, string, Record<string, string>, string][] = [
    ['none wanted', el6, {}, el6],
    ['at its place', el6, { 'net.ipv4.ip_forward': '1' }, el6.replace('ip_forward = 0', 'ip_forward = 1')],
    ['missing', el6, { 'net.a.b': '1', 'net.a.c': '2' }, `${el6}net.a.b = 1\nnet.a.c = 2\n`],
    [
      'as it is wanted, in whatever spelling',
      ' net/a/b=1 2\t3 \n',
      { 'net.a.b': '1 2 3' },
      ' net/a/b=1 2\t3 \n',
    ],
    ['set twice: the first place stays', 'a.b = 1\nx.y = 0\na.b=2\n', { 'a.b': '3' }, 'a.b = 3\nx.y = 0\n'],
    ['set twice, and the last counts now', 'a.b = 1\na.b = 2\n', { 'a.b': '1' }, 'a.b = 1\n'],
    ['commented out', '#a.b = 1\n; a.b = 1\n', { 'a.b': '1' }, '#a.b = 1\n; a.b = 1\na.b = 1\n'],
    ['one that begins like it', 'a.bc = 1\na.b.c = 1\n', { 'a.b': '2' }, 'a.bc = 1\na.b.c = 1\na.b = 2\n'],
    ['errors ignored', '-a.b = 1\n', { 'a.b': '2' }, 'a.b = 2\n'],
    [
      'an interface with a dot',
      'net/ipv4/conf/eth0.1/x = 0\n',
      { 'net.ipv4.conf.eth0/1.x': '1' },
      'net.ipv4.conf.eth0/1.x = 1\n',
    ],
    ['no final newline', 'x.y = 0\na.b = 1', { 'a.b': '2' }, 'x.y = 0\na.b = 2\n'],
    ['carriage returns', 'a.b = 1\r\nx.y = 0\r\n', { 'a.b': '1' }, 'a.b = 1\r\nx.y = 0\r\n'],
    ['an empty file', '', { 'a.b': '1' }, 'a.b = 1\n'],
    ['one empty line', '\n', { 'a.b': '1' }, '\na.b = 1\n'],
    ['no assignment', 'a.b\n= 1\n', { 'a.b': '1' }, 'a.b\n= 1\na.b = 1\n'],
    ['names that any object has', 'constructor = 1\n', { 'a.b': '1' }, 'constructor = 1\na.b = 1\n'],
  ];
  test.each(edits)('%s', (_, text, values, wanted) => {
    expect(assignAll(text, values)).toBe(wanted);
    expect(assignAll(wanted, values)).toBe(wanted);
  });
});

describe('who wins at boot', () => {
  const ours = '99-zz-haprov.conf';
  const values = { 'a.b': '1' };
  const cases: [string, string, string[], string[]][] = [
    ['nobody', ours, [], []],
    ['a later name', ours, ['/etc/sysctl.d/zz-local.conf:a.b = 0'], ['/etc/sysctl.d/zz-local.conf 0']],
    ['a later name with the same value', ours, ['/etc/sysctl.d/zz-local.conf:a.b=1'], []],
    [
      'an earlier name',
      ours,
      ['/etc/sysctl.d/99-sysctl.conf:a.b = 0', '/usr/lib/sysctl.d/50-default.conf:a.b = 0'],
      [],
    ],
    ['our own file', ours, ['/etc/sysctl.d/99-zz-haprov.conf:a.b = 0'], []],
    [
      'the last of several',
      ours,
      [
        '/etc/sysctl.d/zzz.conf:a.b = 3',
        '/etc/sysctl.d/zzz.conf:a.b = 4',
        '/usr/lib/sysctl.d/zz.conf:a.b = 5',
      ],
      ['/etc/sysctl.d/zzz.conf 4'],
    ],
    [
      'a later one that puts it right again',
      ours,
      ['/etc/sysctl.d/zz.conf:a.b = 0', '/run/sysctl.d/zzz.conf:a.b = 1'],
      [],
    ],
    [
      'a file in /etc masks its namesake',
      ours,
      ['/etc/sysctl.d/zz.conf:c.d = 1', '/usr/lib/sysctl.d/zz.conf:a.b = 0'],
      [],
    ],
    ['other keys', ours, ['/etc/sysctl.d/zz.conf:a.bc = 0'], []],
    ['EL6: all of sysctl.d', '-', ['/etc/sysctl.d/libvirtd:a.b = 0'], ['/etc/sysctl.d/libvirtd 0']],
    [
      'EL6: what initscripts pass over',
      '-',
      ['/etc/sysctl.d/x.rpmsave:a.b = 0', '/etc/sysctl.d/x~:a.b = 0'],
      [],
    ],
  ];
  test.each(cases)('%s', (_, name, rows, wanted) => {
    expect(overrulers(rows, name, values).map(({ path, value }) => `${path} ${value}`)).toEqual(wanted);
  });
});
