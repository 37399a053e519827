import { describeLab, docker, eventually, holders, lab, labName, on, startHaprov } from '../support/lab';
import { Scenario } from '../support/scenario';

/**
 * A run is cut at every point of it, one after the other: after its 1st event, its 2nd, … until it ends by itself before
 * the cut. Whatever the cut, each host must end wholly applied or wholly restored, free, and the pair with one holder.
 */
describeLab('however a run is cut, each host ends applied or restored', () => {
  let scenario: Scenario;
  let edits = 0;

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
  }, 180_000);

  /** The next version of haproxy.cfg; it shows in what the running HAProxy says of itself. */
  function edit(): string {
    edits += 1;
    const marker = `version-${edits}`;
    scenario.template('haproxy/haproxy.cfg', (text) =>
      text.replace('    stats timeout 2m', `    stats timeout 2m\n    description ${marker}`),
    );
    return marker;
  }

  const onDisk = (host: string) =>
    /description (\S+)/.exec(on(host, 'cat /etc/haproxy/haproxy.cfg'))?.[1] ?? 'none';
  const running = (host: string) =>
    /Description: (\S+)/i.exec(
      on(host, "curl -s --http0.9 -X 'show info;' --unix-socket /var/lib/haproxy/stats http://x/ || true"),
    )?.[1] ?? 'none';

  /** Starts an apply, and cuts it after `events` of its events; gives whether it was still running then. */
  async function cutAfter(events: number, cut: (kill: () => void) => void): Promise<boolean> {
    const { child, finished } = startHaprov([
      'apply',
      scenario.inventory,
      '--yes',
      '--json',
      '--confirm-within',
      '5',
      '--steady',
      '0',
    ]);
    let seen = 0;
    let wasCut = false;
    child.stdout?.on('data', (chunk: string) => {
      seen += chunk.split('\n').length - 1;
      if (seen < events || wasCut || /"type":"run-end"/.test(chunk)) return;
      wasCut = true;
      cut(() => child.kill('SIGKILL'));
    });
    await finished;
    return wasCut;
  }

  async function expectWhole(before: Map<string, string>, marker: string): Promise<void> {
    for (const host of scenario.hosts) {
      await scenario.released(host);
      expect([before.get(host), marker]).toContain(onDisk(host));
      await eventually(`${host} running what is on its disk`, () => running(host) === onDisk(host), 50, 200);
      expect(scenario.leftovers(host)).toBe('');
    }
    await eventually('one holder', () => holders().length === 1, 100);
  }

  function isUp(host: string): boolean {
    try {
      on(host, 'systemctl is-active sshd httpd haproxy keepalived');
      return true;
    } catch {
      return false;
    }
  }

  const versions = () => new Map(scenario.hosts.map((host) => [host, onDisk(host)]));

  test('haprov killed with -9', async () => {
    for (let point = 1; ; point++) {
      const before = versions();
      const marker = edit();
      const wasCut = await cutAfter(point, (kill) => kill());
      await expectWhole(before, marker);
      if (!wasCut) break;
      expect(point).toBeLessThan(100);
    }
  }, 1_200_000);

  test('the connections cut', async () => {
    for (let point = 1; ; point++) {
      const before = versions();
      const marker = edit();
      const wasCut = await cutAfter(point, () => {
        for (const host of scenario.hosts) {
          // The sessions that are open now die; new ones get through.
          docker('exec', `${labName}-${host}`, 'sh', '-c', "pkill -9 -f 'sshd: (root|[^ ]*)@notty' || true");
        }
      });
      await expectWhole(before, marker);
      if (!wasCut) break;
      expect(point).toBeLessThan(100);
    }
  }, 1_200_000);

  test('a host loses its power, and starts again', async () => {
    for (let point = 1; ; point += 6) {
      const before = versions();
      const marker = edit();
      const host = scenario.hosts[point % 2] as string;
      const wasCut = await cutAfter(point, () => {
        docker('kill', `${labName}-${host}`);
        docker('start', `${labName}-${host}`);
      });
      await eventually(`${host} being back`, () => isUp(host), 100, 200);
      await expectWhole(before, marker);
      expect(on(host, 'systemctl is-active httpd haproxy keepalived').split('\n').filter(Boolean)).toEqual(
        Array(3).fill('active'),
      );
      await eventually('no boot hook', () => !on(host, 'ls /etc/systemd/system').includes('haprov'), 50, 200);
      if (!wasCut) break;
      expect(point).toBeLessThan(120);
    }
  }, 1_200_000);

  test('the disk full, with room for ever more of the run', async () => {
    const folders = ['/var/lib/haprov', '/etc/haproxy'];
    for (const host of scenario.hosts) {
      for (const folder of folders) {
        on(
          host,
          `d=$(mktemp -d) && cp -a ${folder}/. $d/ && mount -t tmpfs -o size=16m,mode=755 tmpfs ${folder} && cp -a $d/. ${folder}/ && rm -rf $d`,
        );
      }
    }
    const fill = (folder: string, pages: number) =>
      `rm -f ${folder}/.filler; dd if=/dev/zero of=${folder}/.filler bs=4096 2>/dev/null; truncate -s $(( $(stat -c %s ${folder}/.filler) - ${pages} * 4096 )) ${folder}/.filler`;
    try {
      for (let pages = 0; ; pages += 4) {
        const before = versions();
        const marker = edit();
        for (const folder of folders) on('ethyl', fill(folder, pages));
        const run = await startHaprov([
          'apply',
          scenario.inventory,
          '--yes',
          '--confirm-within',
          '5',
          '--steady',
          '0',
        ]).finished;
        for (const folder of folders) on('ethyl', `rm -f ${folder}/.filler`);
        await expectWhole(before, marker);
        if (run.code === 0) break;
        // Nothing of a run is kept on fred that ethyl had no room for.
        expect(run.code).toBe(1);
        expect(versions()).toEqual(before);
        expect(pages).toBeLessThan(400);
      }
    } finally {
      for (const host of scenario.hosts) {
        for (const folder of folders)
          on(
            host,
            `d=$(mktemp -d) && cp -a ${folder}/. $d/ && umount ${folder} && cp -a $d/. ${folder}/ && rm -rf $d`,
          );
      }
    }
  }, 1_200_000);
});
