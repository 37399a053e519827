import { HostError } from '../../src/errors';
import type { EventBody } from '../../src/events/events';
import type { Host, Vip } from '../../src/inventory/inventory';
import type { Pair } from '../../src/pair/pair';
import { Loan } from '../../src/rollout/loan';
import { sshHosts } from '../../src/rollout/ssh-host';
import { FakeHost, type Scripted } from '../support/fake-host';

describe('a host that cannot be told', () => {
  const told: EventBody[] = [];
  beforeEach(() => {
    told.length = 0;
  });
  const loanOn = (hosts: FakeHost[], more: object = {}) =>
    new Loan({
      hosts: sshHosts({
        connections: new Map(hosts.map((one) => [one.host, one])),
        reconnect: async (name) => {
          throw new HostError(name, 'is gone');
        },
      }),
      near: new Set(hosts.map(({ host }) => host)),
      pair: { look: async () => new Map(), holds: () => false } as unknown as Pair,
      leaseSeconds: 60,
      vips: [],
      services: [],
      emit: (event: EventBody) => void told.push(event),
      ...more,
    });
  const errors = () => warnings().map(({ text }) => text);
  const asked = (text: string): Scripted => ({
    matches: /\nkeepalived_reads\n$/,
    stdout: text && `config /etc/keepalived/keepalived.conf ${Buffer.from(text).toString('base64')}\n`,
  });
  const raises = /\nraise_run_flag '[\s\S]*' \d+\n$/;
  const held = (host: string) => new Map([[host, { addresses: ['192.0.2.10'] }]]);
  const warnings = () => told.flatMap((event) => (event.type === 'message' ? [event] : []));
  const readOnly = { code: 1, stderr: 'rm: Read-only file system\n' };

  test('to give its VIP away is not touched', async () => {
    const fred = new FakeHost('fred', [asked(''), { matches: raises, ...readOnly }]);
    expect(await loanOn([fred]).lendVips(['fred'])).toMatchObject([{ host: 'fred', status: 'untouched' }]);
    expect(errors()).toContain(
      'could not be drained, so it was not touched: rm: Read-only file system (exit code 1)',
    );
  });

  test('what its keepalived looks at is not touched', async () => {
    const fred = new FakeHost('fred', [{ matches: 'keepalived_reads', ...readOnly }]);
    expect(await loanOn([fred]).lendVips(['fred'])).toMatchObject([{ host: 'fred', status: 'untouched' }]);
    expect(errors()).toEqual([
      expect.stringMatching(/^could not be asked what .* Read-only file system \(exit code 1\)$/),
    ]);
  });

  test.each([
    ['is known before, and not touched', 'drained', /192\.0\.2\.10; track a vrrp_script/],
    ['by a script that does: it gives its VIP away', 'drain-for-run', undefined],
  ])('to look at the flag %s', async (_, file, fault) => {
    const vip = { address: '192.0.2.10', members: [{ host: { name: 'fred' } as Host }] } as Vip;
    const text = `vrrp_script own {
 script "/usr/bin/test ! -e /var/lib/haprov/${file}"
}
vrrp_instance web {
 virtual_ipaddress {
 192.0.2.10/24
 }
 track_script {
 own
 }
}
`;
    const fred = new FakeHost('fred', [asked(text), { matches: raises }]);
    const looks = [held('fred'), held('ethyl')];
    const pair = { look: async () => looks.shift() ?? new Map(), holds: () => false };
    const wrong = await loanOn([fred], { vips: [vip], pair }).lendVips(['fred']);
    expect(wrong).toMatchObject(fault ? [{ host: 'fred', status: 'untouched' }] : []);
    if (fault) expect(errors()).toEqual([expect.stringMatching(fault)]);
    expect(fred.execs).toBe(fault ? 1 : 2);
  });

  test('who would keep its VIP is known before anything is touched', async () => {
    const vip = { address: '192.0.2.10', members: [{ host: { name: 'fred' } as Host }] } as Vip;
    const text = 'vrrp_instance web {\n virtual_ipaddress {\n 192.0.2.10/24\n }\n}\n';
    const fred = new FakeHost('fred', [asked(text)]);
    const pair = { look: async () => held('fred') };
    const keeping = await loanOn([fred], { vips: [vip], pair }).whoKeepsVips(['fred']);
    expect(keeping).toMatchObject([{ host: 'fred', status: 'untouched' }]);
    expect(errors()).toEqual([
      expect.stringMatching(/nor at a file of its own, so it would keep VIP 192\.0\.2\.10/),
    ]);
    expect(fred.execs).toBe(1);
  });

  test('files of its own that its keepalived looks at are written beside the flag', async () => {
    const vip = { address: '192.0.2.10', members: [{ host: { name: 'fred' } as Host }] } as Vip;
    const text = `track_file own {\n file /etc/keepalived/weight\n}\nvrrp_instance web {\n virtual_ipaddress {\n 192.0.2.10/24\n }\n track_file {\n own\n }\n}\n`;
    const fred = new FakeHost('fred', [
      asked(text),
      { matches: /\nraise_run_flag '[\s\S]*' 240 \/etc\/keepalived\/weight -253\n$/ },
    ]);
    const looks = [held('fred'), held('ethyl')];
    const pair = { look: async () => looks.shift() ?? new Map(), holds: () => false };
    expect(await loanOn([fred], { vips: [vip], pair }).lendVips(['fred'])).toEqual([]);
    expect(fred.execs).toBe(2);
  });

  test('to take its VIP back is named', async () => {
    const fred = new FakeHost('fred', [
      asked(''),
      { matches: raises },
      { matches: /\ntake_run_flag_down\n$/, ...readOnly },
    ]);
    const loan = loanOn([fred]);
    await loan.lendVips(['fred']);
    await loan.giveBack();
    expect(warnings()).toMatchObject([
      { level: 'info' },
      {
        host: 'fred',
        level: 'warning',
        text: expect.stringMatching(/^could not take its drain flag away: rm: Read/),
      },
    ]);
  });

  const servers = ['web/lucy'];
  const drains = /\nlend_servers '[\s\S]*' \d+ web\/lucy >\/dev\/null\n$/;
  const readies = /\nready_servers web\/lucy >\/dev\/null\n$/;
  test.each([
    ['send no more', 1, 0, /web\/lucy must not get new requests: exit code 1$/],
    ['send again', 0, 1, /web\/lucy get requests again: exit code 1$/],
  ])('to %s is named; one without HAProxy is not', async (_, drained, ready, text) => {
    const host = (name: string, none?: number) =>
      new FakeHost(name, [
        { matches: drains, code: none ?? drained },
        { matches: readies, code: none ?? ready },
      ]);
    const loan = loanOn([host('fred'), host('ethyl', 69)]);
    await loan.lendServers(servers);
    await loan.giveBack();
    expect(warnings()).toMatchObject([{ host: 'fred', text: expect.stringMatching(text) }]);
  });
});
