import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  describeLab,
  eventually,
  haprov,
  inventoryFile,
  lab,
  on,
  startHaprov,
  statsPassword,
} from '../support/lab';

const pair = ['fred', 'ethyl'];
const config = '/etc/haproxy/haproxy.cfg';

/** The file with all that is its own, byte for byte. */
const file = () => pair.map((host) => on(host, `base64 ${config}; stat -c '%a %U %G' ${config}`));
const reloads = () =>
  pair.map((host) => Number(on(host, `journalctl -q -u haproxy -o cat | grep -c '^Reloaded ' || :`)));
const lockOf = (host: string) => on(host, 'readlink /var/lib/haprov/lock || :').trim();
const runs = async () => {
  const { stdout } = await haprov('log', inventory, '--json');
  type Run = { run: string; command: string; hosts: { host: string; result: string }[] };
  return (JSON.parse(stdout) as { runs: Run[] }).runs;
};
/** Ends the watcher of the run that has the lock, by its pid. */
const killWatcher = (host: string) =>
  on(
    host,
    `home=/var/lib/haprov/runs/$(readlink /var/lib/haprov/lock | cut -d ' ' -f 1)
     for held in /proc/[0-9]*/fd/8; do
       [ "$(readlink $held)" = $home/alive ] || continue
       pid=\${held#/proc/}; kill -KILL \${pid%%/*}
     done`,
  );

let inventory: string;
const template = () => join(dirname(inventory), 'templates', 'haproxy', 'haproxy.cfg.ejs');
const shipped = readFileSync('templates/haproxy/haproxy.cfg.ejs', 'utf8');
const edit = (option: string) => {
  mkdirSync(dirname(template()), { recursive: true });
  writeFileSync(template(), shipped.replace('option dontlognull', `option dontlognull\n    ${option}`));
};

