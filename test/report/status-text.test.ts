import { renderStatus } from '../../src/report/status-text';
import type { Status } from '../../src/status/status';
import { displayWidth } from '../../src/text/format';
import fc from '../support/property';
import {
  drained,
  fourNodes,
  haproxyHung,
  healthy,
  hostOff,
  splitBrain,
  statuses,
  withEveryText,
} from '../support/statuses';

const render = (status: Status, columns = 80) => renderStatus(status, { color: false, columns }).split('\n');
const widest = (lines: string[]) => Math.max(...lines.map(displayWidth));

test('a healthy pair: one line says so, and all of it fits 24 × 80', () => {
  const lines = render(healthy);
  expect(lines.length).toBeLessThanOrEqual(23);
  expect(lines).toEqual([
    '✓ all is well: fred holds router37, 2 of 2 servers are up',
    '',
    '               fred 192.168.56.201             ethyl 192.168.56.202',
    'SSH            ✓ answered in 0.2 s             ✓ answered in 0.2 s',
    'disk           ✓ 41% used                      ✓ 41% used',
    'packages       ✓ haproxy 2.4.22, keepalived …  ✓ haproxy 2.4.22, keepalived …',
    'sysctl         ✓ 2 of 2 set                    ✓ 2 of 2 set',
    'firewall       ✓ VRRP and 80 open              ✓ VRRP and 80 open',
    'SELinux        ✓ enforcing                     ✓ enforcing',
    'keepalived     ✓ MASTER, priority 101          ✓ BACKUP, priority 100',
    'VIP            ✓ router37                      ✓ none',
    'HAProxy        ✓ 1 worker                      ✓ 1 worker',
    'service        ✓ httpd active                  ✓ httpd active',
    'backends       ✓ 2 of 2 up                     ✓ 2 of 2 up',
    'configuration  ✓ as the inventory says         ✓ as the inventory says',
    '',
    '✓ VIP router37 192.168.56.200: on fred, answers',
    'cluster37, port 80, http       fred                    ethyl',
    '  ✓ fred 192.168.56.201:8080   ✓ UP                    ✓ UP',
    '  ✓ ethyl 192.168.56.202:8080  ✓ UP                    ✓ UP',
    '',
    'cluster37 at 2026-03-01T03:00:00Z',
  ]);
});

test('what is broken comes first, with what was seen and what to do next; then the other findings', () => {
  expect(render(splitBrain).slice(0, 10)).toEqual([
    '✗ split brain: fred and ethyl both hold router37 (192.168.56.200), because ethyl',
    '  does not hear VRRP',
    '  seen: iptables INPUT 1: DROP 112 -- 0.0.0.0/0 0.0.0.0/0',
    '  seen: ethyl heard no advert of VRID 37 for 61 s; fred sends one a second',
    '  next: on ethyl: iptables -D INPUT 1; then haprov apply puts the rule back that',
    '        lets VRRP in',
    '',
    '! /etc/haproxy/haproxy.cfg on ethyl is not as the inventory says',
    '  seen: maxconn 4096 → 10',
    '  next: haprov plan inventory.json shows the difference, apply removes it',
  ]);
});

