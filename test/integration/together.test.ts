import { describeLab, docker, eventually, holders, lab, labName, on, startHaprov } from '../support/lab';
import { Scenario } from '../support/scenario';

/** Holds the guard of the run on fred from its commit until /run/silent is there; then nobody hears fred over SSH. */
const silenced = `while sleep 0.05; do
  for run in /var/lib/haprov/runs/*; do [ "$(readlink "$run/state")" != committed ] || break 2; done
done
exec 9>>"$run/guard"
flock 9
while [ ! -e /run/silent ]; do sleep 0.05; done
iptables -A OUTPUT -p tcp --sport 22 -j DROP`;

describeLab('hosts that must be new together', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
  });
  afterAll(() => {
    try {
      docker(
        'exec',
        `${labName}-fred`,
        'iptables',
        '-D',
        'OUTPUT',
        '-p',
        'tcp',
        '--sport',
        '22',
        '-j',
        'DROP',
      );
    } catch {
      // It has been taken away, or was never there.
    }
  });

  test('one is confirmed, and falls silent for longer than its lease: it goes back with the other', async () => {
    const before = scenario.hosts.map((host) => scenario.contents(host));
    scenario.edit((raw) => {
      (raw as unknown as { vips: { router37: { advertInterval: number } } }).vips.router37.advertInterval = 2;
    });
    on(
      'fred',
      `rm -f /run/silent; setsid sh -c '${silenced.replaceAll("'", "'\\''")}' >/dev/null 2>&1 </dev/null &`,
    );
    const { child, finished } = startHaprov([
      'apply',
      scenario.inventory,
      '--yes',
      '--json',
      '--confirm-within',
      '20',
      '--steady',
      '0',
      '--no-probe',
    ]);
    let said = '';
    child.stdout?.on('data', (chunk: string) => {
      const wasAsked = said.includes('"phase":"confirm"');
      said += chunk;
      if (!wasAsked && said.includes('"phase":"confirm"'))
        setTimeout(() => docker('exec', `${labName}-fred`, 'touch', '/run/silent'), 500);
    });
    const run = await finished;
    docker('exec', `${labName}-fred`, 'iptables', '-D', 'OUTPUT', '-p', 'tcp', '--sport', '22', '-j', 'DROP');
    expect(run.stdout).toMatch(/"host":"fred","phase":"confirm","ok":false/);
    expect(run.code).toBe(3);
    for (const host of scenario.hosts) {
      await scenario.released(host);
      expect(scenario.leftovers(host)).toBe('');
    }
    expect(on('fred', 'cut -f 2- /var/lib/haprov/runs/*/journal | tail -n 3')).toContain('restored');
    expect(scenario.hosts.map((host) => scenario.contents(host))).toEqual(before);
    await eventually('one holder', () => holders().length === 1, 100);
  });
});
