import { Terminal } from '@xterm/headless';
import type { Event, Phase } from '../../src/events/events';
import { createLiveReporter } from '../../src/report/live';
import { folded } from '../../src/report/wrap-output';
import fc, { type Arbitrary } from '../support/property';
import { at } from './events';

/** The live view on an emulated terminal, which wraps, reflows and scrolls as a person's does. */
class Screen {
  readonly #terminal: Terminal;
  readonly reporter;

  constructor(columns: number) {
    this.#terminal = new Terminal({ cols: columns, rows: 24, allowProposedApi: true, scrollback: 10_000 });
    const terminal = this.#terminal;
    const output = folded({
      isTTY: true,
      get columns() {
        return terminal.cols;
      },
      get rows() {
        return terminal.rows;
      },
      write: (text: string) => terminal.write(text.replaceAll('\n', '\r\n')),
    });
    this.reporter = createLiveReporter({ color: false, stdout: output, stderr: output });
  }

  /** Waits until all is drawn. */
  #drawn(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write('', resolve));
  }

  async resize(columns: number): Promise<void> {
    await this.#drawn();
    this.#terminal.resize(columns, 24);
  }

  /** All that there is, without blanks: wrapping adds some. */
  async text(): Promise<string> {
    await this.#drawn();
    const { active } = this.#terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true));
    return rows.join('').replace(/\s/g, '');
  }
}

const blankless = (text: string) => text.replace(/\s/g, '');
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

const runEnd = at({
  type: 'run-end',
  exitCode: 0,
  ms: 12_000,
  changed: 4,
  failed: 0,
  message: '4 changes on ethyl, fred',
  spent: { asking: 2000, files: 3000, units: 4000 },
});
const looksAt = (host: string): Event => at({ type: 'phase-start', host, phase: 'connect' });

test('what is asked right after a run, at any moment, is drawn below its last line', async () => {
  for (let wait = 0; wait < 40; wait++) {
    const screen = new Screen(40);
    const { reporter } = screen;
    reporter.handle(at({ type: 'run-start', command: 'renew', inventory: 'i', hosts: ['fred', 'ethyl'] }));
    reporter.handle(at({ type: 'phase-start', host: 'fred', phase: 'commit' }));
    reporter.handle(at({ type: 'phase-end', host: 'fred', phase: 'commit', ok: true, ms: 100 }));
    reporter.handle(runEnd);
    await turns(wait);
    for (const host of ['fred', 'ethyl']) reporter.handle(looksAt(host));
    await new Promise((resolve) => setImmediate(resolve));
    for (const host of ['fred', 'ethyl'])
      reporter.handle(at({ type: 'phase-end', host, phase: 'connect', ok: true, ms: 100 }));
    reporter.handle(at({ type: 'message', level: 'info', text: 'all see the new one' }));
    await reporter.pause?.();
    await reporter.close();
    expect({ wait, text: await screen.text() }).toEqual({
      wait,
      text: blankless(
        'renew i on fred, ethyl ✔ fred committed in 0.1s commit 0.1s ✔ ethyl nothing to do' +
          'done: 4 changes on ethyl, fred (12s: asking 2.0s, files 3.0s, units 4.0s) all see the new one',
      ),
    });
  }
});

type Act =
  | { say: string; level: 'info' | 'warning' }
  | { begin: Phase; host: string }
  | { end: Phase; host: string }
  | { columns: number }
  | { turns: number }
  | { pause: true };

const word = fc.oneof(
  fc.constantFrom('fred', '日本語', '/etc/haproxy/haproxy.cfg', 'x', 'é', '한국', '192.168.56.200:8080'),
  fc.string({ minLength: 1, maxLength: 12 }).filter((text) => /^[!-~]+$/.test(text)),
);
const host = fc.constantFrom('fred', 'ethyl', 'ein-sehr-langer-name.rack37.example');
const phase = fc.constantFrom<Phase>('connect', 'stage', 'commit', 'gate', 'undrain');
const act: Arbitrary<Act> = fc.oneof(
  fc.record({
    say: fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' ')),
    level: fc.constantFrom<'info' | 'warning'>('info', 'warning'),
  }),
  fc.record({ begin: phase, host }),
  fc.record({ end: phase, host }),
  fc.record({ columns: fc.integer({ min: 20, max: 90 }) }),
  fc.record({ turns: fc.integer({ min: 0, max: 20 }) }),
  fc.constant({ pause: true } as const),
);

test('whatever is said, however the terminal is resized: the view leaves all that was said, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const screen = new Screen(40);
      const { reporter } = screen;
      let said = '';
      for (const one of acts) {
        if ('say' in one) {
          reporter.handle(at({ type: 'message', level: one.level, text: one.say }));
          said += `${one.level === 'info' ? '' : 'warning: '}${one.say}`;
        } else if ('begin' in one)
          reporter.handle(at({ type: 'phase-start', host: one.host, phase: one.begin }));
        else if ('end' in one)
          reporter.handle(at({ type: 'phase-end', host: one.host, phase: one.end, ok: true, ms: 1 }));
        else if ('columns' in one) await screen.resize(one.columns);
        else if ('turns' in one) await turns(one.turns);
        else await reporter.pause?.();
      }
      await reporter.pause?.();
      await reporter.close();
      expect(await screen.text()).toBe(blankless(said));
    }),
    { numRuns: 100 },
  );
});
