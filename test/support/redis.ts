import { connect } from 'node:net';

/**
 * One command to a Redis on a connection of its own, logged in: its answer as the protocol has it, without the line
 * ends; `undefined` where nobody answered within ten seconds.
 */
export function askRedis(
  address: string,
  port: number,
  password: string,
  command: string,
): Promise<string | undefined> {
  return new Promise((done) => {
    let answer = '';
    const socket = connect(port, address, () => socket.write(`AUTH ${password}\r\n${command}\r\nQUIT\r\n`));
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', () => done(undefined));
    socket.on('close', () => {
      const [, own] = /^\+OK\r\n([\s\S]*)\r\n\+OK\r\n$/.exec(answer) ?? [];
      done(own?.replace(/\r\n/g, ' '));
    });
  });
}
