import { readDocument } from '../../src/document/document';
import { inventorySchema } from '../../src/inventory/schema/schema';
import { resolveSecrets } from '../../src/inventory/secrets';
import { faultsOf } from '../bad-input/check-all';
import { environment, inventories, inventoryOf, majorsFor, renderInventory } from '../support/inventories';
import { allUses, usesOf } from './schema-uses';

const rawOf = (name: string) => resolveSecrets(readDocument(inventoryOf(name)), environment).value;

test('together they use every option, each choice of it, and each kind of value', () => {
  const used = new Set(inventories.flatMap((name) => usesOf(inventorySchema, rawOf(name))));
  expect(allUses(inventorySchema).filter((use) => !used.has(use))).toEqual([]);
});

test('none of them is left out', () => expect(inventories.length).toBeGreaterThanOrEqual(30));

test.each(inventories)('%s is right, and every host of every EL would have whole files', (name) => {
  for (const major of majorsFor(name))
    for (const { files } of renderInventory(name, major))
      for (const { path, content } of files)
        expect([path, content.toString()]).toEqual([path, expect.stringMatching(/\n$/)]);
});

test.each([
  [
    'tls-1.3-only',
    7,
    'services.imaps.tls.minVersion asks for TLS 1.3, which HAProxy before 1.8 cannot: "1.2",',
  ],
  [
    'limits-and-names',
    6,
    'haproxy.resolvers.inside looks names up while it runs, which HAProxy before 1.8 cannot: leave it out,',
  ],
  [
    'stick-tables',
    8,
    'services.www.stick.peers names the balancers to each other, which HAProxy before 2.2 cannot: "peers": false,',
  ],
  [
    'acme',
    8,
    'services.secure.tls.acme.challenge http-01 has plain answer the authority, which HAProxy before 2.2 cannot: "dns-01",',
  ],
  [
    'answers',
    8,
    'services.metrics.answer.metrics gives HAProxy’s figures to Prometheus, which HAProxy before 2.4 cannot: an exporter',
  ],
])('what HAProxy of an older EL cannot do is said, with what to do: %s, EL%i', (name, major, says) => {
  const thrown = faultsOf(() => renderInventory(name, major)).map(({ message }) => message);
  expect(thrown).toEqual([expect.stringContaining(says)]);
  expect(thrown[0]).toMatch(/ or a newer EL on a$/);
});

/** What one host of that EL would have in a file. */
const textOf = (inventory: string, major: number, path: string) =>
  renderInventory(inventory, major)[0]
    ?.files.find((file) => file.path === path)
    ?.content.toString();

test.each([
  [
    'http-check',
    8,
    /^ {4}option httpchk GET \/health\/ready\?deep=1&x=%20y HTTP\/1.1\\r\\nHost:\\ app.test.example$/m,
  ],
  [
    'http-check',
    9,
    /^ {4}option httpchk\n {4}http-check send meth GET uri \/health\/ready\?deep=1&x=%20y ver HTTP\/1.1 hdr Host app.test.example$/m,
  ],
  ['http-check', 10, /^ {4}http-check send meth GET uri \/ ver HTTP\/1.1 hdr Host \[2001:db8::1\]$/m],
])('the Host of a check as HAProxy takes it: %s, EL%i', (inventory, major, text) => {
  expect(textOf(inventory, major, '/etc/haproxy/haproxy.cfg')).toMatch(text);
});

test.each([
  ['metrics', /^ {4}http-request use-service prometheus-exporter$/m],
  [
    'front',
    /^ {4}http-request allow if haprov_path1\n {4}http-request allow if haprov_host2\n {4}http-request return status 404 content-type text\/html;\\ charset=utf-8 string <h1>No\\ \\x22such\\x22\\ name:\\ \\x24HOME,\\ 100%\\ \\#1<\/h1>\n {4}use_backend robots if haprov_path1\n {4}use_backend app if haprov_host2$/m,
  ],
  [
    'robots',
    /^ {4}http-request return status 200 content-type text\/plain string User-agent:\\ \*\\nDisallow:\\ \/\\n$/m,
  ],
  ['empty', /^ {4}http-request return status 204$/m],
])('what HAProxy answers by itself, what routes take left out: %s', (name, text) => {
  const all = textOf('answers', 9, '/etc/haproxy/haproxy.cfg')?.split('\n\n') ?? [];
  expect(all.find((one) => new RegExp(`^(?:listen|backend) ${name}$`, 'm').test(one))).toMatch(text);
});

