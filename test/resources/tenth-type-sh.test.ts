import { Sandbox, shells } from '../shell/sandbox';

jest.mock('../../src/resources/types', () => {
  const { known } = jest.requireActual('../../src/resources/bind');
  const { timer } = jest.requireActual('./timer');
  const { resourceTypes } = jest.requireActual('../../src/resources/types');
  return { resourceTypes: [...resourceTypes, known(timer)] };
});

/** A tenth type's own scripts, in a real run: made, proven, taken back. */

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());
  const wish = () => ({ type: 'timer', unit: 'backup.timer', path: box.path('every'), every: '1h' });

  test('is made, and a second plan finds nothing to do', async () => {
    expect(await box.apply(await box.steps(wish()))).toMatchObject({ code: 0 });
    expect(box.read('every')).toBe('1h\n');
    expect(await box.diff(wish())).toEqual([]);
  });

  test.each(['committed', 'staged'])('comes back from %s', async (when) => {
    box.write('every', '2h\n');
    const before = box.tree();
    const steps = await box.steps(wish());
    expect((await (when === 'staged' ? box.stage(steps) : box.apply(steps))).code).toBe(0);
    expect((await box.go('restore')).code).toBe(0);
    expect(box.tree()).toEqual(before);
  });

  test('is not made where somebody was quicker', async () => {
    box.write('every', '2h\n');
    const steps = await box.steps(wish());
    box.write('every', '3h\n');
    expect((await box.stage(steps)).code).toBe(1);
    expect([box.read('every'), box.state()]).toEqual(['3h\n', 'restored']);
  });
});
