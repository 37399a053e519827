import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { judgeCertificates } from '../../src/certificates/judge';
import { listCertificates, namesToAsk } from '../../src/certificates/list';
import { readHostCertificates } from '../../src/certificates/on-host';
import type { Known } from '../../src/certificates/report';
import { notMade } from '../../src/inventory/made-by-authority';
import { renderCertificates } from '../../src/report/certificates-text';
import { displayWidth } from '../../src/text/format';
import { loadInventory } from '../support/load-inventory';

const inventory = loadInventory(resolve('test/inventories/tls-front.yaml'), {});
const crt = readFileSync('test/inventories/tls/only-for-tests.crt', 'utf8');
const chain = readFileSync('test/inventories/tls/only-for-tests-chain.crt', 'utf8');
const old = readFileSync('test/lint/c.pem', 'utf8');
const now = new Date('2026-11-26T12:00:00Z');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const sha1 = (pem: string) => new X509Certificate(pem).fingerprint.replaceAll(':', '');

const cfg = `frontend secure
  bind 192.168.56.200:443 ssl crt /etc/haproxy/secure.pem crt /etc/haproxy/more/
frontend chained
  bind 192.168.56.210:443 ssl crt-list /etc/haproxy/list.txt
`;
interface Host {
  secure?: string;
  more?: string;
  loaded?: string;
  fits?: string;
}
/** What a host answers: `secure` and `more` as its PEM, and what HAProxy has loaded of the first. */
const answer = ({ secure = crt, more = chain, loaded = secure, fits = 'fits' }: Host = {}) =>
  [
    'configuration\t/etc/haproxy/haproxy.cfg',
    base64(cfg),
    'list\t/etc/haproxy/list.txt',
    base64('# one a line\n/etc/haproxy/chained.pem [alpn h2] api.test.example\n'),
    secure === ''
      ? 'missing\t/etc/haproxy/secure.pem'
      : `certificate\t/etc/haproxy/secure.pem\n${secure}key\t${fits}`,
    `certificate\t/etc/haproxy/chained.pem\n${chain}`,
    'folder\t/etc/haproxy/more/',
    ...(more === '' ? [] : [`certificate\t/etc/haproxy/more/a.pem\n${more}`]),
    ...(loaded === '' ? [] : ['loaded\t/etc/haproxy/secure.pem', `said\t${sha1(loaded)}`]),
  ].join('\n');

const known = (a: Host = {}, b: Host = {}, looks: Known['looks'] = []): Known => ({
  inventory,
  written: () => ({ file: 'tls/x.pem' }),
  hosts: [
    { host: 'a', found: readHostCertificates(answer(a)) },
    { host: 'b', found: readHostCertificates(answer(b)) },
  ],
  looks,
  within: 30,
  now,
});
const look = (pem: string, about: object = {}) => ({
  service: 'secure',
  address: '192.168.56.200',
  port: 443,
  from: 'here',
  by: 'a',
  certificate: new X509Certificate(pem),
  ...about,
});
const told = (report: ReturnType<typeof judgeCertificates>) =>
  report.findings.map(
    ({ certificate = '-', hosts, message }) => `${certificate} ${hosts.join('+')}: ${message}`,
  );

test.each<[string, Partial<Known>, string]>([
  ['a file', {}, 'haprov certificates renew secure --certificate FILE --key FILE'],
  [
    'a secret',
    { written: () => ({ secret: 'x' }) },
    'haprov certificates renew secure --certificate FILE --key FILE',
  ],
  [
    'a command',
    { written: () => ({ command: ['pass', 'show', 'x'] }) },
    'renew it where it comes from, then haprov certificates renew secure',
  ],
  [
    'an authority',
    { inventory: loadInventory(resolve('test/inventories/acme.yaml'), {}) },
    'haprov certificates renew secure',
  ],
])('what renews one that comes from %s', (_, how, next) => {
  const { findings } = judgeCertificates({ ...known(), ...how, within: 100_000 });
  expect(findings.find(({ certificate }) => certificate === 'secure')?.next).toBe(next);
});

