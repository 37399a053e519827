import { notRun, walked } from '../docs/commands';
import { blocksOf, missing } from '../docs/pages';
import { Walk } from '../docs/walk';
import { describeLab, lab } from '../support/lab';

/** The pages that lead somewhere, done as they are written, on the real pair. */

describeLab.each(walked)('%s', (page) => {
  let walk: Walk;
  beforeAll(() => {
    lab('reset', '--alone', 'fred', 'ethyl');
    walk = new Walk();
  });

  const blocks = blocksOf(page).filter((block) => !notRun(block));
  test.each(blocks.map((block) => [block.line, block.commands.split('\n')[0], block] as const))(
    'line %i: %s',
    async (_line, _command, block) => {
      const { code, printed, stale } = await walk.do(block);
      const left = missing(block.prints, printed);
      if (code !== 0 || left !== undefined || stale !== undefined)
        throw new Error(
          `exit ${code}; ${left === undefined ? '' : `not printed: ${left}`}${stale ?? ''}\n${printed.join('\n')}`,
        );
    },
  );
});
