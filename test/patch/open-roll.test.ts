import { connect } from '../../src/host/connection';
import type { Stand } from '../../src/host/roll-note';
import { waysOf } from '../../src/host/ways';
import { openRoll } from '../../src/patch/open-roll';
import type { RollOptions, Work } from '../../src/patch/roll-options';
import { bootStep } from '../../src/patch/ssh-boot';
import { statusObserver } from '../../src/planning/status-observer';
import { AnsweringPair, finding } from './answering';

/** What a roll would do, and what it refuses, by what hosts say: nothing is changed on any. */

jest.mock('../../src/host/connection', () => ({
  ...jest.requireActual('../../src/host/connection'),
  connect: jest.fn(),
}));
jest.mock('../../src/host/ways', () => ({ waysOf: jest.fn(async () => new Map()) }));
jest.mock('../../src/planning/status-observer', () => ({ statusObserver: jest.fn() }));

let pair: AnsweringPair;
/** The hosts that were asked what is to be done there. */
let asked: string[];
let works: Record<string, Work | undefined>;

beforeEach(() => {
  pair = new AnsweringPair();
  asked = [];
  const toReboot: Work = { boot: 'yes', steps: [bootStep] };
  works = { fred: toReboot, ethyl: toReboot };
  jest.mocked(connect).mockImplementation(pair.logIn as never);
  jest.mocked(statusObserver).mockImplementation(pair.observer);
});

/** Of a host that has booted. */
const looked: Work = { boot: 'no', steps: [], owed: async () => [] };

async function open(more: Partial<RollOptions> = {}, command = 'reboot') {
  const opened = await openRoll(
    command,
    pair.options(more),
    pair.context(),
    async ({ name }, _connection, _all, hasBooted) => {
      if (hasBooted) return looked;
      asked.push(name);
      return works[name];
    },
  );
  opened.close();
  return opened;
}

/** Refused, with nothing left open. */
async function refusal(more: Partial<RollOptions> = {}, command = 'reboot') {
  const error = await open(more, command).then(
    () => {
      throw new Error('it was not refused');
    },
    (thrown: { message: string; exitCode: number; hint?: string }) => thrown,
  );
  expect(pair.connections.filter(({ isClosed }) => !isClosed)).toEqual([]);
  return { message: error.message, exitCode: error.exitCode, hint: error.hint };
}

const stand = (state: Stand['state'], mark = ''): Stand => ({ state, staysDrained: false, mark });
const turns = ({ plan }: Awaited<ReturnType<typeof open>>) =>
  plan.turns.map(({ host, holds, stand: at, boot }) => [host, holds.map(({ vip }) => vip).join(), at, boot]);

test('who holds no VIP is first, and all that was opened is closed', async () => {
  const opened = await open();
  expect(turns(opened)).toEqual([
    ['ethyl', '', 'due', 'yes'],
    ['fred', 'front', 'due', 'yes'],
  ]);
  expect(opened.plan).toMatchObject({ resumed: [], waits: { sessions: 60, boot: 600, soak: 10 } });
  expect(opened.roll.hosts.map(({ name, run }) => [name, run?.changes])).toEqual([
    ['ethyl', 1],
    ['fred', 1],
  ]);
  expect([...opened.roll.connected.keys()]).toEqual(['fred', 'ethyl']);
  expect(pair.messages).toEqual([]);
  expect(pair.connections.map(({ host, isClosed }) => [host, isClosed])).toEqual([
    ['fred', true],
    ['ethyl', true],
  ]);
});

test('all are asked where one is meant: who is to serve meanwhile must answer', async () => {
  expect(turns(await open({ limit: ['ethyl'] }))).toEqual([['ethyl', '', 'due', 'yes']]);
  pair.says.fred.isAway = true;
  expect(await refusal({ limit: ['ethyl'] })).toEqual({
    exitCode: 3,
    message: 'fred: cannot be reached',
    hint: 'start it; nothing was done',
  });
});

