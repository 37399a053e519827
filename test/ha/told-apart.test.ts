import { toldApartByChecks } from '../../src/ha/told-apart';

/** Backends of the same two servers, of which each asks what `asks` says. */
const config = (asks: Record<string, string>, server = 'check') =>
  Object.entries(asks)
    .map(
      ([name, check]) =>
        `backend ${name}\n  ${check}\n  server a 10.0.0.1:5432 ${server}\n  server b 10.0.0.2:5432 ${server}`,
    )
    .join('\n');
const roles = { primary: 'option httpchk OPTIONS /primary', replicas: 'option httpchk OPTIONS /replica' };

test('a primary and its replicas', () => {
  expect(toldApartByChecks(config(roles, 'check port 8008'))).toEqual([
    'only their checks tell which servers of primary, replicas serve: after the reload HAProxy counts each of them as up until its first check, so that clients may reach the wrong one for so long',
  ]);
});

test('by what is heard, and only those that have a brother', () => {
  const hears = (what: string) => `option tcp-check\n  tcp-check expect string ${what}`;
  const others = 'backend others\n  option httpchk GET /\n  server c 10.0.0.3:80 check\n';
  const [said = ''] = toldApartByChecks(
    others + config({ write: hears('role:master'), read: hears('+PONG') }),
  );
  expect(said).toContain('servers of write, read serve');
});

test.each([
  ['the same check', config({ one: roles.primary, two: roles.primary })],
  ['servers of nobody else', config({ one: roles.primary })],
  ['no check at all', config(roles, '')],
])('%s: nothing to say', (_, text) => {
  expect(toldApartByChecks(text)).toEqual([]);
});

const file = '/var/lib/haproxy/haprov-servers';
const told = (global: string, defaults: string) =>
  toldApartByChecks(`global\n  ${global}\ndefaults\n  ${defaults}\n${config(roles)}`);

test('nothing to say where HAProxy reads from haprov’s file which servers are down', () => {
  const loads = 'load-server-state-from-file global';
  expect(told(`server-state-file ${file}`, loads)).toEqual([]);
  expect(told(`server-state-file ${file}`, 'mode http')).toHaveLength(1);
  expect(told('server-state-file /own/file', loads)).toHaveLength(1);
});

test('where haprov can only tell it afterwards, it says for how long', () => {
  const until = 'until haprov has told it at its socket, some hundredths of a second';
  expect(told('stats socket /run/h.sock level admin', 'mode http')[0]).toContain(until);
  expect(told('stats socket /run/h.sock', 'mode http')[0]).toContain('until its first check');
});
