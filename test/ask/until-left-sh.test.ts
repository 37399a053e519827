import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { call, compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { isRunning } from '../support/running';

/** A command that runs for as long as a laptop wants it. */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());

  function begin(command: string) {
    const child: ChildProcessWithoutNullStreams = box.start(compose(call('run_until_left', command)), {
      isEnd: false,
    });
    const heard = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        heard[name] += chunk;
      });
    const ended = once(child, 'close').then(([code]) => ({ code: code as number, ...heard }));
    return { child, ended };
  }

  test('its words, its output on both streams, and its code', async () => {
    const { ended } = begin(`echo "it's \\$1"; printf 'no newline' >&2; cat; exit 7`);
    expect(await ended).toEqual({ code: 7, stdout: "it's $1\n", stderr: 'no newline' });
  });

  test('one that a signal ends', async () => {
    expect((await begin('kill -KILL $$').ended).code % 128).toBe(9);
  });

  test.each([
    ['obeys', ':'],
    ['does not care', 'trap "" TERM'],
  ])(
    'when nobody wants it any more, all that it started is ended, also where it %s',
    async (_how, before) => {
      const pids = box.path('pids');
      const inItsOwnGroup = `timeout 1000 sh -c 'echo $$ >>"$0"; ${before}; while :; do sleep 1; done' '${pids}' >/dev/null 2>&1 &`;
      const { child, ended } = begin(
        `${before}; sleep 1000 & echo $! >'${pids}'; echo $$ >>'${pids}'
        ${inItsOwnGroup} echo $! >>'${pids}'
        until [ $(wc -l <'${pids}') -eq 4 ]; do sleep 0.1; done; echo ready; while :; do sleep 1; done`,
      );
      await once(child.stdout, 'data');
      child.stdin.end();
      expect((await ended).code).not.toBe(0);
      expect(readFileSync(pids, 'utf8').trim().split('\n').filter(isRunning)).toEqual([]);
    },
  );
});