test('a host that was told to boot and is not back is named as such', async () => {
  pair.left(
    new Map([
      ['ethyl', stand('booting', 'kernel:1')],
      ['fred', stand('due')],
    ]),
  );
  pair.says.ethyl.isAway = true;
  expect(await refusal()).toEqual({
    exitCode: 3,
    message: 'ethyl: cannot be reached',
    hint: 'start it; ethyl was told to boot by the reboot that was left: run this again when it answers',
  });
});

test('who goes on with a roll keeps others away since then, and not since it was begun', async () => {
  const begun = Math.floor(Date.now() / 1000);
  pair.left(new Map([['ethyl', stand('due')]]));
  const { roll, close } = await openRoll(
    'reboot',
    pair.options({ limit: ['ethyl'] }),
    pair.context(),
    async ({ name }) => works[name],
  );
  await roll.hold('begin');
  close();
  const since = pair.connections.flatMap(({ told }) =>
    told.flatMap((words) => /^hold_for_roll begin \S+ \d+ (\d+)/.exec(words)?.slice(1).map(Number) ?? []),
  );
  expect(since).toHaveLength(2);
  expect(Math.min(...since)).toBeGreaterThanOrEqual(begun);
});

test('a host that somebody is at work on is named before anything else is asked, also one that is not meant', async () => {
  pair.says.fred.facts = 'lock=run7 1700000000 bob@desk\nlock-state=confirmed\nlock-alive=yes\n';
  pair.says.ethyl.isAway = true;
  pair.left(
    new Map([
      ['ethyl', stand('booting', 'kernel:1')],
      ['fred', stand('done')],
    ]),
  );
  expect(await refusal({ limit: ['ethyl'], yes: true })).toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(
      /^fred: locked by bob@desk since 2023-11-1\d .* \(run run7\): nothing was changed; it ends, /,
    ),
  });
  expect(asked).toEqual([]);
});

describe('nobody else would serve', () => {
  beforeEach(() => {
    pair.says.fred.units = { ...pair.says.fred.units, haproxy: 'failed' };
    pair.says.fred.servers = [];
    pair.says.fred.listening = [8080];
  });

  test('refused, unless that is allowed', async () => {
    expect(await refusal()).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /^nothing was done: while ethyl is away nobody else would serve\n {2}VIP front .*fred: haproxy is failed instead of active/,
      ),
      hint: expect.stringContaining('--allow-outage makes the reboot all the same'),
    });
    expect(turns(await open({ allowOutage: true }))).toHaveLength(2);
  });

  test('as keepalived of the other has the VIP in FAULT', async () => {
    Object.assign(pair.says.fred, new AnsweringPair().says.fred, { inFault: ['front'] });
    expect(await refusal()).toMatchObject({
      message: expect.stringMatching(
        /^nothing was done: .*\n {2}VIP front .*fred: keepalived there is in FAULT/,
      ),
    });
  });

  test('the one that is out already is gone on with', async () => {
    pair.left(
      new Map([
        ['fred', stand('taken')],
        ['ethyl', stand('done')],
      ]),
    );
    expect(turns(await open())).toEqual([['fred', 'front', 'taken', 'yes']]);
  });
});

test('a boot that would take away the file for which a drained host gives its VIP away is refused', async () => {
  const text =
    'vrrp_script s {\n script "/usr/bin/test ! -e /run/maint"\n}\nvrrp_instance front {\n virtual_ipaddress {\n 192.0.2.10/24\n }\n track_script {\n s\n }\n}\n';
  pair.says.ethyl.keepalived = `config /etc/keepalived/keepalived.conf ${Buffer.from(text).toString('base64')}`;
  expect(await refusal()).toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(/^nothing was done: a boot of ethyl takes \/run\/maint away, /),
    hint: expect.stringMatching(/; --allow-outage makes the reboot all the same$/),
  });
  expect(turns(await open({ allowOutage: true }))).toHaveLength(2);
  works.ethyl = looked;
  expect(turns(await open()).map(([, , , boot]) => boot)).toEqual(['no', 'yes']);
});

