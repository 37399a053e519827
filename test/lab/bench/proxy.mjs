// A network of our own: one port for each host, whose bytes arrive later. Counts connections, bytes and turns: how often
// a side answered the other. argv: DELAY_MS ADDRESS:PORT... Prints its ports, one line; `reset` and `tell` on
// standard input, one a line, forget and print the counts.

import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [delay, ...targets] = process.argv.slice(2);
const delayMs = Number(delay);
let counts;
const reset = () => {
  counts = { connections: 0, up: 0, down: 0, turns: 0 };
};
reset();

function pass(from, to, heard) {
  let [waiting, last] = [Promise.resolve(), performance.now()];
  const later = (act) => {
    const due = performance.now() + delayMs;
    last = Math.max(last, due);
    waiting = waiting
      .then(() => new Promise((done) => setTimeout(done, Math.max(0, due - performance.now()))))
      .then(act);
  };
  from.on('data', (chunk) => {
    heard(chunk.length);
    later(() => to.writable && to.write(chunk));
  });
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => later(() => to.destroy()));
}

const servers = targets.map((target) => {
  const [host, port] = target.split(':');
  return createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    counts.connections += 1;
    let side = '';
    const server = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
    // A round trip ends where the client speaks again after it has heard the server.
    pass(client, server, (bytes) => {
      counts.up += bytes;
      if (side === 'down') counts.turns += 1;
      side = 'up';
    });
    pass(server, client, (bytes) => {
      counts.down += bytes;
      side = 'down';
    });
  });
});
const ports = await Promise.all(
  servers.map(
    (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port))),
  ),
);
process.stdout.write(`${JSON.stringify(ports)}\n`);
createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line === 'reset') reset();
    else process.stdout.write(`${JSON.stringify(counts)}\n`);
  })
  .on('close', () => process.exit(0));