describe('a terminal of so many rows', () => {
  const onScreen = (status: Status, rows: number, columns = 80) =>
    renderStatus(status, { color: false, columns, rows }).split('\n');

  test('more than it can show: what is broken first, then the services, before the hosts', () => {
    const [first] = splitBrain.findings;
    if (!first) throw new Error('no finding');
    const findings = Array.from({ length: 20 }, (_, index) => ({
      ...first,
      message: `it is broken, ${index}`,
    }));
    const rows = onScreen({ ...splitBrain, findings }, 24);
    const at = (text: string) => rows.findIndex((row) => row.includes(text));
    expect(rows[0]).toBe('✗ it is broken, 0');
    expect(at('it is broken, 7')).toBeGreaterThan(0);
    expect(at('… 12 more findings')).toBe(at('it is broken, 7') + 1);
    expect(at('VIP router37')).toBe(at('… 12 more findings') + 1);
    expect(at('cluster37, port 80')).toBeGreaterThan(at('VIP router37'));
    expect(at('cluster37, port 80')).toBeLessThan(20);
    expect(at('fred 192.168.56.201  ')).toBeGreaterThan(at('cluster37, port 80'));
  });
  const pairs = Object.entries(statuses).filter(([, { hosts }]) => hosts.length === 2);

  test.each(pairs)('%s fits 24 × 80, with the prompt below', (_name, status) => {
    const lines = onScreen(status, 24);
    expect(lines.length).toBeLessThanOrEqual(23);
    for (const { message } of status.findings) expect(lines.join(' ').replace(/ +/g, ' ')).toContain(message);
  });

  test('two findings, each with what to do, and the hosts and VIPs', () => {
    const lines = onScreen(splitBrain, 24);
    expect(lines.filter((line) => line.startsWith('  next: '))).toHaveLength(2);
    for (const start of ['keepalived', 'VIP', '✗ VIP', 'cluster37 at'])
      expect(lines.filter((line) => line.startsWith(start))).not.toEqual([]);
  });

  test('what does not fit at all begins with what is broken and what to do', () => {
    const lines = onScreen(splitBrain, 10, 40);
    expect(lines.slice(0, 3)).toEqual([
      '✗ split brain: fred and ethyl both hold',
      '  router37 (192.168.56.200), because',
      '  ethyl does not hear VRRP',
    ]);
    expect(lines[3]).toMatch(/^ {2}next: on ethyl: iptables -D INPUT 1;/);
  });

  test('what is well on all hosts shares a line; nothing is left out that is not', () => {
    const all = onScreen(healthy, 16);
    expect(all).toContain('✓ SSH, disk, packages, sysctl, firewall, SELinux, HAProxy, service, backends,');
    expect(all.length).toBeLessThanOrEqual(15);
    expect(onScreen(healthy, 100)).toEqual(render(healthy));
    expect(onScreen(haproxyHung, 20)).toContain(
      'keepalived     ! FAULT, check_haproxy fails    ✓ MASTER, priority 100',
    );
  });
});

test('who holds a VIP, who should hold it, whether it answers', () => {
  const [vip] = healthy.vips;
  const lineOf = (about: object) => render({ ...healthy, vips: [{ ...vip, ...about } as never] }, 120)[16];
  expect(lineOf({ holders: ['ethyl'] })).toBe('✓ VIP router37 192.168.56.200: on ethyl, answers');
  expect(lineOf({ holders: ['ethyl'], level: 'warning' })).toBe(
    '! VIP router37 192.168.56.200: on ethyl, fred should hold it, answers',
  );
  expect(
    lineOf({ holders: [], level: 'broken', answers: [{ from: 'laptop', answers: false, why: 'timeout' }] }),
  ).toBe('✗ VIP router37 192.168.56.200: on nobody, fred should hold it, does not answer here (timeout)');
  expect(
    lineOf({
      answers: [
        { from: 'laptop', answers: true },
        { from: 'ethyl', answers: false },
      ],
    }),
  ).toBe('✓ VIP router37 192.168.56.200: on fred, does not answer on ethyl');
  // Whoever says an error has answered.
  expect(lineOf({ level: 'broken', answers: [{ from: 'laptop', answers: false, why: 'HTTP 503' }] })).toBe(
    '✗ VIP router37 192.168.56.200: on fred, answers HTTP 503 here',
  );
  // What a client really gets.
  const asked = (status: number) => ({ from: 'laptop', answers: true, port: 80, status });
  expect(lineOf({ answers: [asked(302)] })).toBe('✓ VIP router37 192.168.56.200: on fred, answers');
  expect(lineOf({ answers: [asked(200), asked(404), asked(404)] })).toBe(
    '✓ VIP router37 192.168.56.200: on fred, answers HTTP 404 on port 80',
  );
  expect(lineOf({ answers: [], notAsked: 'no service is at it' })).toBe(
    '✓ VIP router37 192.168.56.200: on fred, not asked whether it answers: no service is at it',
  );
});

