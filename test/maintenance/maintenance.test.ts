import { resolve } from 'node:path';
import { type HaprovError, HostError } from '../../src/errors';
import type { Connection } from '../../src/host/connection';
import { checked } from '../../src/host/script-result';
import { drainHost } from '../../src/maintenance/drain-host';
import type { Maintenance } from '../../src/maintenance/maintenance';
import { requireServing, undrainHost } from '../../src/maintenance/undrain-host';
import { type DrainFile, noDrainMeans } from '../../src/pair/drain-means';
import { Pair } from '../../src/pair/pair';
import { sshHosts } from '../../src/rollout/ssh-host';
import { loadInventory } from '../support/load-inventory';

/** Drain and undrain of fred, one of the two of the example inventory, on a model of both hosts. */

const inventory = loadInventory(resolve('inventory.example.json'), {
  HAPROV_STATS_PASSWORD: 'a-password-of-tests',
});
const address = '192.168.56.200';

class Model {
  /** What was done, in its order. */
  readonly did: string[] = [];
  readonly said: string[] = [];
  readonly warned: string[] = [];
  /** What Ctrl-C is said to do from then on. */
  readonly begun: string[] = [];
  readonly stop = new AbortController();
  readonly names = ['fred', 'ethyl'];
  /** Who has the VIP; it follows fred's flag unless it is stuck. */
  holder = 'fred';
  isStuck = false;
  /** Who takes it. */
  next = 'ethyl';
  flag = false;
  preempts = true;
  readonly lists = new Map(this.names.map((name) => [name, new Set<string>()]));
  /** How each HAProxy calls ethyl's server. */
  ethyl = 'UP,L4OK';
  /** Sessions of fred's server on both balancers, one entry a look; then none. */
  sessions: number[] = [];

  /** Whether its keepalived.conf has nothing that looks at the flag. */
  keepsItsVips = false;
  why = 'its keepalived.conf has nothing that looks at the flag';
  drainFiles: DrainFile[] = [];
  lostAtBoot: string[] = [];
  /** The row that has set the flag. */
  flagWords = '';
  /** Whether HAProxy says anything of itself. */
  counts = true;
  /** Whose HAProxy takes no commands. */
  mute: string[] = [];
  /** Whose HAProxy has lost the file of its socket. */
  readonly lostSockets = new Map<string, string>();
  /** What HAProxy calls the section of the servers. */
  section = 'cluster37';
  balances = true;
  httpd = 'active';
  /** What the inventory has HAProxy listen on, and where it listens now. */
  wanted: number[] = [];
  readonly listening: Record<string, number[]> = {};
  /** The frontends that a HAProxy reports. */
  readonly frontends: Record<string, string[]> = {};

