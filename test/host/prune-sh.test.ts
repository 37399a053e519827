import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { findProgram } from '../shell/shells';

/** Which runs a host keeps, when one ends. */

let box: Sandbox;
afterEach(() => box.dispose());

type Kind = 'made' | 'refused' | 'drill' | 'reboot';

/** Runs that have ended, the first the newest; gives their names. */
function ended(kind: Kind, count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${kind}${at}`;
    const home = box.home(name);
    mkdirSync(kind === 'refused' ? home : `${home}/steps`, { recursive: true });
    writeFileSync(`${home}/number`, `${count - at}\n`);
    writeFileSync(
      `${home}/manifest`,
      JSON.stringify({ run: name, command: kind === 'drill' || kind === 'reboot' ? kind : 'apply' }),
    );
    symlinkSync('finished', `${home}/state`);
    return name;
  });
}

const change = async () => {
  const steps = await box.steps({ type: 'file', path: box.path('etc/a'), content: 'new\n' });
  expect(await box.apply(steps)).toMatchObject({ code: 0 });
  expect(await box.finish()).toMatchObject({ code: 0 });
};

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
    mkdirSync(box.path('etc'), { recursive: true });
  });

  test('the newest of each kind, so that those of one kind do not push out the others', async () => {
    const runs = [...ended('made', 25), ...ended('refused', 8), ...ended('drill', 30)];
    await change();
    const kept = runs.filter((name) => existsSync(box.home(name)));
    const count = (kind: Kind) => kept.filter((name) => name.startsWith(kind));
    expect([count('made'), count('refused'), count('drill')]).toEqual([
      runs.slice(0, 19),
      runs.slice(25, 30),
      runs.slice(33, 60),
    ]);
    expect(existsSync(box.home('run1'))).toBe(true);
  });

  test('boots do not push out what can be rolled back', async () => {
    const made = ended('made', 19);
    ended('reboot', 40);
    await change();
    expect(made.filter((name) => !existsSync(box.home(name)))).toEqual([]);
    expect(existsSync(box.home('reboot39'))).toBe(false);
  });

  test('asking for their kinds takes no more programs where there are many', async () => {
    for (const name of ['grep', 'readlink']) box.fake(name, `*) exec ${findProgram(name)} "$@" ;;`);
    const asked = () => box.calls().filter((call) => /^(grep|readlink) .*\/runs\/made/.test(call)).length;
    ended('made', 12);
    await change();
    expect(asked()).toBeLessThan(4);
  });
});
