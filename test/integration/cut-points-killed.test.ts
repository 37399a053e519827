import { CutPoints } from '../support/cut-points';
import { describeLab } from '../support/lab';

describeLab('however a run is cut, each host ends applied or restored', () => {
  let points: CutPoints;

  beforeAll(async () => {
    points = await CutPoints.begin();
  });

  test('haprov killed with -9', () => points.each({ cut: (kill) => kill() }), 3_600_000);
});