test('nobody else would serve, as the roll itself has taken out the other one, which is not meant now: refused', async () => {
  pair.left(
    new Map([
      ['ethyl', stand('booting', 'kernel:0')],
      ['fred', stand('due')],
    ]),
  );
  pair.says.ethyl.facts = 'drained=yes 1700000000 bob@desk';
  for (const one of Object.values(pair.says))
    one.servers = ['web,FRONTEND,0,OPEN,,', 'web,fred,0,UP,L4OK,', 'web,ethyl,0,DRAIN,L4OK,'];
  expect(await refusal({ limit: ['fred'] })).toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(/^nothing was done: while fred is away nobody else would serve/),
  });
});

test('what is broken is told, and who would not start again is refused, where there is work for it', async () => {
  pair.findings = [
    finding('server-down', 'broken', 'a server is down'),
    finding('drift', 'warning', 'a file differs'),
    finding('configuration-refused', 'broken', 'HAProxy refuses its configuration'),
  ];
  expect(await refusal()).toEqual({
    exitCode: 1,
    message: 'nothing was done\n  HAProxy refuses its configuration\n    line 3: unknown keyword',
    hint: 'mend it; --allow-outage makes the reboot all the same',
  });
  expect(pair.messages).toEqual([
    'broken before this begins: a server is down',
    'broken before this begins: HAProxy refuses its configuration',
  ]);
  expect(turns(await open({ limit: ['fred'] }))).toHaveLength(1);
  expect(turns(await open({ allowOutage: true }))).toHaveLength(2);
});

test('what lint calls an error is told, and ends nothing', async () => {
  pair.raw.vips.front = { ...pair.raw.vips.front, check: { weight: 1 } };
  expect(turns(await open())).toHaveLength(2);
  expect(pair.messages).toEqual([
    expect.stringMatching(
      /inventory.json:\d+: vips.front.check.weight: with a weight of 1, ethyl \(100\) does not come before fred .* \(haprov lint says more\)$/,
    ),
  ]);
});

test('a roll that cannot go on says whom the one that was left has drained', async () => {
  pair.left(
    new Map([
      ['ethyl', stand('taken')],
      ['fred', stand('due')],
    ]),
  );
  pair.says.ethyl.facts = 'drained=yes 1700000000 bob@desk';
  pair.says.fred.isAway = true;
  expect(await refusal()).toMatchObject({ exitCode: 3 });
  expect(pair.events).toContainEqual(
    expect.objectContaining({
      level: 'warning',
      host: 'ethyl',
      text: 'is still drained by the haprov reboot that was left (haprov undrain ethyl gives it its place back)',
    }),
  );
});

test('another command that was left goes on first, unless it begins anew', async () => {
  pair.left(
    new Map([
      ['ethyl', stand('taken')],
      ['fred', stand('due')],
    ]),
    'patch --security',
  );
  expect(await refusal()).toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/^haprov patch --security of bob@desk, begun 1m 0\ds ago, was left/),
  });
  expect((await open({ anew: true })).plan.resumed).toEqual([
    expect.stringMatching(/^begins anew: haprov patch/),
  ]);
});

test('a roll that was left goes on with its own hosts, and others are refused before anything is asked', async () => {
  pair.left(new Map([['ethyl', stand('booting', 'kernel:0')]]));
  pair.says.ethyl.facts = 'drained=yes 1700000000 bob@desk';
  const { plan, roll } = await open({ limit: ['ethyl'] });
  expect(plan.turns.map(({ host }) => host)).toEqual(['ethyl']);
  expect([...roll.note.hosts.keys()]).toEqual(['ethyl']);
  expect(plan.resumed).toEqual([expect.stringMatching(/ethyl was told to boot$/)]);
  asked = [];
  for (const limit of [['fred'], undefined])
    expect(await refusal(limit ? { limit } : {})).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /was left \(ethyl was .*; no part of it: fred\), and nothing was done now$/,
      ),
      hint: expect.stringMatching(
        /^haprov reboot INVENTORY ethyl goes on with it; --anew begins haprov reboot/,
      ),
    });
  expect(asked).toEqual([]);
});

