import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../../src/shell/library';
import { own, Sandbox, shells } from '../shell/sandbox';

/**
 * Two hosts that must be wholly old or wholly new together, their laptop dead after any of its words to them, or a host
 * off at that point: real shells, a clock that the test sets, a file for the network.
 */

const names = ['fred', 'ethyl'] as const;
type Name = (typeof names)[number];
const other = (name: Name): Name => (name === 'fred' ? 'ethyl' : 'fred');
const lease = 600;
/** IP header, advert of VRID 37, interval 1 (old) or 2 (new) s, VIP 192.168.56.200. */
const packet = (from: Name, isNew: boolean) =>
  `45c0002800190000ff70e108c0a838${from === 'fred' ? 'c9' : 'ca'}e00000122125650100${isNew ? '02' : '01'}805ac0a838c80000000000000000`;

let boxes: Record<Name, Sandbox>;
let network: string;

function prepare(shell: (typeof shells)[number]): void {
  network = join(mkdtempSync(join(tmpdir(), 'haprov-net-')), 'said');
  boxes = { fred: new Sandbox(shell), ethyl: new Sandbox(shell) };
  for (const name of names) {
    const box = boxes[name];
    box.group = {
      self: name,
      token: 'secret',
      peers: [{ name: other(name), addresses: ['192.168.56.1'] }],
      vips: ['192.168.56.200@eth0'],
      vrids: ['25'],
      sources: [name === 'fred' ? 'c0a838ca' : 'c0a838c9'],
      wire: ['25 0002 c0a838c8 0000000000000000'],
    };
    box.fake('bash', `"-c "*) printf '%s\\n' "$4" >>${network} ;;`);
    box.fake(
      'python3',
      `"- 3 61112" | "- 6 61112") cat >/dev/null; cat ${network} 2>/dev/null ;;
       "- 4 192.168.56.200@eth0") cat >/dev/null; [ ! -e ${boxes[name].memory}/advert ] || echo "packet eth0 $(cat ${boxes[name].memory}/advert)"; echo listened ;;`,
    );
    box.fake('systemctl', `"list-jobs --no-legend") ;; "-q is-active keepalived") exit 3 ;;`);
    box.fake('sleep', '*) ;;');
  }
}

const isNew = (name: Name) => boxes[name].read('etc/a') === 'new\n';

async function committed(): Promise<void> {
  for (const name of names) {
    const box = boxes[name];
    box.uptime = 1000;
    box.write('etc/a', 'old\n');
    const wish = { type: 'file', path: box.path('etc/a'), content: 'new\n', ...own };
    expect((await box.apply(await box.steps(wish))).code).toBe(0);
    box.killWatchers();
  }
}

/** The watchers look, at times up to long after all leases are over; the hosts need not look in one order. */
async function waitLong(living: readonly Name[]): Promise<void> {
  for (const at of [1000 + lease, 1000 + lease, 1000 + lease + 61, 1000 + lease + 61]) {
    for (const name of living) {
      boxes[name].uptime = at;
      await boxes[name].watcherLooks();
    }
  }
}

async function starts(name: Name): Promise<void> {
  const heard = boxes[other(name)];
  const box = boxes[name];
  box.write('../state-of-fakes/advert', packet(other(name), heard.read('etc/a') === 'new\n'));
  await box.boots();
  box.killWatchers();
}

const words: Record<string, [Name, 'confirm' | 'finish'][]> = {
  'fred first': [
    ['fred', 'confirm'],
    ['ethyl', 'confirm'],
    ['fred', 'finish'],
    ['ethyl', 'finish'],
  ],
  'ethyl first': [
    ['ethyl', 'confirm'],
    ['fred', 'confirm'],
    ['ethyl', 'finish'],
    ['fred', 'finish'],
  ],
};
const cuts = Object.keys(words).flatMap((order) => [0, 1, 2, 3, 4].map((said) => ({ order, said })));

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  /** One shell tries all, the others the worst: between two words. */
  const ofThisShell = <T extends { order: string; said: number }>(all: T[]): T[] =>
    shell[0] === 'dash' ? all : all.filter(({ order, said }) => said === 1 && order === 'fred first');

  beforeEach(() => prepare(shell));
  afterEach(() => {
    for (const name of names) boxes[name].dispose();
    rmSync(join(network, '..'), { recursive: true });
  });

  async function say(order: string, said: number): Promise<void> {
    for (const [name, verb] of (words[order] ?? []).slice(0, said)) {
      expect((await boxes[name].go(verb)).code).toBe(0);
      boxes[name].killWatchers();
    }
  }

  function expectOneEnd(): void {
    expect([isNew('fred'), boxes.fred.lock, boxes.ethyl.lock]).toEqual([
      isNew('ethyl'),
      undefined,
      undefined,
    ]);
    for (const name of names) {
      expect(boxes[name].state()).toBe(isNew(name) ? 'finished' : 'restored');
      expect(boxes[name].tree('etc')).toHaveLength(2);
    }
  }

  test('it is told that one which has confirmed waits a minute more for those that it does not hear', async () => {
    await committed();
    await say('fred first', 1);
    expect(await boxes.fred.probe(call('probe_lock'))).toMatch(new RegExp(`lock-waits=${lease + 60}$`));
    expect(await boxes.ethyl.probe(call('probe_lock'))).toMatch(new RegExp(`lock-waits=${lease}$`));
    await waitLong(['fred', 'ethyl']);
  });

  test.each(ofThisShell(cuts))('the laptop dies after $said words, $order', async ({ order, said }) => {
    await committed();
    await say(order, said);
    await waitLong(['fred', 'ethyl']);
    expectOneEnd();
    // Whoever was confirmed has not been taken back without need.
    expect(isNew('fred')).toBe(said >= 2);
  });

  const outages = cuts
    .filter(({ order, said }) => order === 'fred first' && said < 4)
    .flatMap((cut) => names.flatMap((off) => ['soon', 'late'].map((back) => ({ ...cut, off, back }))));
  test.each(ofThisShell(outages))(
    'and $off loses its power then and is back $back: $said words, $order',
    async ({ order, said, off, back }) => {
      await committed();
      await say(order, said);
      // The other is alive: it looks around every second.
      if (back === 'late') await waitLong([other(off)]);
      else await boxes[other(off)].watcherLooks();
      await starts(off);
      await waitLong(['fred', 'ethyl']);
      expectOneEnd();
    },
  );

  test('what somebody says who does not know the secret is not heard', async () => {
    await committed();
    await say('fred first', 2);
    const forged = `haprov run1 ethyl restored ${'0'.repeat(64)}.`;

    writeFileSync(network, `${forged}\n`);
    await boxes.fred.watcherLooks();
    expect(boxes.fred.state()).toBe('confirmed');
    expect(existsSync(network) && readFileSync(network, 'utf8')).toContain('haprov run1 fred confirmed ');
    await waitLong(['fred', 'ethyl']);
    expectOneEnd();
  });
});
