import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { need } from './needed';
import { scratch } from './scratch';

/** Pebble, the test server of Let's Encrypt: an authority that checks challenges as a real one does. */

const isHere = () =>
  ['pebble', 'pebble-challtestsrv'].every((name) => spawnSync(name, ['-help']).error === undefined);
need('PEBBLE IS', isHere, ['pebble'], 'the tests of certificates by ACME');

/** `describe`, where Pebble is here. */
export const describePebble = (isHere() ? globalThis.describe : globalThis.describe.skip) as typeof describe;

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

export interface Pebble {
  directory: string;
  /** Of a file with the certificate of its own server. */
  ca: string;
  /** Has a TXT record be in its DNS, or not any more. */
  record(action: 'set' | 'remove', name: string, text: string): Promise<void>;
  /** A command that does so. */
  hook: string[];
  /** The root that its certificates lead to. */
  root(): Promise<string>;
  stop(): void;
}

/**
 * Starts an authority on loopback, in whose DNS every name leads to `address`; it makes no certificate for blocked.example.
 * @param httpPort where it asks for http-01
 * @param days that its certificates last
 */
export async function startPebble({
  address,
  httpPort = 80,
  days = 90,
}: {
  address: string;
  httpPort?: number;
  days?: number;
}): Promise<Pebble> {
  const folder = mkdtempSync(join(scratch, 'haprov-pebble-'));
  const [cert, key, config] = ['cert.pem', 'key.pem', 'config.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=pebble -addext subjectAltName=IP:127.0.0.1`;
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const [listen, management, dns, control] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const pebble = {
    listenAddress: `127.0.0.1:${listen}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: cert,
    privateKey: key,
    httpPort,
    tlsPort: 443,
    certificateValidityPeriod: days * 24 * 3600,
    domainBlocklist: ['blocked.example'],
  };
  writeFileSync(config, JSON.stringify({ pebble }));
  const started: ChildProcess[] = [];
  const start = (program: string, options: string[], env = {}) =>
    started.push(spawn(program, options, { env: { ...process.env, ...env }, stdio: 'ignore' }));
  const off = ['http01', 'https01', 'tlsalpn01'].flatMap((name) => [`-${name}`, '']);
  start('pebble-challtestsrv', [
    ...['-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${control}`],
    ...['-defaultIPv4', address, '-defaultIPv6', '', ...off],
  ]);
  start('pebble', ['-config', config, '-dnsserver', `127.0.0.1:${dns}`], {
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_AUTHZREUSE: '0',
  });
  const directory = `https://127.0.0.1:${listen}/dir`;
  const own = readFileSync(cert);
  while ((await answerOf(directory, own)) === undefined) await sleep(50);
  const urls = { set: 'set-txt', remove: 'clear-txt' };
  const hook = join(folder, 'hook');
  writeFileSync(
    hook,
    `#!/bin/sh\ncase $1 in set) to=set-txt ;; remove) to=clear-txt ;; *) exit 9 ;; esac\nexec curl -sf -d "{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" http://127.0.0.1:${control}/$to\n`,
    { mode: 0o755 },
  );
  return {
    directory,
    ca: cert,
    hook: [hook],
    async record(action, name, value) {
      const body = JSON.stringify({ host: `${name}.`, value });
      const { status } = await fetch(`http://127.0.0.1:${control}/${urls[action]}`, { method: 'POST', body });
      if (status !== 200) throw new Error(`${action} ${name}: status ${status}`);
    },
    root: async () => (await answerOf(`https://127.0.0.1:${management}/roots/0`, own)) ?? '',
    stop() {
      for (const child of started) child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

const answerOf = (url: string, ca: Buffer) =>
  new Promise<string | undefined>((done) => {
    request(url, { ca, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => done(answer.statusCode === 200 ? text : undefined));
    })
      .on('error', () => done(undefined))
      .end();
  });
