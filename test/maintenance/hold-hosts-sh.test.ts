import type { Connection } from '../../src/host/connection';
import type { Held } from '../../src/host/hold-scripts';
import { checked } from '../../src/host/script-result';
import { holderOf, whileHeld } from '../../src/maintenance/hold-hosts';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** Drains that begin at once on the two hosts of a pair, each of which a real shell plays. */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let boxes: Map<string, Sandbox>;
  beforeEach(() => {
    boxes = new Map(['fred', 'ethyl'].map((name) => [name, new Sandbox(shell)]));
  });
  afterEach(() => {
    for (const box of boxes.values()) box.dispose();
  });

  const drainOf = (owner: string) => {
    const held: Held = {
      run: `drain-${owner}`,
      leaseSeconds: 20,
      begun: new Date('2026-01-02T03:04:05Z'),
      owner,
    };
    const connections = [...boxes].map(([host, box]): [string, Connection] => [
      host,
      {
        host,
        user: 'root',
        execs: 0,
        runScript: checked(host, async (script) => ({ ...(await box.send(script)), ms: 0 })),
        close: () => {},
      },
    ]);
    return holderOf(new Map(connections), held);
  };

  const stopping = new AbortController().signal;
  const quietly = { begin: () => {}, stopping };

  test('who leaves lets go first: from before the hosts are held Ctrl-C does not end the program', async () => {
    const held = () =>
      Promise.all(
        [...boxes.values()].map(async (box) => (await box.send('[ -L /var/lib/haprov/rolling ]')).code === 0),
      );
    const holder = drainOf('me@laptop');
    const order: string[] = [];
    const hold = (how: 'begin' | 'renew') => {
      order.push(how);
      return holder.hold(how);
    };
    const begin = (...words: unknown[]) => void order.push(`not at once, ${words[1]}`);
    const stopped = new Error('stopped');
    const left = whileHeld({ ...holder, hold }, { begin, stopping }, async () => {
      expect(await held()).toEqual([true, true]);
      throw stopped;
    });
    await expect(left).rejects.toBe(stopped);
    expect(order).toEqual(['not at once, elsewhere', 'begin']);
    expect(await held()).toEqual([false, false]);
    const aborted = whileHeld(holder, { begin, stopping: AbortSignal.abort() }, async () => {
      throw new Error('it was not left');
    });
    await expect(aborted).rejects.toMatchObject({ exitCode: 130 });
    expect(await held()).toEqual([false, false]);
  });

  test('one goes on, the other is told whose it is; each host is let go of', async () => {
    let atWork = 0;
    const both = await Promise.allSettled(
      ['me@laptop', 'bob@desk'].map((owner) =>
        whileHeld(drainOf(owner), quietly, async () => {
          atWork += 1;
          expect(atWork).toBe(1);
          await Promise.allSettled([drainOf('ann@desk').hold('begin')]).then(([one]) =>
            expect(one).toMatchObject({ status: 'rejected', reason: { exitCode: 3 } }),
          );
          atWork -= 1;
          return owner;
        }),
      ),
    );
    const [won] = both.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [lost] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(lost).toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(`ethyl: locked by ${won} since`),
    });
    await whileHeld(drainOf('ann@desk'), quietly, async () => {});
  });
});
