import { CutPoints } from '../support/cut-points';
import { describeLab, docker, labName } from '../support/lab';

describeLab('however a run is cut, each host ends applied or restored', () => {
  let points: CutPoints;

  beforeAll(async () => {
    points = await CutPoints.begin();
  });

  test('the connections cut', async () => {
    // The sessions that are open now die; new ones get through.
    const die = "pkill -9 -f 'sshd: (root|[^ ]*)@notty' || true";
    await points.each({
      cut: () => {
        for (const host of points.hosts) docker('exec', `${labName}-${host}`, 'sh', '-c', die);
      },
    });
  }, 3_600_000);
});
