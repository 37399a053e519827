import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { HostError } from '../../src/errors';
import type { Connection, ExecOptions, ExecResult } from '../../src/host/connection';
import { checked } from '../../src/host/script-result';
import { describeProbe, type ProbeTarget, startVipProbe, type VipProbe } from '../../src/pair/vip-probe';
import { startVipService, type VipService } from './vip-probe-service';

/** Nothing can be reached there from here, and the attempt fails at once; the host below sees a service behind it. */
const FAR = '255.255.255.255';

/** This machine as a host: its own sh runs the scripts, as it would over SSH. */
class LocalHost implements Connection {
  readonly host = 'fred';
  readonly user = 'root';
  execs = 0;
  readonly shells: ChildProcess[] = [];
  readonly #lost: (() => void)[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv = process.env) {}

  readonly runScript = checked(this.host, (script, options) => this.#run(script, options));

  #run(script: string, options: ExecOptions): Promise<ExecResult> {
    this.execs += 1;
    return new Promise((resolve, reject) => {
      const shell = spawn('/bin/sh', ['-s'], { env: this.env });
      this.shells.push(shell);
      const said = { stdout: '', stderr: '' };
      shell.stdout.on('data', (chunk: Buffer) => {
        said.stdout += chunk;
        options.onStdout?.(chunk.toString());
      });
      this.#lost.push(() => reject(new HostError('fred', 'the connection was lost')));
      shell.stderr.on('data', (chunk: Buffer) => {
        said.stderr += chunk;
      });
      shell.on('close', (code) => resolve({ code, ...said, ms: 0 }));
      shell.stdin.end(script.replaceAll(FAR, '127.0.0.1'));
    });
  }

  /** As when the SSH connection breaks: sshd is gone, and nobody reads what the shells say. */
  close(): void {
    for (const shell of this.shells) shell.stdout?.destroy();
    for (const lose of this.#lost) lose();
  }

  /** Whether the loop runs. */
  get alive(): boolean {
    const loop = this.shells[0];
    return loop !== undefined && loop.exitCode === null && loop.signalCode === null;
  }
}

let service: VipService;
let host: LocalHost;
let running: VipProbe | undefined;

beforeEach(async () => {
  service = await startVipService();
  host = new LocalHost();
  running = undefined;
});

afterEach(async () => {
  await running?.stop();
  await service.close();
  expect(host.alive).toBe(false);
});

const target = (more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  service: 'web',
  address: FAR,
  port: service.port,
  mode: 'http',
  ...more,
});

async function start(targets = [target()], options: { signal?: AbortSignal } = {}): Promise<VipProbe> {
  const fallback = { host: 'fred', connection: host };
  running = await startVipProbe(targets, { intervalMs: 20, timeoutMs: 10_000, fallback, ...options });
  return running;
}

test('what the laptop cannot reach is probed from the host, over one exec, until it is stopped', async () => {
  const probe = await start([target({ path: "/it's $(id)?", host: 'web.example.com' })]);
  await service.asked(8);
  expect(host.execs).toBe(1);
  const [report] = await probe.stop();
  expect(report).toMatchObject({ from: 'fred', failed: 0, longestGapMs: 0, failures: [] });
  expect(report?.sent).toBe(service.count);
  expect(report).not.toHaveProperty('reason');
  expect(service.last).toBe(
    "GET /it's%20$(id)? HTTP/1.1\r\nhost: web.example.com\r\nuser-agent: haprov\r\nconnection: close\r\n\r\n",
  );
});

test.each([
  ['reset', 'Connection reset by peer'],
  ['nothing', 'closed without an answer'],
  ['garbage', 'not an HTTP answer: SSH-2.0-OpenSSH'],
  ['cut', 'Connection reset by peer'],
  [503, 'HTTP 503'],
] as const)('%s for three requests: three failures and a gap', async (fate, reason) => {
  service.fate = (n) => (n >= 4 && n < 7 ? fate : 403);
  const probe = await start();
  await service.asked(10);
  const [report] = await probe.stop();
  expect(report?.failures.map((failure) => failure.reason)).toEqual([reason, reason, reason]);
  expect(report?.longestGapMs).toBeGreaterThan(0);
});