test('servers as each HAProxy sees them, also one that does not answer', () => {
  expect(render(hostOff)).toContain('  ✗ ethyl 192.168.56.202:8080  ✗ DOWN L4CON            ?');
  expect(render(drained)).toContain('  ✓ fred 192.168.56.201:8080   · DRAIN                 · DRAIN');
  expect(render(haproxyHung)).toContain(
    'keepalived     ! FAULT, check_haproxy fails    ✓ MASTER, priority 100',
  );
});

test('services that lead to others, and what is behind them', () => {
  const [web] = healthy.services;
  const bare = {
    ...web,
    ports: ['443'],
    behind: [],
    to: [],
    servers: [],
    level: 'ok' as const,
    mode: 'http',
    vips: [],
  };
  const services = [
    { ...bare, service: 'front', to: ['api', 'www'] },
    { ...bare, service: 'plain', ports: ['80', '8080'] },
    { ...bare, service: 'ftp', ports: ['5000-5010'], to: ['data'] },
    { ...bare, service: 'api', ports: [], behind: ['front', 'plain'] },
    { ...bare, service: 'away', level: 'broken' as const },
  ];
  const lines = render({ ...healthy, services });
  expect(lines.slice(lines.indexOf('✓ VIP router37 192.168.56.200: on fred, answers') + 1, -2)).toEqual([
    '✓ front, port 443, http: leads to api, www',
    '✓ plain, ports 80 8080, http: HAProxy answers itself',
    '✓ ftp, ports 5000-5010, http: leads to data',
    '✓ api, behind front and plain, http: HAProxy answers itself',
    '✗ away, port 443, http: HAProxy should answer itself',
  ]);
});

test('many servers that are well share a line', () => {
  const [service] = healthy.services;
  const servers = Array.from({ length: 5 }, () => service?.servers ?? []).flat();
  const lines = render({ ...healthy, services: [{ ...service, servers } as never] });
  expect(lines).toContain('✓ cluster37, port 80, http: 10 servers, up for fred, ethyl');
});

test('hosts are side by side as far as they fit, in equal groups', () => {
  const heads = (columns: number) =>
    render(fourNodes, columns)
      .filter((line) => /^ {13,}\S+ 192/.test(line))
      .map((line) => line.trim().split(/ {2,}/).length);
  expect(heads(130)).toEqual([4]);
  expect(heads(90)).toEqual([2, 2]);
  expect(heads(40)).toEqual([1, 1, 1, 1]);
});

test('colour adds nothing but colour', () => {
  for (const status of Object.values(statuses)) {
    const coloured = renderStatus(status, { color: true, columns: 80 });
    const plain = coloured.replace(/\x1b\[\d+m/g, '').replace(/ +$/gm, '');
    expect(plain).toBe(renderStatus(status, { color: false, columns: 80 }));
    expect(coloured).not.toBe(plain);
  }
});

test.each(Object.entries(statuses))('%s is never wider than the terminal', (_name, status) => {
  for (const columns of [20, 40, 60, 80, 100, 132, 200])
    expect(widest(render(status, columns))).toBeLessThanOrEqual(columns);
});

test('text of hosts cannot drive the terminal nor widen it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(statuses)),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 24, max: 120 }),
      (status, text, columns) => {
        const lines = render(
          withEveryText(status, (old) => `${old}\x1b[2J\r\n${text}`),
          columns,
        );
        expect(widest(lines)).toBeLessThanOrEqual(columns);
        expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      },
    ),
    { numRuns: 60 },
  );
});
