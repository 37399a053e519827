import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** Clients that speak as those of a service do, each time on a connection of their own; they give up after five seconds. */

const patienceMs = 5000;

export interface HttpsQuestion {
  address: string;
  port: number;
  /** What the certificate must be for, and the Host that is asked for. */
  name: string;
  path?: string;
  headers?: Record<string, string>;
  ca: Buffer;
}

/** @returns status and body: `200 text` @throws Error where nobody answers, or with a certificate that is not right */
export const askHttps = ({ address, port, name, path = '/', headers = {}, ca }: HttpsQuestion) =>
  new Promise<string>((done, fail) => {
    const options = {
      host: address,
      port,
      path,
      ca,
      servername: name,
      agent: false,
      signal: AbortSignal.timeout(patienceMs),
    };
    const sent = request(
      { ...options, headers: { host: name, connection: 'close', ...headers } },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          body += part;
        });
        answer.on('error', fail);
        answer.on('end', () =>
          answer.complete ? done(`${answer.statusCode} ${body}`) : fail(new Error('the answer is cut')),
        );
      },
    );
    sent.on('error', fail);
    sent.end();
  });

/** @returns all that is said to `text` until the other side closes @throws Error where nobody answers */
export const askTcp = (address: string, port: number, text: string, tls?: ConnectionOptions) =>
  new Promise<string>((done, fail) => {
    const to = { host: address, port };
    const say = () => socket.write(text);
    const socket = tls ? connectTls({ ...to, ...tls }, say) : connectPlain(to, say);
    let said = '';
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('no answer')));
    socket.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
    socket.on('error', fail);
    socket.on('close', () => done(said));
  });