test('a request that hangs fails in time; then it is asked on', async () => {
  service.fate = (n) => (n === 2 ? 'hang' : 200);
  const fallback = { host: 'fred', connection: host };
  running = await startVipProbe([target()], { intervalMs: 20, timeoutMs: 3000, fallback });
  await service.asked(6);
  const [report] = await running.stop();
  expect(report?.failures.map(({ reason }) => reason)).toEqual(['no answer in time']);
  expect(report && describeProbe(report)).toContain(`longest gap at most ${report?.longestGapMs} ms`);
});

test('of a service behind TLS connections are counted, since a shell speaks none', async () => {
  const probe = await start([target({ isTls: true })]);
  const [report] = await probe.stop();
  expect(report && describeProbe(report)).toMatch(/from fred: \d+ connections?, 0 failed/);
});

test('while one waits for its answer, no other is sent from the host', async () => {
  service.fate = (n) => (n === 1 ? 200 : 'hang');
  await start();
  await service.asked(2);
  await new Promise((done) => setTimeout(done, 300));
  expect(service.count).toBe(2);
  service.dropAll();
});

test('near and far targets, http and tcp, each with its own report', async () => {
  const other = await startVipService();
  const near = target({ service: 'near', address: '127.0.0.1' });
  const tcp = target({ service: 'tcp', mode: 'tcp', port: other.port });
  const probe = await start([target(), near, tcp]);
  await service.asked(6);
  const reports = await probe.stop();
  expect(reports.map((report) => [report.target.service, report.from, report.failed])).toEqual([
    ['web', 'fred', 0],
    ['near', 'laptop', 0],
    ['tcp', 'fred', 0],
  ]);
  for (const { sent } of reports) expect(sent).toBeGreaterThan(0);
  expect(host.execs).toBeLessThanOrEqual(2);
  await other.close();
});

test('where the host gets no answer either, nothing runs there', async () => {
  service.fate = () => 503;
  const probe = await start();
  expect(host.alive).toBe(false);
  const [report] = await probe.stop();
  expect(report).toMatchObject({ from: 'laptop', sent: 0, failed: 0 });
  expect(report?.reason).toMatch(/^never served/);
});

test('a host that cannot probe says why', async () => {
  host = new LocalHost({ PATH: '/nowhere' });
  const [report] = await (await start()).stop();
  expect(report).toMatchObject({ from: 'laptop', sent: 0 });
  expect(report?.reason).toBe('not reachable from the laptop; fred has no bash');
});

test('when the connection breaks, what was seen is kept and the loop on the host ends by itself', async () => {
  const probe = await start();
  await service.asked(5);
  const ended = new Promise((done) => host.shells[0]?.on('exit', done));
  host.close();
  await ended;
  const [report] = await probe.stop();
  expect(report).toMatchObject({ from: 'fred', failed: 0, reason: 'fred: the connection was lost' });
  expect(report?.sent).toBeGreaterThan(0);
  expect(report && describeProbe(report)).toMatch(
    /0 failed, longest gap 0 ms \(fred: the connection was lost\)$/,
  );
});

test('an aborted signal ends the loop on the host', async () => {
  const abort = new AbortController();
  const probe = await start([target()], { signal: abort.signal });
  await service.asked(3);
  const ended = new Promise((done) => host.shells[0]?.on('exit', done));
  abort.abort();
  await ended;
  expect(await probe.stop()).toMatchObject([{ from: 'fred', failed: 0 }]);
});

test('the script is POSIX sh', () => {
  expect(readFileSync('src/shell/pair/vip-probe-host.sh', 'utf8')).not.toMatch(/\[\[|\blocal\b|\bfunction\b/);
});
