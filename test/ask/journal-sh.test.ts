import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, renameSync } from 'node:fs';
import { call, compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What a host has logged: journald's, or syslog's file where there is none (EL6). */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  let children: ChildProcess[] = [];
  const begin = (script: string) => {
    const child = box.start(script, { isEnd: false });
    children.push(child);
    return child;
  };
  afterEach(() => {
    for (const child of children) child.stdin?.end();
    children = [];
    box.dispose();
  });

  const tell = async (...words: [string | number, string | number, ...string[]]) => {
    const { code, stdout } = await box.send(compose(call('tell_logged', ...words)));
    return { code, rows: stdout.split('\n').filter(Boolean) };
  };

  test('journald is asked for the units, and each is told of', async () => {
    mkdirSync(box.path('run/systemd/journal'), { recursive: true });
    box.fake(
      'systemctl',
      `"show -p LoadState -- haproxy") echo LoadState=loaded ;;\n"show -p LoadState -- a b") echo LoadState=not-found ;;`,
    );
    box.fake(
      'journalctl',
      `"-o json --all --no-pager -q -n 7 -u haproxy -u a b") echo '{"of":7}' ;;
"-o json --all --no-pager -q --since @1767323045 -u haproxy") echo '{"of":"since"}' ;;
"-o json --all --no-pager -q") echo '{"of":"all"}' ;;`,
    );
    expect(await tell(7, '', 'haproxy', 'a b')).toEqual({
      code: 0,
      rows: ['journal', 'unit haproxy loaded', 'unit a b not-found', '{"of":7}'],
    });
    expect((await tell('', 1767323045, 'haproxy')).rows.at(-1)).toBe('{"of":"since"}');
    expect((await tell('', '')).rows).toEqual(['journal', '{"of":"all"}']);
  });

  test('the last lines since a time are the last: systemd 252 gives the first ones where it is told both', async () => {
    mkdirSync(box.path('run/systemd/journal'), { recursive: true });
    box.fake('systemctl', '"show -p LoadState -- haproxy") echo LoadState=loaded ;;');
    box.fake(
      'journalctl',
      `*" -n 2 --since @1767323045 -u haproxy") echo '{"at":1}'; echo '{"at":2}' ;;
*" -q -n 2 -u haproxy") echo '{"at":3}'; echo '{"at":4}' ;;`,
    );
    expect(await tell(2, 1767323045, 'haproxy')).toEqual({
      code: 0,
      rows: ['journal', 'unit haproxy loaded', '{"at":3}', '{"at":4}'],
    });
  });

  test('without journald it is the end of /var/log/messages, and where it goes on', async () => {
    const text = Array.from({ length: 30_000 }, (_row, at) => `Jan  2 03:04:05 fred p: ${at}\n`).join('');
    box.write('var/log/messages', text);
    const { rows } = await tell(7, '', 'haproxy');
    expect(rows[0]).toMatch(new RegExp(`^messages ${text.length} [+-]\\d{4} \\d{4}$`));
    expect(rows.slice(1)).toEqual(text.trimEnd().split('\n').slice(-20_000));
  });

  test('with neither it says so', async () => {
    expect(await tell(7, '')).toEqual({ code: 0, rows: ['nothing'] });
  });

  test('its clock, each time it is asked', async () => {
    const child = begin(compose(call('tell_clock')));
    const rows: number[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      rows.push(Number.parseFloat(text));
      if (rows.length < 4) child.stdin.write('\n');
      else child.stdin.end();
    });
    await once(child, 'close');
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(Math.abs((rows[0] ?? 0) * 1000 - Date.now())).toBeLessThan(60_000);
  });

  test('the file is followed from a byte on, and by its name when it is another one', async () => {
    const file = box.write('var/log/messages', 'old\nknown\n');
    const child = begin(compose(call('run_until_left', compose(call('follow_messages', 4)))));
    let heard = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    const until = async (wanted: string) => {
      while (heard !== wanted) await once(child.stdout, 'data');
    };
    await until('known\n');
    appendFileSync(file, 'new\n');
    await until('known\nnew\n');
    renameSync(file, `${file}-1`);
    box.write('var/log/messages', 'other\n');
    await until('known\nnew\nother\n');
    child.stdin.end();
    await once(child, 'close');
  });

  test('one that is shorter than what is known is another one', async () => {
    box.write('var/log/messages', 'all of it\n');
    const child = begin(compose(call('run_until_left', compose(call('follow_messages', 4000)))));
    expect(String((await once(child.stdout.setEncoding('utf8'), 'data'))[0])).toBe('all of it\n');
    child.stdin.end();
    await once(child, 'close');
  });
});
