import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { environmentOf, labOf } from './labs';

/** Takes down the labs that came to be beside the first, which stays for whoever wants to look at it. */
export default function lowerLabs({ maxWorkers }: { maxWorkers: number }): void {
  for (let worker = 2; worker <= maxWorkers; worker++) {
    const place = labOf(worker);
    if (!existsSync(place.state)) continue;
    spawnSync('test/lab/lab', ['down'], { env: environmentOf(place), stdio: ['ignore', 2, 2] });
    rmSync(place.state, { recursive: true });
  }
}
