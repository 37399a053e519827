import { readFileSync } from 'node:fs';
import { inventories, majorsFor, type RenderedHost, renderInventory } from '../support/inventories';
import { describeLab, lab, on } from '../support/lab';
import { type FileSet, type Verdict, validateOn } from '../support/validate-sets';

/** What the inventories of test/inventories become on hosts of each EL, before the real programs that are to read it. */

const host = 'ricky';
const haproxy = '/etc/haproxy/haproxy.cfg';
const keepalived = '/etc/keepalived/keepalived.conf';

interface Case extends RenderedHost {
  inventory: string;
  major: number;
}

/** What keepalived 1 calls global_tracking, keepalived 2 has another word for, and only that one is here to be asked. */
const ofOldWords = (inventory: string, major: number) =>
  major < 8 && ['18-router-pair', '20-dual-stack'].includes(inventory);

const cases = inventories.flatMap((inventory) =>
  majorsFor(inventory)
    .filter((major) => major > 6 && !ofOldWords(inventory, major))
    .flatMap((major) => renderInventory(inventory, major).map((one): Case => ({ ...one, inventory, major }))),
);

/** What lies in the folders of certificates that they name. */
const tls = 'test/inventories/tls/only-for-tests';

/** Commands and names that the inventories speak of, and interfaces that their addresses sit on. */
const surroundings = `
  yum install -y -q haproxy keepalived httpd >/dev/null 2>&1 || exit
  mkdir -p /usr/local/libexec
  for command in check-app became-master; do
    printf '#!/bin/sh\\n' >/usr/local/libexec/$command && chmod 755 /usr/local/libexec/$command
  done
  touch /etc/haproxy/routes.map
  # As haprov leaves it between two reloads.
  echo 1 >/var/lib/haproxy/haprov-servers
  sysctl -qw net.ipv6.conf.lo.disable_ipv6=0 || exit
  mkdir -p /etc/haproxy/certificates.d && cat >/etc/haproxy/certificates.d/other.pem || exit
  mkdir -p /etc/pki && cp -R /etc/haproxy/certificates.d /etc/pki/haproxy
  echo '/ app' >/etc/haproxy/routes.map
  echo '192.0.2.80 app.test.example balancer-b.test.example blue.app.test.example green.app.test.example db.test.example standby.db.test.example' >>/etc/hosts
  # For a name server on the host's own loopback.
  sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
  # Bridges, since not every kernel has dummy interfaces.
  for interface in backnet bond0.12; do ip link add "$interface" type bridge && ip link set "$interface" up || exit; done
`;

/** HAProxy since 2.2 warns of the only way that older ones know, so of files for EL7 and EL8. */
const oldWay = "'option httpchk' : hiding headers or body at the end of the version string is deprecated";

/** What a program has against a set of files: how it ended, if not well, and its warnings. */
function objections({ program, code, output }: Verdict, major: number): string[] {
  const warnings = output
    .split('\n')
    .filter((row) => row.includes('[WARNING]') && !(major <= 8 && row.includes(oldWay)));
  return code === 0 ? warnings : [`${program} ends with ${code}: ${output}`];
}

const programsFor = ({ files }: FileSet) => [
  ...(files.some(({ path }) => path === haproxy) ? ['haproxy'] : []),
  ...(files.some(({ path }) => path === keepalived) ? ['keepalived'] : []),
  'httpd',
];

describeLab('rendered files', () => {
  let verdicts: (Case & { said: Verdict[] })[] = [];

  beforeAll(() => {
    lab('reset', '--alone', host);
    on(host, surroundings, Buffer.concat(['crt', 'key'].map((end) => readFileSync(`${tls}.${end}`))));
    const said = validateOn(host, cases);
    verdicts = cases.map((one, index) => ({ ...one, said: said[index] ?? [] }));
  });

  test.each(inventories)('%s: haproxy, keepalived and httpd take them, without a warning', (inventory) => {
    const own = verdicts.filter((one) => one.inventory === inventory);
    expect(own.length).toBeGreaterThan(0);
    for (const { host: name, major, said, ...set } of own) {
      expect([name, major, said.map(({ program }) => program)]).toEqual([name, major, programsFor(set)]);
      expect([name, major, said.flatMap((one) => objections(one, major))]).toEqual([name, major, []]);
    }
  });

  /** What a working host would have, but for one file. */
  const butFor = (path: string, edit: (text: string) => string): FileSet => {
    const [{ files, lines }] = cases.filter(
      ({ inventory, major }) => inventory === 'httpd-pair' && major === 9,
    ) as [Case];
    const change = (text: Buffer) => Buffer.from(edit(text.toString()));
    return {
      lines,
      files: files.map((file) => (file.path === path ? { ...file, content: change(file.content) } : file)),
    };
  };

  test.each([
    [
      'haproxy',
      'an unknown word',
      butFor(haproxy, (text) => `${text}    no-such-word\n`),
      /ends with 1: .*no-such-word/s,
    ],
    [
      'haproxy',
      'a missing certificate',
      butFor(haproxy, (text) => `${text}    bind *:1 ssl crt /no\n`),
      /ends with 1: .*\/no/s,
    ],
    [
      'haproxy',
      'a warning',
      butFor(haproxy, (text) => text.replace(/timeout client .*\n/, '')),
      /^\[WARNING\].*missing timeouts/,
    ],
    [
      'keepalived',
      'a wrong number',
      butFor(keepalived, (text) => text.replace('router_id 37', 'router_id 256')),
      /ends with 5/,
    ],
    [
      'keepalived',
      'a missing script',
      butFor(keepalived, (text) => text.replace('-drained"', '-there"')),
      /ends with/,
    ],
    [
      'httpd',
      'a wrong line',
      { files: [], lines: [{ path: '/etc/httpd/conf/httpd.conf', line: 'Listen here' }] },
      /ends with 1/,
    ],
  ] as const)('and %s objects to %s', (program, _what, set, objection) => {
    const [said = []] = validateOn(host, [set]);
    const against = said
      .map((one) => [one.program, objections(one, 9).join('\n')] as const)
      .filter(([, found]) => found);
    expect(against).toEqual([[program, expect.stringMatching(objection)]]);
  });
});