test('a host that has booted since has no run, and is only asked whether it must once more', async () => {
  pair.left(
    new Map([
      ['ethyl', stand('booting', 'kernel:0')],
      ['fred', stand('due')],
    ]),
  );
  pair.says.ethyl.facts = 'drained=yes 1700000000 bob@desk';
  const opened = await open();
  expect(turns(opened)).toEqual([
    ['ethyl', '', 'booting', 'no'],
    ['fred', 'front', 'due', 'yes'],
  ]);
  expect(asked).toEqual(['fred']);
  expect(opened.roll.hosts.map(({ run }) => run !== undefined)).toEqual([false, true]);
  expect(opened.roll.hosts[0]?.owed).toBe(looked.owed);
  expect(opened.roll.note.roll).toBe('old');
});

test('a host with nothing to do has no turn, unless a roll that is begun anew has left it drained', async () => {
  works = {};
  const { plan, roll } = await open();
  expect([plan.turns, [...roll.note.hosts.values()].map(({ state }) => state)]).toEqual([
    [],
    ['done', 'done'],
  ]);
  pair.left(
    new Map([
      ['ethyl', stand('taken')],
      ['fred', stand('due')],
    ]),
  );
  pair.says.ethyl.facts = 'drained=yes 1700000000 bob@desk';
  expect(turns(await open({ anew: true }))).toEqual([['ethyl', '', 'taken', 'no']]);
});

test('a host that the operator has drained stays so', async () => {
  pair.says.ethyl.facts = 'drained=yes 1700000000 me@laptop';
  const { plan, roll } = await open({ limit: ['ethyl'] });
  expect(plan.turns).toMatchObject([{ host: 'ethyl', staysDrained: true }]);
  expect(roll.note.hosts.get('ethyl')).toMatchObject({ staysDrained: true });
});

test('an inventory that was edited and not applied changes nothing of it', async () => {
  pair.raw.vips.second = { address: '192.0.2.11', virtualRouterId: 38, group: 'all' };
  pair.raw.services.more = { port: 8181, backends: { group: 'all', port: 9090 } };
  const { inventory, roll } = await open();
  const now = await roll.pair.look().catch(() => new Map());
  expect([...inventory.vips, ...inventory.services].map(({ name }) => name)).toEqual(['front', 'web']);
  expect(now.size).toBe(0);
  expect(roll.pair.faults(['ethyl', 'fred'], new Set(), roll.before).sentences).toEqual([]);
  expect(roll.hosts.every(({ maintenance }) => maintenance.vips.length === 1)).toBe(true);
});

test('a balancer that cannot be told, since its socket is gone, would send clients to a host that boots', async () => {
  pair.says.fred.told = 'lost /run/stats';
  expect(await refusal({ limit: ['ethyl'] })).toEqual({
    exitCode: 1,
    message:
      'nothing was done\n  HAProxy on fred runs, and its socket /run/stats is not there any more: it cannot be told, and goes on sending requests to ethyl',
    hint: expect.stringMatching(
      /^systemctl restart haproxy on fred .*; --allow-outage makes the reboot all the same$/,
    ),
  });
  expect(turns(await open({ limit: ['ethyl'], allowOutage: true }))).toHaveLength(1);
  // Its own clients go with its VIP.
  expect(turns(await open({ limit: ['fred'] }))).toHaveLength(1);
});

test('hosts by which others are reached are last, and the plan names those', async () => {
  jest.mocked(waysOf).mockResolvedValueOnce(new Map([['fred', ['ethyl']]]));
  const { plan } = await open();
  expect(plan.turns.map(({ host, leadsTo }) => [host, leadsTo])).toEqual([
    ['fred', []],
    ['ethyl', ['fred']],
  ]);
});
