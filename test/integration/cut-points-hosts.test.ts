import { CutPoints } from '../support/cut-points';
import { describeLab, docker, eventually, labName, on } from '../support/lab';

describeLab('however a host fails a run, each ends applied or restored', () => {
  let points: CutPoints;

  beforeAll(async () => {
    points = await CutPoints.begin();
  });

  function isUp(host: string): boolean {
    try {
      on(host, 'systemctl is-active sshd httpd haproxy keepalived');
      return true;
    } catch {
      return false;
    }
  }

  test('a host loses its power, and starts again', async () => {
    const step = 6;
    const hostAt = (point: number) => points.hosts[Math.floor(point / step) % 2] as string;
    await points.each({
      step,
      cut: (_kill, point) => {
        docker('kill', `${labName}-${hostAt(point)}`);
        docker('start', `${labName}-${hostAt(point)}`);
      },
      recovered: (point) => eventually(`${hostAt(point)} being back`, () => isUp(hostAt(point)), 100, 200),
      proven: (point) => {
        const host = hostAt(point);
        expect(on(host, 'systemctl is-active httpd haproxy keepalived').trim().split('\n')).toEqual(
          Array(3).fill('active'),
        );
        const hooks = () => on(host, 'ls /etc/systemd/system').includes('haprov');
        return eventually('no boot hook', () => !hooks(), 50, 200);
      },
    });
  }, 3_600_000);

  test('the disk full, with room for ever more of the run', async () => {
    const folders = ['/var/lib/haprov', '/etc/haproxy'];
    for (const host of points.hosts) {
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
        const before = points.versions;
        const marker = points.edit();
        for (const folder of folders) on('ethyl', fill(folder, pages));
        const run = await points.apply().finished;
        for (const folder of folders) on('ethyl', `rm -f ${folder}/.filler`);
        await points.expectWhole(before, marker);
        if (run.code === 0) break;
        // Nothing of a run is kept on fred that ethyl had no room for.
        expect(run.code).toBe(1);
        expect(points.versions).toEqual(before);
        expect(pages).toBeLessThan(400);
      }
    } finally {
      for (const host of points.hosts) {
        for (const folder of folders)
          on(
            host,
            `d=$(mktemp -d) && cp -a ${folder}/. $d/ && umount ${folder} && cp -a $d/. ${folder}/ && rm -rf $d`,
          );
      }
    }
  }, 3_600_000);
});