  maintenance(reached = this.names): Maintenance {
    const connections = new Map(reached.map((name) => [name, this.#connection(name)]));
    const hosts = sshHosts({
      connections,
      asked: inventory.haproxy,
      reconnect: async (name) => {
        if (this.hung.has(name)) await silence(10_000);
        throw new HostError(name, 'is gone');
      },
    });
    const { balances } = this;
    const units = balances ? [] : ['httpd'];
    const readiness = new Map(this.names.map((name) => [name, { units, ports: this.wanted, balances }]));
    const vips = inventory.vips.map((vip) => ({ ...vip, preempt: this.preempts }));
    return {
      host: 'fred',
      vips,
      means: {
        ...noDrainMeans,
        drainFiles: this.drainFiles,
        lostAtBoot: this.lostAtBoot,
        unmovable: this.keepsItsVips ? vips.map((vip) => ({ vip, why: this.why })) : [],
      },
      mute: new Set(this.mute),
      lostSockets: this.lostSockets,
      virtualServers: inventory.virtualServers,
      services: inventory.services,
      pair: new Pair(inventory, hosts, readiness),
      hosts,
      by: 'me@laptop',
      busy: this.busy,
      wasDrained: this.flag,
      say: (line) => void this.said.push(line),
      warn: (text) => void this.warned.push(text),
      stopping: this.stop.signal,
      begin: (words) => void this.begun.push(words),
    };
  }

  #connection(name: string): Connection {
    const runScript = checked(name, async (script, { timeoutMs = 0 }) => {
      if (this.hung.has(name)) {
        await silence(timeoutMs);
        throw new HostError(name, `the command did not end within ${timeoutMs / 1000} s`);
      }
      return { ...this.#run(name, script), ms: 0 };
    });
    return { host: name, user: 'root', execs: 0, runScript, close: () => {} };
  }

  readonly busy = new Map<string, string>();
  /** Whose keepalived has the VIP in FAULT. */
  inFault: string[] = [];
  /** Who takes what is sent and says nothing. */
  readonly hung = new Set<string>();

  /** Scripts of `name` that have one of these in them fail with these words. */
  readonly broken: [name: string, part: string, stderr: string][] = [];

  #run(name: string, script: string): { code: number; stdout: string; stderr: string } {
    const broken = this.broken.find(([host, part]) => host === name && script.includes(part));
    if (broken) return { code: 1, stdout: '', stderr: broken[2] };
    return { code: 0, stdout: this.#carryOut(name, script), stderr: '' };
  }

  #carryOut(name: string, script: string): string {
    const last = script.trimEnd().split('\n').at(-1) ?? '';
    const [verb = '', ...words] = last
      .replace(' >/dev/null', '')
      .replace(/'(\S+) \S+'/g, '$1')
      .split(' ');
    if (verb === 'observe') return this.#observe(name);
    if (verb === 'in_fault') return this.inFault.includes(name) ? 'fault other\nfault router37\n' : '';
    if (verb === 'keep_drained') for (const server of words) this.lists.get(name)?.add(server);
    else if (verb === 'give_back') for (const server of words) this.lists.get(name)?.delete(server);
    else if (last.includes('me@laptop')) {
      this.flagWords = last;
      this.#setFlag(true);
    } else if (last === 'take_flag_down') this.#setFlag(false);
    else throw new Error(`${name} was not told what to do with:\n${last}`);
    this.did.push(`${name}: ${['keep_drained', 'give_back'].includes(verb) ? verb : `flag ${this.flag}`}`);
    return '';
  }

  #setFlag(isSet: boolean): void {
    this.flag = isSet;
    if (!this.isStuck) this.holder = isSet ? this.next : 'fred';
  }

  #observe(name: string): string {
    const list = [...(this.lists.get(name) ?? [])];
    const sessions = (name === 'fred' ? this.sessions[0] : this.sessions.shift()) ?? 0;
    return [
      ...(this.holder === name ? [`address ${address}`] : []),
      ...(this.flag && name === 'fred' ? ['drained yes'] : []),
      ...list.map((server) => `drained-server ${server}`),
      ...(this.listening[name] ?? []).map((port) => `listen ${port.toString(16)}`),
      ...(!this.counts && name === 'fred' ? ['haproxy none'] : []),
      ...(this.balances && (this.counts || name !== 'fred')
        ? [
            'stat # pxname,svname,scur,status,check_status,',
            `stat ${this.section},fred,${sessions},${list.includes('cluster37/fred') ? 'DRAIN' : 'UP'},L4OK,`,
            `stat ${this.section},ethyl,0,${this.ethyl},`,
            ...(this.frontends[name] ?? []).map((frontend) => `stat ${frontend},FRONTEND,0,OPEN,,`),
          ]
        : [`unit httpd ${name === 'ethyl' ? this.httpd : 'active'}`]),
    ].join('\n');
  }
}

const silence = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** What becomes of `work`, without the time that its waiting takes. */
/** What the operator was advised last. */
let hint: string | undefined;
async function withoutWaiting<T>(work: Promise<T>): Promise<string> {
  const outcome = work.then(
    () => 'done',
    (error: HaprovError) => {
      hint = error.hint;
      return error.message;
    },
  );
  let ended = false;
  void outcome.then(() => {
    ended = true;
  });
  while (!ended) await jest.advanceTimersByTimeAsync(250);
  return outcome;
}

let model: Model;
const wishes = { timeoutMs: 5000, force: false };
const drain = (more = {}, reached?: string[]) =>
  withoutWaiting(drainHost(model.maintenance(reached), { ...wishes, ...more }));
