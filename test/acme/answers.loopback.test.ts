import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wrongAnswer } from '../../src/acme/answers';

let server: Server;
let answer: (url: string, host: string) => [status: number, body: string];
beforeEach(async () => {
  server = createServer(({ url = '', headers }, response) => {
    const [status, body] = answer(url, headers.host ?? '');
    response.writeHead(status).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  server.close();
});

const port = () => (server.address() as AddressInfo).port;
const asked = () => wrongAnswer('127.0.0.1', 'a.example', 'thumb', undefined, port());

test('HAProxy’s answer is the token, and the thumbprint behind it', async () => {
  answer = (url, host) => [200, host === 'a.example' ? `${url.split('/')[3]}.thumb\n` : 'another host'];
  expect(await asked()).toBeUndefined();
});

test.each<[string, number, string]>([
  ['a redirect', 301, ''],
  ['another account’s', 200, 'haprov-looks-whether-it-answers.other'],
  ['a page', 200, '<html>'],
])('%s is told', async (_, status, body) => {
  answer = () => [status, body];
  expect(await asked()).toBe(`it answers with status ${status}`);
});

test('who is not reached from here may be reached by the authority', async () => {
  const closed = port();
  await new Promise((done) => server.close(done));
  expect(await wrongAnswer('127.0.0.1', 'a.example', 'thumb', undefined, closed)).toBeUndefined();
});