test('one that the authority has not made yet', () => {
  const services = inventory.services.map((one) =>
    one.name === 'secure' && one.tls
      ? {
          ...one,
          tls: {
            ...one.tls,
            certificates: one.tls.certificates.map((each) => ({ ...each, certificate: notMade })),
          },
        }
      : one,
  );
  const ofAcme = services.map((one) =>
    one.name === 'secure' && one.tls
      ? { ...one, tls: { ...one.tls, acme: { names: ['test.example'], challenge: 'http-01' as const } } }
      : one,
  );
  const nothing = {
    service: 'secure',
    address: '192.168.56.200',
    port: 443,
    from: 'here',
    error: 'no handshake',
  };
  const report = judgeCertificates({
    ...known({}, {}, [nothing]),
    inventory: { ...inventory, services: ofAcme },
  });
  expect(report.findings).toEqual([
    {
      level: 'warning',
      certificate: 'secure',
      hosts: ['a', 'b'],
      message: 'not made yet',
      next: 'haprov certificates renew secure',
    },
  ]);
});

test('a pair that is well: what is wanted lies on both hosts, is loaded and is shown', () => {
  const report = judgeCertificates(known({}, {}, [look(crt), look(crt, { name: 'www.test.example' })]));
  expect(told(report)).toEqual([]);
  const [secure, chained, more] = report.certificates;
  expect(secure).toMatchObject({
    name: 'secure',
    path: '/etc/haproxy/secure.pem',
    services: ['secure'],
    from: { certificate: { file: 'tls/x.pem' } },
    hosts: [
      { host: 'a', isLoaded: true, keyFits: true },
      { host: 'b', isLoaded: true, keyFits: true },
    ],
    shown: [
      { at: '192.168.56.200:443', by: 'a', from: 'here' },
      { at: '192.168.56.200:443', by: 'a', from: 'here', name: 'www.test.example' },
    ],
  });
  expect(chained).toMatchObject({ name: 'chained', services: ['chained'], shown: [] });
  expect(more).toMatchObject({ name: '/etc/haproxy/more/a.pem', services: ['secure'] });
  expect(more?.from).toBeUndefined();
});

test.each<[string, Known, string[]]>([
  [
    'a host has another than the inventory',
    known({}, { secure: chain }),
    ['secure b: the host has another one than the inventory'],
  ],
  [
    'a host has none',
    known({}, { secure: '', loaded: '' }),
    ['secure b: there is no certificate at /etc/haproxy/secure.pem'],
  ],
  [
    'HAProxy was not reloaded',
    known({ loaded: chain }),
    ['secure a: the running HAProxy has not loaded what is on the disk'],
  ],
  ['HAProxy cannot be asked what it has loaded', known({ loaded: '' }), []],
  [
    'a key of another',
    known({}, { fits: 'differs' }),
    ['secure b: the key is not its own: HAProxy would not start again'],
  ],
  [
    'one in a folder that is over, and only on one host',
    known({ more: old }, { more: '' }),
    [
      '/etc/haproxy/more/a.pem a+b: it expired on 2025-09-01',
      '/etc/haproxy/more/a.pem b: there is no certificate at /etc/haproxy/more/a.pem',
    ],
  ],
  [
    'the VIP shows one that lies nowhere',
    known({}, {}, [look(old)]),
    [
      '- a: secure at 192.168.56.200:443 shows a certificate that is in none of HAProxy’s files: CN=www.example.org, until 2025-09-01',
    ],
  ],
  [
    'nobody answers',
    known({}, {}, [
      look(crt, { certificate: undefined, by: undefined, name: 'x.example', error: 'no answer within 5 s' }),
    ]),
    ['- : secure at 192.168.56.200:443, asked for x.example, shows no certificate: no answer within 5 s'],
  ],
])('%s', (_, all, findings) => {
  expect(told(judgeCertificates(all))).toEqual(findings);
});

test('within so many days, and the day before', () => {
  const days = (within: number, today: string) =>
    told(judgeCertificates({ ...known({ more: old }, { more: old }), within, now: new Date(today) }));
  const at = '2025-08-22T12:00:00Z';
  expect(days(9, at).filter((one) => one.includes('expires'))).toEqual([]);
  expect(days(10, at)).toContain('/etc/haproxy/more/a.pem a+b: it expires on 2025-09-01, in 9 days');
});

test('what is asked for at an endpoint: one name of each certificate that it may show', () => {
  expect(namesToAsk('secure', listCertificates(known()))).toEqual(['www.test.example', 'api.test.example']);
});

test.each([40, 80])('as text in %d columns', (columns) => {
  const report = judgeCertificates(known({}, { secure: chain }, [look(old), look(crt)]));
  const text = renderCertificates(report, { color: false, columns });
  for (const row of text.split('\n')) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
  if (columns === 80) expect(text).toMatchSnapshot();
});
