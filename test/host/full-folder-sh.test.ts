import type { Step } from '../../src/resources/resource';
import { failureOf } from '../patch/patched-box';
import { Sandbox, shells } from '../shell/sandbox';

let box: Sandbox;
afterEach(() => box.dispose());

const failing: Step = { phase: 'commit', check: ':', run: 'begin && false', undo: ':' };
const has = (free: number) => `"-Pk "*) printf 'Filesystem\\n/dev/x 100 50 ${free} 60%% /\\n' ;;`;

describe.each(shells.map((shell) => ({ shell })))('$shell', ({ shell }) => {
  test.each([
    ['is full', 12, 'has 12 kB left: No space left on device'],
    ['has room', 20480, ''],
  ])('a step that fails while its disk %s', async (_, free, says) => {
    box = new Sandbox(shell);
    box.fake('df', has(free));
    const { journal } = await box.apply([failing]);
    expect(failureOf(journal)).toEqual([['run', expect.stringMatching(new RegExp(`^(/.* )?${says}$`))]]);
  });
});
