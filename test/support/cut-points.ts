import { eventually, holders, lab, on, startHaprov } from './lab';
import { Scenario } from './scenario';

interface Cuts {
  /** By how many events each point is later than the one before. */
  step?: number;
  /** Makes the cut; `kill` kills haprov. */
  cut: (kill: () => void, point: number) => void;
  /** Waits until hosts can be asked again. */
  recovered?: (point: number) => Promise<unknown>;
  /** What has to be so beside all that always has to. */
  proven?: (point: number) => Promise<unknown>;
}

/**
 * A run is cut at every point of it, one after the other: after its 1st event, its 2nd, … until it ends by itself before
 * the cut. Whatever the cut, each host must end wholly applied or wholly restored, free, and the pair with one holder.
 */
export class CutPoints {
  /** What was on each host's disk when it was looked at last, by host. */
  #disks = new Map<string, string>();
  #edits = 0;

  private constructor(readonly scenario: Scenario) {}

  /** On a pair that has just been provisioned. */
  static async begin(): Promise<CutPoints> {
    lab('reset', '--alone', 'fred', 'ethyl');
    const points = new CutPoints(await Scenario.provisioned());
    for (const host of points.scenario.hosts) points.#look(host);
    return points;
  }

  get hosts(): readonly string[] {
    return this.scenario.hosts;
  }

  /** The version of haproxy.cfg that each host has; 'none' is the shipped one. */
  get versions(): Map<string, string> {
    return new Map(this.#disks);
  }

  /** Makes the next version of haproxy.cfg, which shows in what the running HAProxy says of itself. */
  edit(): string {
    this.#edits += 1;
    const marker = `version-${this.#edits}`;
    this.scenario.template('haproxy/haproxy.cfg', (text) =>
      text.replace('    stats timeout 2m', `    stats timeout 2m\n    description ${marker}`),
    );
    return marker;
  }

  apply(...options: string[]) {
    const words = ['apply', this.scenario.inventory, '--yes', '--confirm-within', '5', '--steady', '0'];
    return startHaprov([...words, ...options]);
  }

  /** Applies a new version again and again, and cuts each run at a later point, until one ends by itself. */
  async each({ step = 1, cut, recovered, proven }: Cuts): Promise<void> {
    for (let point = 1; ; point += step) {
      const before = this.versions;
      const marker = this.edit();
      const { wasCut, run } = await this.#cutAfter(point, (kill) => cut(kill, point));
      await recovered?.(point);
      await this.expectWhole(before, marker);
      await proven?.(point);
      if (!wasCut) {
        if (run.code === 0) return;
        throw new Error(
          `cut after ${point} events: exit ${run.code} before that: ${run.stdout}${run.stderr}`,
        );
      }
      expect(point).toBeLessThan(300);
    }
  }

  /** Cuts an apply after so many of its events; says whether it was still running then, and how it ended. */
  async #cutAfter(events: number, cut: (kill: () => void) => void) {
    const { child, finished } = this.apply('--json');
    let seen = 0;
    let wasCut = false;
    child.stdout?.on('data', (chunk: string) => {
      seen += chunk.split('\n').length - 1;
      if (seen < events || wasCut || /"type":"run-end"/.test(chunk)) return;
      wasCut = true;
      cut(() => child.kill('SIGKILL'));
    });
    return { run: await finished, wasCut };
  }

  async expectWhole(before: ReadonlyMap<string, string>, marker: string): Promise<void> {
    for (const host of this.hosts) {
      await this.scenario.released(host);
      const disk = await eventually(
        `${host} running what is on its disk`,
        () => {
          const { disk, running } = this.#look(host);
          return running === disk && disk;
        },
        50,
        200,
      );
      expect([before.get(host), marker]).toContain(disk);
      expect(this.scenario.leftovers(host)).toBe('');
    }
    await eventually('one holder', () => holders().length === 1, 100);
  }

  /** The versions on a host's disk, and in its HAProxy. */
  #look(host: string): { disk: string; running: string } {
    const said = on(
      host,
      "cat /etc/haproxy/haproxy.cfg; echo '== running'; curl -s --http0.9 -X 'show info;' --unix-socket /var/lib/haproxy/stats http://x/ || true",
    );
    const [file = '', info = ''] = said.split('== running');
    const disk = /description (\S+)/.exec(file)?.[1] ?? 'none';
    this.#disks.set(host, disk);
    return { disk, running: /Description: (\S+)/i.exec(info)?.[1] ?? 'none' };
  }
}
