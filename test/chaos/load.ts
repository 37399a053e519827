import { parentPort, Worker } from 'node:worker_threads';
import { type LoadReport, runLoad } from '../support/load';
import { vips } from './hosts';

const perSecond = 40;
const atMostSeconds = 290;

/** Requests to the VIP from a thread of their own, until they are stopped. */
export function startLoad(): { stop(): Promise<LoadReport> } {
  const worker = new Worker(process.argv[1] ?? '');
  const report = new Promise<LoadReport>((done, fail) => {
    worker.once('message', done).once('error', fail);
  });
  return {
    stop: () => {
      worker.postMessage('stop');
      return report;
    },
  };
}

/** What the thread does. */
export async function sendLoad(): Promise<void> {
  const stop = new AbortController();
  parentPort?.once('message', () => stop.abort());
  const report = await runLoad({
    url: `http://${vips.first}/`,
    requests: perSecond * atMostSeconds,
    minMs: atMostSeconds * 1000,
    concurrency: 16,
    keepAlive: false,
    signal: stop.signal,
  });
  parentPort?.postMessage(report);
  parentPort?.close();
}
