import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  describeLab,
  docker,
  eventually,
  haprov,
  holders,
  inventoryFile,
  lab,
  labName,
  on,
  sshOptions,
  startHaprov,
  state,
  vip,
} from '../support/lab';
import { runLoad } from '../support/load';

/** A person looks around on the real pair, loses a host, and makes it anew. */

const pair = ['fred', 'ethyl'];
let inventory: string;
const exec = (...words: string[]) =>
  startHaprov(['exec', inventory, ...sshOptions, ...words], {}, []).finished;

describeLab('a look around', () => {
  beforeAll(async () => {
    lab('reset', '--alone', ...pair);
    inventory = inventoryFile();
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    await eventually('fred has the VIP', () => holders()[0] === 'fred');
  });

  test('facts and a command, of both', async () => {
    const { stdout, code } = await haprov('facts', inventory, '--json');
    const { hosts } = JSON.parse(stdout) as { hosts: Record<string, unknown>[] };
    expect({ code, hosts }).toMatchObject({
      code: 0,
      hosts: [
        {
          host: 'fred',
          vips: ['router37'],
          haproxy: { version: expect.stringMatching(/^\d/) },
          lastRun: { command: 'apply', result: 'finished' },
        },
        { host: 'ethyl', vips: [], keepalived: { can: expect.arrayContaining(['LVS']) } },
      ],
    });
    const ran = await exec('all', '--', 'hostname; systemctl is-active haproxy');
    const [fred, ethyl] = pair.map((host) =>
      ran.stdout.split('\n').filter((line) => line.startsWith(`${host}:`)),
    );
    expect({ code: ran.code, fred, ethyl }).toEqual({
      code: 0,
      fred: ['fred:  fred', 'fred:  active'],
      ethyl: ['ethyl: ethyl', 'ethyl: active'],
    });
  });

  test('the logs of both tell of a failover in the order in which it happened', async () => {
    const since = `@${Math.floor(Date.now() / 1000)}`;
    const { child, finished } = startHaprov(['logs', inventory, 'keepalived', '-f', '--since', since]);
    let heard = '';
    child.stdout?.on('data', (text: string) => {
      heard += text;
    });
    const until = async (wanted: RegExp) => {
      while (!wanted.test(heard) && child.stdout) await once(child.stdout, 'data');
    };
    on('fred', 'systemctl stop keepalived');
    await until(/ ethyl .*Entering MASTER STATE/);
    on('fred', 'systemctl start keepalived');
    await until(/ fred .*Entering MASTER STATE/);
    await until(/ ethyl .*Entering BACKUP STATE/);
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    const rows = stdout.trimEnd().split('\n');
    const at = (what: RegExp) => rows.findIndex((row) => what.test(row));
    const story = [
      / fred .*Keepalived\[\d+\]: Stopping/,
      / ethyl .*Entering MASTER STATE/,
      / fred .*Starting Keepalived/,
      / fred .*Entering MASTER STATE/,
    ].map(at);
    expect(story).toEqual([...story].sort((a, b) => a - b));
    expect(story).not.toContain(-1);
    // What is past is in order whatever came late.
    const past = (await haprov('logs', inventory, 'keepalived', '--since', since)).stdout
      .trimEnd()
      .split('\n');
    const times = past.map((row) => row.slice(0, 19));
    expect(times).toEqual([...times].sort());
    expect(past.length).toBeGreaterThanOrEqual(rows.length);
    await eventually('nothing is left on the hosts', () =>
      pair.every((host) => on(host, 'pgrep -x journalctl || :') === ''),
    );
  });

  test('a dead host stops no command, and a bare machine with another key takes its place under load', async () => {
    docker('kill', `${labName}-ethyl`);
    const ran = await exec('all', '--', 'hostname');
    expect(ran).toMatchObject({
      code: 3,
      stdout: 'fred:  fred\n',
      stderr: expect.stringMatching(/error: ethyl: /),
    });

    lab('reset', 'ethyl');
    on('ethyl', 'rm -f /etc/ssh/ssh_host_*; ssh-keygen -A; systemctl restart sshd || systemctl restart ssh');
    const known = join(mkdtempSync(join(tmpdir(), 'haprov-lab-')), 'known_hosts');
    copyFileSync(join(state, 'known_hosts'), known);
    const ways = sshOptions.map((word) => (word.endsWith('/known_hosts') ? known : word));
    const replace = (...words: string[]) =>
      startHaprov(['replace', inventory, 'ethyl', '--yes', ...words], {}, ways).finished;
    const refused = await replace();
    expect(refused.code).toBe(2);
    const [, shown = ''] = /say --host-key (SHA256:\S+)/.exec(refused.stderr) ?? [];
    expect(readFileSync(known, 'utf8')).toBe(readFileSync(join(state, 'known_hosts'), 'utf8'));

    const stop = new AbortController();
    const load = runLoad({
      url: `http://${vip}/`,
      keepAlive: false,
      requests: 4000,
      concurrency: 2,
      minMs: 200_000,
      signal: stop.signal,
    });
    const replaced = await replace('--host-key', shown);
    stop.abort();
    expect(replaced).toMatchObject({ code: 0, stdout: expect.stringContaining('0 failed') });
    expect(await load).toMatchObject({ failed: 0, failures: [] });
    const { stdout } = await startHaprov(['log', inventory, '--json'], {}, ways).finished;
    expect((JSON.parse(stdout) as { runs: unknown[] }).runs[0]).toMatchObject({
      command: 'replace',
      hosts: [{ host: 'ethyl', result: 'finished' }],
    });
    const { finished } = startHaprov(['status', inventory, '--exit-code'], {}, ways);
    expect(await finished).toMatchObject({ code: 0, stdout: expect.stringMatching(/^✓ all is well/) });
  });
});