test.each([
  ['checks', 6, /^ {4}tcp-check send AUTH\\ a-secret-of-tests\\r\\n\n {4}tcp-check expect string \+OK$/m],
  [
    'checks',
    7,
    /^ {4}option httpchk OPTIONS \/primary\n[\s\S]*? check port 8008 on-marked-down shutdown-sessions /m,
  ],
  ['checks', 10, / check check-ssl verify required ca-file \S+\+ca\.pem verifyhost app\.test\.example$/m],
  [
    'several-certificates',
    6,
    /^ {4}bind \*:443 ssl crt \/etc\/haproxy\/www\.pem crt \/etc\/haproxy\/www\+2\.pem /m,
  ],
  ['several-certificates', 9, /^ {4}bind 192\.168\.56\.200:8080\n {4}bind 192\.168\.56\.199:8080 ssl crt /m],
  [
    'headers-and-passwords',
    6,
    /^ {4}http-request set-header X-Note a\\ \\x22quoted\\x22\\ \\x24note\\ \\#\\ 100%%$/m,
  ],
  [
    'headers-and-passwords',
    7,
    /^ {4}http-request auth realm Search\\ of\\ ours unless \{ http_auth\(staff\) \}$/m,
  ],
  [
    'limits-and-names',
    8,
    / sni str\(app\.test\.example\) check-sni app\.test\.example resolvers inside init-addr /,
  ],
  ['limits-and-names', 10, /^ {4}http-request deny deny_status 403 if \{ sc_http_req_rate\(1\) gt 5 \}$/m],
  [
    'stick-tables',
    9,
    /^ {4}localpeer a\n[\s\S]*^peers haprov_peers\n {4}peer a 192\.168\.56\.201:10003\n {4}peer b /m,
  ],
  ['stick-tables', 9, /^ {4}stick on req\.cook\(SESSION\)\n {4}stick store-response res\.cook\(SESSION\)$/m],
  ['stick-tables', 10, / alpn h2 check-alpn h2$/m],
])('a line as HAProxy takes it: %s, EL%i', (inventory, major, text) => {
  expect(textOf(inventory, major, '/etc/haproxy/haproxy.cfg')).toMatch(text);
});

test.each([
  ['ipv6', 6, /^ {4}native_ipv6$/m, /fe80/],
  ['ipv6', 7, /2001:db8::200\/64/, /native_ipv6|fe80/],
  ['dual-stack', 8, /{\n {8}fe80::200:5eff:fe00:234\n {8}2001:db8::200\n {4}}/, /native_ipv6/],
])('an IPv6 address as keepalived takes it: %s, EL%i', (inventory, major, text, not) => {
  const found = textOf(inventory, major, '/etc/keepalived/keepalived.conf');
  expect(found).toMatch(text);
  expect(found).not.toMatch(not);
});

test('what counts as a use', () => {
  expect(allUses(inventorySchema)).toEqual(
    expect.arrayContaining([
      'hosts.*.address',
      'groups.*|0.*',
      'groups.*|1.ssh.sudo|1=auto',
      'services.*.redirects.*.code=308',
      'vips.*.unicast|1.*|1',
      'services.*.check.type=command',
      'vips.*.preempt=false',
    ]),
  );
  expect(usesOf(inventorySchema, { hosts: { a: { address: 'b' } }, groups: { g: ['a'] } })).toEqual([
    '',
    'hosts',
    'hosts.*',
    'hosts.*.address',
    'groups',
    'groups.*|0',
    'groups.*|0.*',
  ]);
});

test('an authority is answered before all else, where it asks for a certificate’s names, and nowhere else', () => {
  const cfg = textOf('acme', 9, '/etc/haproxy/haproxy.cfg') ?? '';
  const section = (name: string) =>
    cfg.split(/\n(?=\w)/).find((one) => one.startsWith(`listen ${name}\n`)) ?? '';
  const rules = (name: string) => section(name).match(/http-request .*/g) ?? [];
  expect(rules('plain')).toEqual([
    expect.stringMatching(
      /^http-request return status 200 content-type text\/plain lf-string %\[path,field\(4,\/\)\]\.[\w-]{43} if \{ path_reg \^\/\[\.\]well-known\/acme-challenge\/\[A-Za-z0-9_-\]\{1,200\}\$ \}$/,
    ),
    'http-request redirect scheme https code 301',
  ]);
  expect(section('elsewhere')).not.toBe('');
  for (const name of ['elsewhere', 'secure', 'wild']) expect(section(name)).not.toContain('acme-challenge');
});
