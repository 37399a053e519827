import { dirname, resolve } from 'node:path';
import { keys, Terminal } from '../pty/terminal';
import { describeLab, eventually, haprov, holders, lab, on, sshOptions, statsPassword } from '../support/lab';
import { Scenario } from '../support/scenario';

/** The built program on a terminal, against the real pair: what asks before it breaks or changes something. */
describeLab('on a terminal', () => {
  let pair: Scenario;
  const run = (...words: string[]) =>
    new Terminal([process.execPath, resolve('dist/haprov.js'), ...words, ...sshOptions], {
      cwd: dirname(pair.inventory),
      env: { HAPROV_STATS_PASSWORD: statsPassword },
    });
  const locks = () => pair.hosts.map((host) => on(host, 'ls /var/lib/haprov/lock 2>/dev/null || true'));

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    pair = await Scenario.provisioned();
  });

  const answers: [string, (terminal: Terminal) => void, number][] = [
    ['n', (terminal) => terminal.type('n\r'), 1],
    ['Enter', (terminal) => terminal.type('\r'), 1],
    ['Ctrl-D', (terminal) => terminal.type(keys.ctrlD), 1],
    ['Ctrl-C', (terminal) => terminal.type(keys.ctrlC), 130],
    ['the terminal closed', (terminal) => terminal.close(), 130],
  ];

  test.each(answers)('drill, %s: nothing is broken', async (_, answer, code) => {
    const terminal = run('drill', pair.inventory, '--scenario', 'haproxy-dies');
    await terminal.shows('one after the other? [y/N]');
    answer(terminal);
    expect(await terminal.ended).toEqual({ code, signal: 0 });
    expect(locks()).toEqual(['', '']);
    expect(holders()).toEqual(['fred']);
  });

  test('drill, y: it is done, and all is put back', async () => {
    const terminal = run('drill', pair.inventory, '--scenario', 'haproxy-dies');
    await terminal.shows('one after the other? [y/N]');
    terminal.type('y\r');
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    expect(terminal.everything.join('\n')).toContain('Everything is as it was before.');
    await pair.settled();
  });

  test('the terminal is closed in the middle of an apply: each host is whole, no lock stays, the process ends', async () => {
    pair.playbook([
      { type: 'file', path: '/etc/motd', content: 'changed\n' },
      {
        type: 'command',
        run: 'sleep 3; touch /root/slept',
        creates: '/root/slept',
        undo: 'rm -f /root/slept',
      },
    ]);
    const terminal = run('apply', pair.inventory);
    await terminal.shows('[y/N]');
    terminal.type('y\r');
    await terminal.shows(/commit \d\/\d run/);
    terminal.close();
    expect((await terminal.ended).signal).toBe(0);
    expect(() => process.kill(terminal.pid, 0)).toThrow('ESRCH');
    await eventually('no lock', () => locks().every((lock) => lock === ''), 100, 1000);
    const changed = pair.hosts.map((host) => on(host, 'cat /etc/motd; ls /root/slept 2>/dev/null || true'));
    for (const found of changed) expect(found.includes('changed')).toBe(found.includes('slept'));
    expect((await haprov('apply', pair.inventory, '--yes')).code).toBe(0);
    await pair.settled();
  });
});
