import { call } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** How long a run waits for the worker that a reload of HAProxy brings. */

let box: Sandbox;
afterEach(() => box.dispose());

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  /** The pauses, in hundredths of a second, of a worker that comes at the so many-th look. */
  async function pauses(look: number): Promise<number[]> {
    box = new Sandbox(shell);
    box.fake(
      'ps',
      `"-C haproxy -o pid=,ppid=,args=") echo x >>"$state/looks"; echo 7; [ "$(grep -c x "$state/looks")" -lt ${look} ] || echo 8 ;;`,
    );
    const said = await box.probe(
      `sleep() { echo "$1"; }\n${call('comes_anew', 'haproxy.service', '7')} || echo never`,
    );
    return said
      .split('\n')
      .filter(Boolean)
      .map((word) => Math.round(Number(word) * 100));
  }

  test('it mostly comes at once, so the first looks are a twentieth of a second apart', async () => {
    expect(await pauses(1)).toEqual([]);
    expect(await pauses(4)).toEqual([5, 5, 5]);
  });

  test('five seconds at most', async () => {
    const waited = await pauses(100);
    expect(waited.at(-1)).toBeNaN();
    expect(waited.slice(0, -1).reduce((sum, pause) => sum + pause, 0)).toBe(500);
  });
});
