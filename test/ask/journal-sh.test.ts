import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
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

  test('a pattern that matches nothing is left out: journalctl would fail for all', async () => {
    mkdirSync(box.path('run/systemd/journal'), { recursive: true });
    box.fake('systemctl', '"show -p LoadState -- haproxy") echo LoadState=loaded ;;');
    box.fake(
      'journalctl',
      `"-q --no-pager -n 0 -u none*") echo 'Failed to add filter for units: No data available' >&2; exit 1 ;;
"-q --no-pager -n 0 -u keep*") ;;
"-o json --all --no-pager -q -n 2 -u haproxy -u keep*") echo '{"of":"both"}' ;;`,
    );
    expect(await tell(2, '', 'haproxy', 'none*', 'keep*')).toEqual({
      code: 0,
      rows: ['journal', 'unit haproxy loaded', 'unit none* none', 'unit keep* loaded', '{"of":"both"}'],
    });
    expect(await tell(2, '', 'none*')).toEqual({ code: 0, rows: ['journal', 'unit none* none'] });
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
    expect(rows[0]).toMatch(new RegExp(`^messages \\d+ ${text.length} [+-]\\d{4} \\d{4}$`));
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

  describe('the file without journald', () => {
    /** What is heard of it, with the place behind it left out, and the last of the places. */
    const follow = (inode: string | number, bytes: number) => {
      const child = begin(compose(call('run_until_left', compose(call('follow_messages', inode, bytes)))));
      let text = '';
      const heard = { lines: '', place: ['', 0] as [string, number] };
      child.stdout.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
        heard.lines = text.replace(/^messages .*\n/gm, '');
        const [, at = '', size] = [...text.matchAll(/^messages (\d+) (\d+) [+-]\d{4} \d{4}$/gm)].at(-1) ?? [];
        heard.place = [at, Number(size)];
      });
      return {
        until: async (lines: string) => {
          while (heard.lines !== lines) await once(child.stdout, 'data');
        },
        leave: async () => {
          child.stdin.end();
          await once(child, 'close');
          return heard.place;
        },
      };
    };
    const inodeOf = (path: string) => statSync(path).ino;

    test('is followed from a byte on, and into the next one, by whole lines', async () => {
      const file = box.write('var/log/messages', 'old\nknown\n');
      const { until, leave } = follow(inodeOf(file), 4);
      await until('known\n');
      appendFileSync(file, 'new\nbeg');
      await until('known\nnew\n');
      appendFileSync(file, 'un\n');
      await until('known\nnew\nbegun\n');
      renameSync(file, `${file}-1`);
      appendFileSync(`${file}-1`, 'late\n');
      box.write('var/log/messages', 'other\n');
      await until('known\nnew\nbegun\nlate\nother\n');
      expect(await leave()).toEqual([String(inodeOf(file)), 6]);
    });

    test('goes on behind lines that are no UTF-8, and behind one that was moved away meanwhile', async () => {
      const file = box.write('var/log/messages', '');
      const first = follow(inodeOf(file), 0);
      writeFileSync(file, Buffer.from('caf\xe9\n', 'latin1'));
      await first.until('caf\xe9\n');
      const [inode, bytes] = await first.leave();
      appendFileSync(file, 'missed\n');
      renameSync(file, `${file}-20260102`);
      box.write('var/log/messages', 'next, and longer than the one before\n');
      const again = follow(inode, bytes);
      await again.until('missed\nnext, and longer than the one before\n');
      await again.leave();
    });

    test('is read from its beginning where it was emptied, or nobody knows the one before', async () => {
      const file = box.write('var/log/messages', 'all of it\n');
      for (const [inode, bytes] of [
        [inodeOf(file), 4000],
        [1, 3],
      ] as const) {
        const { until, leave } = follow(inode, bytes);
        await until('all of it\n');
        await leave();
      }
    });
  });
});