describeLab('what was done is remembered, and can be undone', () => {
  let original: string[];
  let edited: string[];
  let first: string;
  let said: string;

  beforeAll(async () => {
    lab('reset', '--alone', ...pair);
    inventory = inventoryFile();
    expect((await haprov('log', inventory)).stdout.trim()).toBe('no runs yet');
    const applied = await haprov('apply', inventory, '--yes');
    expect(applied).toMatchObject({ code: 0 });
    said = applied.stdout;
    original = file();
    first = (await runs())[0]?.run ?? '';
    edit('option tcp-smart-accept');
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    edited = file();
  });

  afterAll(async () => {
    writeFileSync(template(), shipped);
    await haprov('unlock', inventory, '--force', '--yes');
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
  });

  test('the log has both runs, the newest first', async () => {
    expect((await runs()).map(({ command, hosts }) => [command, hosts.map(({ result }) => result)])).toEqual([
      ['apply', ['finished', 'finished']],
      ['apply', ['finished', 'finished']],
    ]);
    const log = await haprov('log', inventory);
    expect(log.stdout).toMatch(
      /fred, ethyl: finished, 2 changes\n {4}✔ update file \/etc\/haproxy\/haproxy.cfg\n/,
    );
    // The plan, its end and the log count the same, although several packages are one step.
    const [, planned, more] = /^Plan: (\d+) changes on fred, (\d+) on ethyl /m.exec(said) ?? [];
    const log1 = (await haprov('log', inventory, first)).stdout;
    expect(log1).toContain(`fred: finished, ${planned} changes, `);
    expect(log1).toContain(`ethyl: finished, ${more} changes, `);
    expect(log1).toMatch(/✔ install package \S+ \S+/);
    expect(said).toContain(`done: ${Number(planned) + Number(more)} changes on fred, ethyl`);
  });

  test('a run is shown with what it changed, also when others have changed it since, and without secrets', async () => {
    const newest = await haprov('log', inventory, '--diff');
    expect(newest).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('+    option tcp-smart-accept\n'),
    });
    expect(newest.stdout).toContain('(the same diff as on fred)');
    const made = await haprov('log', inventory, first, '--diff', '--json');
    expect(JSON.parse(made.stdout)).toMatchObject({
      runs: [
        {
          run: first,
          hosts: [{ host: 'fred' }, { host: 'ethyl' }].map((host) => ({
            ...host,
            steps: expect.arrayContaining([
              expect.objectContaining({
                target: config,
                // The package had brought one of its own by then.
                text: { from: expect.any(String), to: expect.stringContaining('stats auth admin:***') },
              }),
            ]),
          })),
        },
      ],
    });
    expect(newest.stdout + made.stdout).not.toContain(statsPassword);
  });

  test('a damaged run does not break the log', async () => {
    on(
      'fred',
      'mkdir /var/lib/haprov/runs/20200101T000000Z-0ddba11; echo "{" >/var/lib/haprov/runs/20200101T000000Z-0ddba11/manifest',
    );
    const log = await haprov('log', inventory);
    on('fred', 'rm -r /var/lib/haprov/runs/20200101T000000Z-0ddba11');
    expect(log).toMatchObject({ code: 0, stdout: expect.stringContaining('fred: its record is damaged') });
  });

  test('rollback brings the file back byte for byte, and reloads once', async () => {
    const before = reloads();
    const run = await haprov('rollback', inventory, '--yes');
    expect(run.stdout).toContain(`(haprov plan ${inventory} shows it) is made by the next push`);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('-    option tcp-smart-accept');
    expect(file()).toEqual(original);
    expect(reloads()).toEqual(before.map((count) => count + 1));
  });

  test('rollback again undoes the rollback', async () => {
    expect(await haprov('rollback', inventory, '--yes')).toMatchObject({ code: 0 });
    expect(file()).toEqual(edited);
    expect((await runs()).map(({ command }) => command)).toEqual(['rollback', 'rollback', 'apply', 'apply']);
  });

  test('rollback --to goes back over several runs; what was edited by hand is named, and goes back too', async () => {
    edit('option tcp-smart-connect');
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    on('fred', `echo '# by hand' >>${config}`);
    const run = await haprov('rollback', inventory, '--to', first, '--yes');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/warning fred: \/etc\/haproxy\/haproxy.cfg was edited since/);
    expect(run.stdout).toContain('-# by hand');
    expect(file()).toEqual(original);
    expect((await haprov('rollback', inventory, '--to', first, '--yes')).stdout).toContain('nothing to undo');
  });

  test('--to a run that nobody knows is bad input', async () => {
    expect(await haprov('rollback', inventory, '--to', 'lucille', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no host knows a run "lucille"'),
    });
  });

  test('nothing locked: unlock says so', async () => {
    expect(await haprov('unlock', inventory)).toMatchObject({ code: 0, stdout: 'not locked: fred, ethyl\n' });
  });

  describe('a run in the middle', () => {
    const begin = async () => {
      edit('option tcp-smart-accept');
      const started = startHaprov(['apply', inventory, '--yes', '--steady', '60', '--confirm-within', '120']);
      await eventually('a host that waits to be confirmed', () =>
        pair.some((host) => {
          const [run] = lockOf(host).split(' ');
          return run && on(host, `readlink /var/lib/haprov/runs/${run}/state || :`).trim() === 'committed';
        }),
      );
      return started;
    };

    test('is left alone while it lives; when its laptop and its watchers are dead, unlock restores it', async () => {
      const { child, finished } = await begin();
      const refused = await haprov('unlock', inventory);
      expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('is alive, since ') });
      expect(refused.stdout).toMatch(/^fred: locked by \S+@\S+ since /);
      expect(await haprov('rollback', inventory, '--yes')).toMatchObject({ code: 3 });
      child.kill('SIGKILL');
      await finished;
      for (const host of pair) killWatcher(host);
      const unlocked = await haprov('unlock', inventory);
      expect(unlocked).toMatchObject({ code: 0 });
      expect(unlocked.stdout).toContain('ethyl: unlocked; the run was taken back');
      expect([file(), pair.map(lockOf)]).toEqual([original, ['', '']]);
    });

    test('is ended by --force, but not without a word', async () => {
      const { child, finished } = await begin();
      expect(await haprov('unlock', inventory, '--force')).toMatchObject({ code: 2 });
      expect(pair.map(lockOf)).not.toContain('');
      expect(await haprov('unlock', inventory, '--force', '--yes')).toMatchObject({ code: 0 });
      expect([file(), pair.map(lockOf)]).toEqual([original, ['', '']]);
      await eventually('no watcher', () =>
        pair.every((host) => on(host, 'ps -ef | grep -c "[/]transaction watch" || :').trim() === '0'),
      );
      child.kill('SIGKILL');
      await finished;
      expect((await runs())[0]?.hosts.map(({ result }) => result)).toEqual(['restored', 'restored']);
    });
  });
});
