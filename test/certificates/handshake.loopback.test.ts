import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { createSecureContext, createServer, TLSSocket } from 'node:tls';
import { handshake } from '../../src/certificates/handshake';

const read = (name: string) => readFileSync(`test/inventories/tls/${name}`, 'utf8');
const www = { cert: read('only-for-tests.crt'), key: read('only-for-tests.key') };
const api = { cert: read('only-for-tests-chain.crt'), key: read('only-for-tests-ec.key') };

let server: Server | undefined;
afterEach(() => {
  server?.close();
});
const listening = async (one: Server) => {
  server = one;
  await new Promise<void>((done) => one.listen(0, '127.0.0.1', done));
  return { address: '127.0.0.1', port: (one.address() as AddressInfo).port };
};
const subject = async (asking: Parameters<typeof handshake>[0], ms = 20_000) => {
  const seen = await handshake(asking, ms);
  return 'certificate' in seen ? seen.certificate.subject.split('\n').at(-1) : seen;
};

test('the certificate of the name that is asked for, whoever signed it', async () => {
  const at = await listening(
    createServer({
      ...www,
      SNICallback: (name, done) => done(null, createSecureContext(name === 'api.test.example' ? api : www)),
    }),
  );
  expect(await subject(at)).toBe('CN=www.test.example');
  expect(await subject({ ...at, name: 'api.test.example' })).toBe('CN=api.test.example');
  // An address is no name that may be asked for.
  expect(await subject({ ...at, name: '192.0.2.1' })).toBe('CN=www.test.example');
});

test('a PROXY line comes first where that is wanted', async () => {
  const heard: string[] = [];
  const at = await listening(
    createTcp((socket) => {
      socket.on('error', () => {});
      socket.once('readable', () => {
        const first = socket.read(15) as Buffer;
        heard.push(first.toString());
        new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(www) }).on(
          'error',
          () => {},
        );
      });
    }),
  );
  expect(await subject({ ...at, isProxied: true })).toBe('CN=www.test.example');
  expect(heard).toEqual(['PROXY UNKNOWN\r\n']);
});

test('who is reached and speaks no TLS is told from who is not reached', async () => {
  const at = await listening(
    createTcp((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('HTTP/1.0 400 Bad Request\r\n\r\n'),
    ),
  );
  expect(await subject(at)).toMatchObject({ isUnreached: false });
  await new Promise((done) => server?.close(done));
  expect(await subject(at)).toMatchObject({ isUnreached: true });
});

test('who says nothing is left in time, or when the command ends', async () => {
  const at = await listening(createTcp((socket) => socket.on('error', () => {}).resume()));
  expect(await subject(at, 2000)).toEqual({ error: 'no answer within 2 s', isUnreached: false });
  expect(await handshake(at, 60_000, AbortSignal.abort())).toEqual({ error: 'left', isUnreached: true });
  server?.close();
});