const undrain = (reached?: string[]) => withoutWaiting(undrainHost(model.maintenance(reached)));
const nothing = { flag: false, lists: [[], []] };
const state = () => ({ flag: model.flag, lists: [...model.lists.values()].map((list) => [...list]) });
const drained = { flag: true, lists: [['cluster37/fred'], ['cluster37/fred']] };

beforeEach(() => {
  jest.useFakeTimers();
  model = new Model();
});
afterEach(() => jest.useRealTimers());

describe('drain', () => {
  test('the other one dies while it waits for sessions: that is told at once, and all is taken back', async () => {
    model.sessions = Array(1000).fill(1);
    setTimeout(() => model.hung.add('ethyl'), 2000);
    const begun = performance.now();
    expect(await drain({ timeoutMs: 600_000 })).toMatch(
      /^fred: nobody else serves any more \(VIP router37 .*: ethyl: it does not answer.*\): mend that first; NOT all was taken back: ethyl could not be told: /,
    );
    expect(state()).toEqual({ flag: false, lists: [[], ['cluster37/fred']] });
    // An answer takes 15 s at most, and a login 10 s.
    expect(performance.now() - begun).toBeLessThan(60_000);
  });

  test('the servers first, then the address, once what they were at is done', async () => {
    model.sessions = [0, 2, 2, 1];
    expect(await drain()).toBe('done');
    expect(model.did).toEqual(['fred: keep_drained', 'ethyl: keep_drained', 'fred: flag true']);
    expect(model.said).toEqual([
      'cluster37/fred: drained on fred and ethyl',
      expect.stringMatching(/^4 sessions are left: waiting, 5 s at most$/),
      expect.stringMatching(/^VIP router37 \(192\.168\.56\.200\): on ethyl after /),
      expect.stringMatching(/^waited .*: 0 sessions left$/),
    ]);
    expect(state()).toEqual(drained);
  });

  test('what is left once the address has moved is told of before it is waited for, and how it ends', async () => {
    // After the looks at the start, at the servers, before the move and at the address.
    model.sessions = [0, 0, 0, 0, 0, 1, 1, 0];
    expect(await drain()).toBe('done');
    expect(model.said.at(-2)).toMatch(
      /^\d sessions? (?:is|are) left: waiting, 5 s at most; one that the move has cut off .* timeout client$/,
    );
  });

  test('sessions that outlast the time: it stays drained, and they are counted', async () => {
    model.sessions = Array(1000).fill(1);
    expect(await drain()).toMatch(
      /^fred is drained, but after .* 2 sessions are left \(cluster37\/fred on fred: 1;/,
    );
    expect(state()).toEqual(drained);
    expect(model.holder).toBe('ethyl');
  });

  test('an address that stays: all is taken back', async () => {
    model.isStuck = true;
    expect(await drain()).toBe('fred: its VIP stayed where it is; all was taken back');
    expect(state()).toEqual(nothing);
  });

  test.each([
    [
      'fred',
      '\ntake_flag_down\n',
      'NOT all was taken back: its flag could not be removed: rm: read-only (exit code 1)',
    ],
    ['ethyl', 'give_back', 'NOT all was taken back: ethyl could not be told: rm: read-only (exit code 1)'],
  ])('what cannot be taken back on %s is said', async (name, part, said) => {
    model.isStuck = true;
    model.broken.push([name, part, 'rm: read-only\n']);
    expect(await drain()).toBe(`fred: its VIP stayed where it is; ${said}`);
  });

  test('a flag for which there is no room: all is taken back, and room is what to make', async () => {
    const full = '/var/lib/haprov has 12 kB left: No space left on device';
    model.broken.push(['fred', '\nraise_flag ', `${full}\n`]);
    expect(await drain()).toBe(
      `fred: its flag could not be written: ${full} (exit code 1); all was taken back`,
    );
    expect(hint).toBe('make room on the host, then run this again');
  });

  test('an address that nobody takes: all is taken back', async () => {
    model.next = 'nobody';
    expect(await drain()).toMatch(
      /^fred: nobody took VIP router37 \(192\.168\.56\.200\) within \d+\.\d s; all was taken back$/,
    );
    expect([state(), model.holder]).toEqual([nothing, 'fred']);
  });

  test('an address that stays, and it is meant all the same', async () => {
    model.isStuck = true;
    expect(await drain({ force: true })).toBe('done');
    expect(model.warned).toEqual(['fred: its VIP stayed where it is']);
    expect(state()).toEqual(drained);
  });

  describe('an inventory that asks for port 8090, and is not applied', () => {
    const frontends = ['cluster37', 'www'];
    test('nobody misses it: the host is drained, and gets its place back', async () => {
      model.wanted = [80, 8090];
      Object.assign(model.listening, { fred: [80], ethyl: [80] });
      Object.assign(model.frontends, { fred: frontends, ethyl: frontends });
      expect(await drain()).toBe('done');
      expect(await undrain()).toBe('done');
    });
    test.each<[string, object, object, RegExp]>([
      ['fred has it already', { fred: [80, 8090] }, {}, /ethyl: nobody listens on port 8090/],
      ['a port that is served is shut there', { ethyl: [] }, {}, /ethyl: nobody listens on port 80\b/],
      [
        'its HAProxy lacks what is served',
        {},
        { ethyl: ['cluster37'] },
        /ethyl: nobody listens on port 8090/,
      ],
      ['its HAProxy does not say what it serves', {}, { ethyl: [] }, /ethyl: nobody listens on port 8090/],
    ])('it is refused where %s', async (_, listening, has, says) => {
      model.wanted = [80, 8090];
      Object.assign(model.listening, { fred: [80], ethyl: [80], ...listening });
      Object.assign(model.frontends, { fred: frontends, ethyl: frontends, ...has });
      expect(await drain()).toMatch(says);
      expect(state()).toEqual(nothing);
    });
  });

  test('nobody else would serve: nothing is changed, unless it is meant', async () => {
    model.ethyl = 'DOWN,L4CON';
    expect(await drain()).toMatch(/nothing was changed: nobody else would serve\n {2}service cluster37 /);
    expect([state(), model.did, model.begun]).toEqual([nothing, [], []]);
    expect(await drain({ force: true })).toBe('done');
    expect(model.begun).toEqual([expect.stringMatching(/^the drain is undone; /)]);
    expect(model.warned).toEqual([expect.stringContaining('would have no server')]);
  });

  test('a host whose keepalived has the VIP in FAULT is not relied on', async () => {
    model.inFault = ['ethyl'];
    expect(await drain()).toMatch(
      /nothing was changed: nobody else would serve\n {2}VIP router37 \(.*\) would have no host: ethyl: keepalived there is in FAULT for it$/,
    );
    expect([state(), model.did, model.begun]).toEqual([nothing, [], []]);
    expect(await drain({ force: true })).toBe('done');
    expect(model.warned).toEqual([expect.stringMatching(/^VIP router37 .* is in FAULT for it$/)]);
  });

  test.each([
    ['its own', ['fred'], ''],
    ['that of one that does not say', ['ethyl'], 'no journal'],
  ])('FAULT that is %s is in nobody’s way', async (_, inFault, why) => {
    model.inFault = inFault;
    if (why) model.broken.push(['ethyl', '\nin_fault', why]);
    expect(await drain()).toBe('done');
  });

  test('a host in the middle of somebody’s run is not relied on', async () => {
    model.busy.set('ethyl', 'a run of jo@laptop is being made there (R)');
    expect(await drain()).toMatch(
      /nothing was changed: nobody else would serve\n {2}VIP router37 \(.*\) would have no host: ethyl: a run of jo@laptop is being made there \(R\)/,
    );
    expect([state(), model.did, model.begun]).toEqual([nothing, [], []]);
    expect(await drain({ force: true })).toBe('done');
  });

  test('a keepalived that does not look at the flag is known before anything is touched', async () => {
    model.keepsItsVips = true;
    expect(await drain()).toMatch(
      /^fred was not drained, nothing was changed: its keepalived\.conf has nothing that looks at .*VIP router37/,
    );
    expect([state(), model.did]).toEqual([nothing, []]);
    model.isStuck = true;
    const begun = Date.now();
    expect(await drain({ force: true })).toBe('done');
    // Nobody waits for what cannot be.
    expect(Date.now() - begun).toBeLessThan(5000);
    expect(state()).toEqual(drained);
  });

  test('files of its own that its keepalived looks at go to the host with the flag', async () => {
    model.drainFiles = [{ path: '/etc/keepalived/weight', content: '-253' }];
    expect(await drain()).toBe('done');
    expect(model.flagWords).toMatch(/ me@laptop \/etc\/keepalived\/weight -253$/);
  });

  test('of a file that a boot takes away it is said', async () => {
    model.lostAtBoot = ['/run/maint'];
    expect(await drain()).toBe('done');
    expect(model.warned).toEqual([
      expect.stringMatching(/^a boot of fred takes \/run\/maint away, .*in \/etc/),
    ]);
  });

  test('balancers that take no commands are named before anything is touched, and not told', async () => {
    model.mute = ['ethyl'];
    expect(await drain()).toBe('done');
    expect(model.warned).toEqual([
      expect.stringMatching(
        /^HAProxy on ethyl takes no commands .* requests to cluster37\/fred until its check fails there; .* where it has none, add /,
      ),
    ]);
    expect(model.did).toEqual(['fred: keep_drained', 'fred: flag true']);
    expect(await undrain()).toBe('done');
    expect(state()).toEqual(nothing);
    expect(model.warned).toHaveLength(1);
  });

  describe('a HAProxy that runs, and whose socket’s file is gone', () => {
    const lost = 'HAProxy on ethyl runs, and its socket /run/stats is not there any more';
    const tells = ['ethyl', 'keep_drained', 'HAProxy there runs, and its socket is gone\n'] as const;

    test('where its clients would go on to the host: nothing is changed, unless it is meant', async () => {
      model.lostSockets.set('ethyl', '/run/stats');
      model.broken.push([...tells]);
      expect(await drain()).toBe(
        `fred: nothing was changed: ${lost}: it cannot be told, and goes on sending requests to fred`,
      );
      expect(hint).toMatch(
        /^systemctl restart haproxy on ethyl makes it anew .*; --force drains fred all the same$/,
      );
      expect([state(), model.did, model.begun]).toEqual([nothing, [], []]);
      expect(await drain({ force: true })).toBe('done');
      expect(model.warned).toEqual([
        `${lost}, so it cannot be told: systemctl restart haproxy makes it anew`,
        'ethyl still sends requests to cluster37/fred',
      ]);
    });

    test('of a balancer that serves no client, and gets none by this, it is said before', async () => {
      model.holder = 'lucy';
      model.next = 'lucy';
      model.lostSockets.set('ethyl', '/run/stats');
      model.broken.push([...tells]);
      expect(await drain()).toBe('done');
      expect(model.warned[0]).toMatch(/^HAProxy on ethyl runs, and its socket \/run\/stats /);
    });

    test('the host’s own: its clients go with its VIP', async () => {
      model.lostSockets.set('fred', '/run/stats');
      model.broken.push(['fred', 'keep_drained', 'gone\n']);
      expect(await drain()).toBe('done');
      expect(model.warned[0]).toMatch(/^HAProxy on fred runs/);
    });

    test('one that is lost in the middle: all is taken back', async () => {
      model.broken.push([...tells]);
      expect(await drain()).toBe('fred: ethyl still sends requests to cluster37/fred; all was taken back');
      expect(state()).toEqual(nothing);
    });
  });

  test('where nobody takes commands only the address goes', async () => {
    model.mute = ['fred', 'ethyl'];
    expect(await drain()).toBe('done');
    expect(model.warned).toHaveLength(1);
    expect(model.did).toEqual(['fred: flag true']);
  });

  test('sessions that nobody can count are not said to be none', async () => {
    model.counts = false;
    expect(await drain()).toBe('done');
    expect(model.warned).toEqual([
      expect.stringMatching(/^how many clients HAProxy on fred serves cannot be counted/),
    ]);
    expect(model.said.at(-1)).toMatch(/: nobody can say how many sessions are left$/);
  });

  test('servers that no HAProxy has by that name are not said to be drained', async () => {
    model.section = 'app';
    expect(await drain()).toBe('done');
    expect(model.did).toEqual(['fred: flag true']);
    expect(model.warned).toEqual([expect.stringMatching(/^no HAProxy has a server cluster37\/fred: /)]);
    expect(model.said.join()).not.toContain('cluster37/fred');
  });

  test('a pair without HAProxy: nobody says how the servers are, and unknown is not down', async () => {
    model.balances = false;
    expect(await drain()).toBe('done');
    expect(model.did).toEqual(['fred: flag true']);
    expect(await undrain()).toBe('done');
    expect(state()).toEqual(nothing);
    expect(model.said.join()).not.toMatch(/up on|given back/);
    model.httpd = 'failed';
    expect(await drain()).toMatch(
      /service cluster37 would have no server: ethyl: httpd is failed instead of active/,
    );
  });

  test('once more: what a balancer has forgotten is told again, and nothing else happens', async () => {
    await drain();
    model.lists.get('ethyl')?.clear();
    expect(await drain()).toBe('done');
    expect(state()).toEqual(drained);
  });

  test('Ctrl-C before its first change: nothing is changed', async () => {
    model.stop.abort();
    expect(await drain()).toBe('fred: stopped, and nothing was changed');
    expect(state()).toEqual(nothing);
    expect(model.did).toEqual([]);
  });

  test('Ctrl-C while it waits: all is taken back', async () => {
    model.sessions = Array(1000).fill(1);
    setTimeout(() => model.stop.abort(), 1000);
    expect(await drain()).toBe('fred: stopped, and all was taken back');
    expect(state()).toEqual(nothing);
  });

  test.each([false, true])(
    'Ctrl-C while its address goes: all is as before (drained before: %s)',
    async (before) => {
      if (before) await drain();
      const was = state();
      model.isStuck = true;
      model.holder = 'fred';
      const begun = Date.now();
      setTimeout(() => model.stop.abort(), 3000);
      expect(await drain({ force: true })).toBe(
        `fred: stopped, and ${before ? 'it stays drained, as it was' : 'all was taken back'}`,
      );
      expect(Date.now() - begun).toBeLessThan(4000);
      expect(state()).toEqual(was);
    },
  );

  test('Ctrl-C when its address has gone: it stays drained, and nothing is said to be cut', async () => {
    model.sessions = [0, 0, 0, 0, ...Array(1000).fill(1)];
    setTimeout(() => model.stop.abort(), 2000);
    expect(await drain({ cuts: true })).toMatch(/^fred is drained, but after .* 2 sessions are left/);
    expect(state()).toEqual(drained);
  });

  test('Ctrl-C beside a balancer that is silent: it ends at once, but for the 30 s that this one has', async () => {
    const begun = Date.now();
    model.sessions = Array(1000).fill(1);
    setTimeout(() => model.hung.add('ethyl'), 900);
    setTimeout(() => model.stop.abort(), 2000);
    expect(await drain({ force: true })).toBe(
      'fred: stopped, and NOT all was taken back: ethyl could not be told: the command did not end within 30 s',
    );
    expect(Date.now() - begun).toBeLessThan(2000 + 30_000 + 1000);
    expect(state()).toEqual({ flag: false, lists: [[], ['cluster37/fred']] });
  });

  test('a silent host is waited for by the first look only, and is seen again when it answers', async () => {
    model.hung.add('ethyl');
    setTimeout(() => model.hung.delete('ethyl'), 60_000);
    const pair = model.maintenance().pair;
    const looks: [number, string[]][] = [];
    const begun = Date.now();
    const looking = async () => {
      while (Date.now() - begun < 90_000) {
        const pairState = await pair.look();
        looks.push([Date.now() - begun, [...pairState.keys()]]);
        await silence(1000);
      }
    };
    expect(await withoutWaiting(looking())).toBe('done');
    expect(looks[0]).toEqual([25_000, ['fred']]);
    expect(looks[1]).toEqual([26_000, ['fred']]);
    expect(looks.at(-1)?.[1]).toEqual(['fred', 'ethyl']);
  });

  test('a balancer that is away is named; without it nobody is there to take the address', async () => {
    expect(await drain({}, ['fred'])).toMatch(
      /VIP router37 .* would have no host: ethyl: it does not answer/,
    );
    model.holder = 'nobody';
    expect(await drain({ force: true }, ['fred'])).toBe('done');
    expect(model.warned).toContainEqual(
      expect.stringMatching(/^ethyl could not be told: it cannot be reached/),
    );
  });

  test('a host that is away itself loses its servers, and its flag is not spoken of', async () => {
    model.holder = 'ethyl';
    expect(await drain({}, ['ethyl'])).toBe('done');
    expect(state()).toEqual({ flag: false, lists: [[], ['cluster37/fred']] });
  });
});

describe('undrain', () => {
  test('gives back the servers, then the address, and says where they are', async () => {
    await drain();
    model.did.length = 0;
    expect(await undrain()).toBe('done');
    expect(model.did).toEqual(['fred: give_back', 'ethyl: give_back', 'fred: flag false']);
    expect(state()).toEqual(nothing);
    expect(model.said).toEqual(
      expect.arrayContaining([
        'cluster37/fred: up on fred and ethyl',
        'VIP router37 (192.168.56.200): on fred',
      ]),
    );
  });

  test('Ctrl-C: it has its place back, and who waits no longer is told so', async () => {
    await drain();
    model.isStuck = true;
    setTimeout(() => model.stop.abort(), 2000);
    expect(await undrain()).toBe(
      'fred: stopped, and it is no longer drained; haprov did not wait until everything is back',
    );
    expect(state()).toEqual(nothing);
  });

  test('of a host that was not drained: nothing, but for what was left', async () => {
    expect(await undrain()).toBe('done');
    expect([model.said, model.did, model.begun]).toEqual([['fred was not drained'], [], []]);
    model.lists.get('ethyl')?.add('cluster37/fred').add('gone/fred').add('gone/ethyl');
    expect(await undrain()).toBe('done');
    expect(state()).toEqual({ flag: false, lists: [[], ['gone/ethyl']] });
  });

  test.each([true, false])(
    'a flag that cannot be removed: no place is back (preempt: %s)',
    async (preempts) => {
      await drain();
      model.preempts = preempts;
      model.broken.push(['fred', '\ntake_flag_down\n', 'rm: cannot remove: Read-only file system\n']);
      expect(await undrain()).toBe(
        'fred: could not take its drain flag away, so it is still drained: rm: cannot remove: Read-only file system (exit code 1)',
      );
      expect(model.flag).toBe(true);
      expect(model.said.join()).not.toContain('has its place back');
    },
  );

  test('an address that does not come back is told', async () => {
    await drain();
    model.isStuck = true;
    expect(await undrain()).toMatch(
      /^fred is no longer drained, but after .* not all is back:\n {2}VIP router37 is with ethyl, not with fred$/,
    );
    expect(state()).toEqual(nothing);
  });

  test.each([
    [
      'what listens on the other alone',
      { ethyl: [80] },
      /^fred is not drained, and does not serve:\n {2}nobody listens on port 80$/,
    ],
    ['nothing of an edit that is not applied', { ethyl: [80], fred: [80] }, /^done$/],
  ])('a host that is in service says what is missing there: %s', async (_, listening, says) => {
    model.wanted = [80, 8090];
    Object.assign(model.listening, listening);
    Object.assign(model.frontends, { fred: ['www'], ethyl: ['www'] });
    expect(await withoutWaiting(requireServing(model.maintenance()))).toMatch(says);
  });

  test('one that has just been started has time to listen', async () => {
    model.wanted = [80];
    Object.assign(model.listening, { ethyl: [80], fred: [] });
    setTimeout(() => Object.assign(model.listening, { fred: [80] }), 3000);
    expect(await withoutWaiting(requireServing(model.maintenance()))).toBe('done');
  });

  test('a host that is away keeps its flag; the balancers are told', async () => {
    await drain();
    expect(await undrain(['ethyl'])).toBe('done');
    expect(state()).toEqual({ flag: true, lists: [['cluster37/fred'], []] });
  });
});
