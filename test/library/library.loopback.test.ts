import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  apply,
  type CallOptions,
  drain,
  drill,
  type Event,
  exec,
  HaprovError,
  type Inventory,
  lint,
  loadInventory,
  log,
  logs,
  type NewHostKey,
  patch,
  plan,
  purge,
  push,
  reboot,
  render,
  rollback,
  status,
  unlock,
  watchStatus,
} from 'haprov';
import { rollout } from '../../src/calls/call';
import { ranged, saidIn } from '../../src/calls/takes';
import { type CountingProxy, countingProxy } from '../support/counting-proxy';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import {
  answers,
  type CommandHandler,
  newKey,
  publicLine,
  type SshServer,
  startSshServer,
} from '../support/ssh-server';

/** haprov as another program calls it: nothing of one call is another's, and each ends when it is told to. */

/** A caller with an inventory, a host and secrets of his own. */
interface Caller {
  files: SshFiles;
  server: SshServer;
  proxy: CountingProxy;
  inventory: string;
  events: Event[];
  options: CallOptions;
}

const callers: Caller[] = [];
const secrets = ['first-secret-of-one', 'second-secret-of-other'];
/** A host that says every secret there is, and no more. */
const babbles = answers({ stderr: secrets.join(' and '), code: 3 });

async function caller(
  name: string,
  {
    host = babbles,
    user = {} as object,
    more = {} as object,
    knows = true,
    transport = 'auto',
    ssh: way = {} as object,
  } = {},
): Promise<Caller> {
  const files = sshFiles();
  const users = { root: { publicKey: files.publicKey, ...user } };
  const server = await startSshServer({ users, commands: { 'env LC_ALL=C sh -s': host } });
  const proxy = await countingProxy(server.port);
  if (knows)
    files.write('known_hosts', `[127.0.0.1]:${proxy.port} ${publicLine(server.hostKeys[0] ?? '')}\n`);
  mkdirSync(files.path('templates'));
  files.write('templates/own.ejs', '<%= vars.value %>\n');
  files.write('own.json', JSON.stringify({ tasks: [{ name: 'One', resources: [own] }] }));
  const ssh = { user: 'root', port: proxy.port, configFile: 'config', transport, ...way };
  const said = { name, hosts: { [name]: { address: '127.0.0.1', ssh } }, playbooks: ['./own.json'], ...more };
  const inventory = files.write(
    'inventory.json',
    JSON.stringify({ vars: { value: { env: 'VALUE' } }, ...said }),
  );
  const events: Event[] = [];
  const made: Caller = {
    files,
    server,
    proxy,
    inventory,
    events,
    options: { onEvent: (one) => void events.push(one) },
  };
  callers.push(made);
  return made;
}
const own = { type: 'file', path: '/srv/own', template: 'own' };

afterEach(async () => {
  for (const { proxy, server, files } of callers.splice(0)) {
    await proxy.close();
    await server.close();
    files.remove();
  }
});

const failure = async (work: Promise<unknown>): Promise<HaprovError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HaprovError)) throw new Error(`no error of haprov's: ${error}`);
  return error;
};

test('two calls at once share neither secrets nor events', async () => {
  const [one, other] = await Promise.all([caller('one'), caller('other')]);
  const looks = [one, other].map(({ inventory, options }, index) =>
    status(inventory, { ...options, env: { PATH: process.env.PATH, VALUE: secrets[index] } }),
  );
  const [ofOne, ofOther] = (await Promise.all(looks)).map((found) => JSON.stringify(found));
  expect(ofOne).toContain(secrets[1]);
  expect(ofOne).not.toContain(secrets[0]);
  expect(ofOther).toContain(secrets[0]);
  expect(ofOther).not.toContain(secrets[1]);
  for (const [{ events }, name] of [
    [one, 'one'],
    [other, 'other'],
  ] as const)
    expect([...new Set(events.flatMap((event) => ('host' in event ? [event.host] : [])))]).toEqual([name]);
});

test('what a host says of a secret is in no error and no plan either', async () => {
  const { inventory } = await caller('fred');
  const env = { PATH: process.env.PATH, VALUE: secrets[0] };
  const failures = await Promise.all([plan(inventory, { env }), log(inventory, { env })].map(failure));
  for (const error of failures) {
    expect(error).toMatchObject({ name: 'IncompleteError', code: 'unreachable' });
    expect(error.message).toContain(`*** and ${secrets[1]}`);
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(secrets[0]);
  }
});

test('nobody is asked where nobody is named; a login asks its own caller', async () => {
  const user = { publicKey: undefined, password: 'open sesame' };
  const [silent, asked] = await Promise.all([caller('silent', { user }), caller('asked', { user })]);
  const env = { PATH: process.env.PATH, VALUE: 'x' };
  const questions: unknown[] = [];
  const [unasked, answered] = await Promise.all([
    status(silent.inventory, { ...silent.options, env }),
    status(asked.inventory, {
      ...asked.options,
      env,
      ask: ({ kind, host, isSecret }) => {
        questions.push({ kind, host, isSecret });
        return 'open sesame';
      },
    }),
  ]);
  expect(questions).toEqual([{ kind: 'password', host: 'asked', isSecret: true }]);
  expect(silent.server.commands).toEqual([]);
  expect(asked.server.commands.length).toBeGreaterThan(0);
  expect([unasked, answered].map(({ hosts }) => hosts[0]?.reached)).toEqual([false, false]);
});

test('a host whose key nobody knows is refused, and so is who says not who agrees', async () => {
  const stranger = await caller('stranger', { knows: false });
  const env = { PATH: process.env.PATH, VALUE: 'x' };
  expect(await failure(plan(stranger.inventory, { env }))).toMatchObject({
    name: 'IncompleteError',
    code: 'unreachable',
    exitCode: 3,
    partial: { hosts: [{ host: 'stranger', changes: [], error: expect.stringContaining('key') }] },
  });
  const withoutWord = apply(stranger.inventory, { env } as unknown as Parameters<typeof apply>[1]);
  expect(await failure(withoutWord)).toMatchObject({ name: 'UsageError', code: 'badInput' });
  expect(stranger.server.commands).toEqual([]);
});

describe.each(['ssh2', 'openssh'])('a host whose key nobody knows, by %s', (transport) => {
  const stranger = async () => {
    const one = await caller('stranger', { knows: false, transport });
    const known = one.files.write('known_hosts', '');
    const env = { PATH: process.env.PATH, VALUE: 'x', HOME: one.files.path('') };
    const asked: NewHostKey[] = [];
    const key = publicLine(one.server.hostKeys[0] ?? '');
    const print = spawnSync('ssh-keygen', ['-lf', '-'], { input: key, encoding: 'utf8' }).stdout.split(
      ' ',
    )[1];
    const told = {
      host: 'stranger',
      address: `[127.0.0.1]:${one.proxy.port}`,
      type: 'ED25519',
      fingerprint: print,
      file: known,
    };
    const answer = (isTaken: boolean) => ({
      env,
      askHostKey: async (one: NewHostKey) => {
        asked.push(one);
        return isTaken;
      },
    });
    return { ...one, known, asked, told, answer, key };
  };

  test('is asked about, taken, and known from then on', async () => {
    const { inventory, server, known, asked, told, answer, key } = await stranger();
    await status(inventory, answer(true));
    expect(asked).toEqual([told]);
    expect(readFileSync(known, 'utf8')).toBe(`${told.address} ${key}\n`);
    await status(inventory, answer(false));
    expect(asked).toHaveLength(1);
    const { length } = server.logins;
    expect(server.logins.slice(length / 2)).toEqual(server.logins.slice(0, length / 2));
    expect(server.commands.length).toBeGreaterThan(1);
  });

  test('is asked about while no login waits for the answer, which may take minutes', async () => {
    const { inventory, proxy, known, answer, told, key } = await stranger();
    let isOver = false;
    await status(inventory, {
      ...answer(true),
      askHostKey: async () => {
        while (proxy.open > 0) await once(proxy.events, 'end');
        isOver = true;
        return true;
      },
    });
    expect([isOver, readFileSync(known, 'utf8')]).toEqual([true, `${told.address} ${key}\n`]);
  });

  test('is refused where the answer is no, and where nobody answers before the end', async () => {
    const { inventory, server, known, asked, told, answer } = await stranger();
    expect(await failure(plan(inventory, answer(false)))).toMatchObject({ code: 'unreachable' });
    expect(asked).toEqual([told]);
    const stop = new AbortController();
    const endless = { ...answer(true), signal: stop.signal };
    const left = plan(inventory, {
      ...endless,
      askHostKey: () => {
        stop.abort();
        return new Promise<boolean>(() => {});
      },
    });
    expect(await failure(left)).toMatchObject({ code: 'left' });
    expect([server.logins, readFileSync(known, 'utf8')]).toEqual([[], '']);
  });

  test('is not asked about where another key is known, or the config refuses it', async () => {
    const { inventory, server, files, asked, told, answer } = await stranger();
    spawnSync('ssh-keygen', ['-q', '-t', 'rsa', '-N', '', '-f', files.path('other')]);
    for (const other of [publicLine(newKey().private), readFileSync(files.path('other.pub'), 'utf8')]) {
      files.write('known_hosts', `${told.address} ${other.trim()}\n`);
      expect(await failure(plan(inventory, answer(true)))).toMatchObject({ code: 'unreachable' });
    }
    files.write('known_hosts', '');
    files.configure('Host *', 'StrictHostKeyChecking yes');
    expect(await failure(plan(inventory, answer(true)))).toMatchObject({ code: 'unreachable' });
    // ssh is asked for the key once more, and offers nothing to log in with.
    const offered = server.logins.filter((one) => !one.endsWith(' none'));
    expect([asked, offered]).toEqual([[], []]);
  });
});

test.each(['ssh2', 'openssh'])('an abort ends a login under way, by %s', async (transport) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const { inventory } = await caller('fred', { transport, ssh: { port, connectTimeout: 600 } });
  const stop = new AbortController();
  const env = { PATH: process.env.PATH, VALUE: 'x' };
  const connected = once(silent, 'connection') as Promise<[Socket]>;
  const ended = failure(plan(inventory, { env, signal: stop.signal }));
  const [socket] = await connected;
  socket.resume().on('error', () => undefined);
  const closed = once(socket, 'close');
  stop.abort();
  expect(await ended).toMatchObject({ code: 'left' });
  await closed;
  silent.close();
});

test.each([
  ['plan', (inventory: Inventory | string, options: CallOptions) => plan(inventory, options)],
  ['status', (inventory: Inventory | string, options: CallOptions) => status(inventory, options)],
  ['log', (inventory: Inventory | string, options: CallOptions) => log(inventory, options)],
  [
    'apply',
    (inventory: Inventory | string, options: CallOptions) =>
      apply(inventory, { ...options, confirm: () => true }),
  ],
])(
  '%s ends where its signal aborts while a host does not answer, and so does the connection',
  async (_, act) => {
    const stop = new AbortController();
    const silence: CommandHandler = (channel) => void channel.once('data', () => stop.abort());
    const { inventory, options, proxy, events } = await caller('fred', { host: silence });
    const env = { PATH: process.env.PATH, VALUE: 'x' };
    const error = await failure(act(inventory, { ...options, env, signal: stop.signal }));
    expect(error).toMatchObject({ code: 'left', exitCode: 130 });
    const heard = events.length;
    while (proxy.open > 0) await once(proxy.events, 'end');
    expect(events).toHaveLength(heard);
  },
);

/** What a probe says, as if this machine were one that haprov knows. */
const asEl9 = (said: string) =>
  said
    .replace(/^(?:os\.|missing=|init=|installer=|uid=).*\n/gm, '')
    .replace(
      /^hostname=/m,
      'os.ID=rocky\nos.NAME=Rocky\nos.VERSION_ID=9.4\ninit=systemd\ninstaller=dnf\nuid=0\n$&',
    );

/** A host that answers by this machine's shell, up to the question who listens there: that it never answers. */
const knowsNoListeners =
  (onAsked: () => void): CommandHandler =>
  (channel) => {
    const input: Buffer[] = [];
    channel.on('data', (chunk: Buffer) => input.push(chunk));
    channel.on('end', () => {
      const script = Buffer.concat(input).toString();
      if (script.includes('ss -ltnp')) return onAsked();
      const { status, stdout, stderr } = spawnSync('sh', { input: script, env: { PATH: process.env.PATH } });
      channel.stderr.write(stderr);
      channel.write(asEl9(stdout.toString()), () => {
        channel.exit(status ?? 1);
        channel.end();
      });
    });
  };

test.each([
  ['plan', () => plan],
  [
    'apply',
    (confirm: () => boolean) => (inventory: string, options: CallOptions) =>
      apply(inventory, { ...options, confirm }),
  ],
])(
  '%s ends where its signal aborts while it is asked who listens, and nobody is to agree',
  async (_, act) => {
    const stop = new AbortController();
    const host = knowsNoListeners(() => stop.abort());
    const services = { web: { port: 80, backends: { group: 'web', port: 8080 } } };
    const more = { groups: { web: ['fred'] }, services };
    const { inventory, options, proxy, events } = await caller('fred', { host, more });
    const confirm = jest.fn(() => true);
    const env = { PATH: process.env.PATH, VALUE: 'x' };
    const error = await failure(act(confirm)(inventory, { ...options, env, signal: stop.signal }));
    expect(error).toMatchObject({ code: 'left', exitCode: 130 });
    expect(confirm).not.toHaveBeenCalled();
    // Nobody has waited until the host was silent for too long.
    expect(JSON.stringify(events)).not.toContain('who listens there is not known');
    while (proxy.open > 0) await once(proxy.events, 'end');
  },
);

test('only what is named is planned, and a name that is none is refused', async () => {
  const { inventory, server } = await caller('fred');
  const error = await failure(plan(inventory, { env: { VALUE: 'x' }, only: ['no-such-thing'] }));
  expect(error).toMatchObject({ name: 'UsageError', code: 'badInput' });
  expect(error.message).toContain('no-such-thing');
  expect(server.commands).toEqual([]);
});

function agreeing<T>(act: (inventory: string, options: { confirm(): boolean }) => Promise<T>) {
  return (inventory: string, wrong: object) => act(inventory, { confirm: () => true, ...wrong });
}

function executing(inventory: string, wrong: object) {
  const { hosts, command } = { hosts: ['fred'], command: 'true', ...wrong };
  return exec(inventory, hosts, command);
}

test.each<[string, object, string]>([
  ['confirmWithin', { confirmWithin: -1 }, 'whole number from 5 to 3600'],
  ['confirmWithin', { confirmWithin: '60' }, 'whole number from 5 to 3600'],
  ['confirmWithin', { confirmWithin: 7.5 }, 'whole number from 5 to 3600'],
  ['confirmWithin', { confirmWithin: null }, 'whole number from 5 to 3600'],
  ['giveUpAfter', { giveUpAfter: Number.NaN }, 'number from 5 to 86400'],
  ['steady', { steady: 'x' }, 'number from 0 to 3600'],
  ['probeInterval', { probeInterval: 0 }, 'whole number from 10 to 60000'],
  ['answerWithin', { answerWithin: 1 }, 'number from 15 to 3600'],
  ['port', { port: 22.5 }, 'whole number from 1 to 65535'],
])('a number that the command line would refuse is refused: %s as in %j', async (name, wrong, range) => {
  const { inventory, server } = await caller('fred');
  const error = await failure(apply(inventory, { env: { VALUE: 'x' }, confirm: () => true, ...wrong }));
  expect(error).toMatchObject({ name: 'UsageError', code: 'badInput' });
  expect(error.message).toMatch(new RegExp(`^${name}: .* is no ${range}$`));
  expect(server.logins).toEqual([]);
});

const wrongs: [string, (inventory: string, wrong: object) => Promise<unknown>, object, string][] = [
  ['apply', agreeing(apply), { onFailure: 'explode' }, 'onFailure: explode is none of restore, restore-all'],
  [
    'apply',
    agreeing(apply),
    { onfailure: 'restore' },
    'this function takes no option onfailure; did you mean "onFailure"?',
  ],
  // As on the command line, it would have agreed to everything.
  ['apply', agreeing(apply), { yes: true }, 'this function takes no option yes'],
  ['push', agreeing(push), { allowOutage: 'no' }, 'allowOutage: no is neither true nor false'],
  ['push', agreeing(push), { serial: 1 }, 'serial: 1 is no text'],
  // All of the run would have been undone.
  ['rollback', agreeing(rollback), { only: ['x'] }, 'this function takes no option only'],
  ['plan', plan, { limit: 'fred' }, 'limit: fred is no list of texts'],
  // What a filter found nobody for is not meant for all.
  ['plan', plan, { limit: [] }, 'limit: [] is an empty list'],
  ['plan', plan, { only: [] }, 'only: [] is an empty list'],
  ['reboot', agreeing(reboot), { limit: [] }, 'limit: [] is an empty list'],
  ['patch', agreeing(patch), { packages: [] }, 'packages: [] is an empty list'],
  ['purge', purge, { limit: [] }, 'limit: [] is an empty list'],
  ['unlock', unlock, { limit: [] }, 'limit: [] is an empty list'],
  ['drill', agreeing(drill), { scenario: [] }, 'scenario: [] is an empty list'],
  ['exec', executing, { hosts: [] }, 'hosts: [] is an empty list'],
  ['exec', executing, { hosts: undefined }, 'hosts: undefined is no list of texts'],
  ['exec', executing, { hosts: 'fred' }, 'hosts: fred is no list of texts'],
  ['exec', executing, { command: undefined }, 'command: undefined is no text'],
  ['exec', executing, { command: ['true'] }, 'command: ["true"] is no text'],
  [
    'logs',
    (inventory, of) => logs(inventory, of as never, { hear() {} }),
    'haproxy' as never,
    'of: haproxy is no list of texts',
  ],
  ['plan', plan, { only: ['x', 7] }, 'only: ["x",7] is no list of texts'],
  ['plan', plan, { user: '' }, 'user:  is no text'],
  ['plan', plan, { signal: {} }, 'signal: {} is no AbortSignal'],
  ['plan', plan, { onEvent: 'log' }, 'onEvent: log is no function'],
  ['plan', plan, { constructor: 1 }, 'this function takes no option constructor'],
  ['plan', plan, 'fred' as never, 'fred is no object of options'],
  ['plan', plan, null as never, 'null is no object of options'],
  ['render', render, { el: 5 }, 'el: 5 is none of 6, 7, 8, 9, 10'],
  ['render', render, { el: '9' }, 'el: 9 is none of 6, 7, 8, 9, 10'],
  ['lint', lint, { haproxy: 'new' }, 'haproxy: new is no version, such as 2.4.22'],
  ['watchStatus', watchStatus as never, { watch: true }, 'watch: true is no function'],
];

test.each(wrongs)(
  'a word that the command line would refuse is refused: %s, %j',
  async (_, act, wrong, says) => {
    const { inventory, server } = await caller('fred');
    const error = await failure(act(inventory, wrong));
    expect(error).toMatchObject({ name: 'UsageError', code: 'badInput', message: says });
    expect([server.logins, server.commands]).toEqual([[], []]);
  },
);

test('how often to look, and how long to wait, are in the ranges of the command line, too', async () => {
  const { inventory, server } = await caller('fred');
  const env = { VALUE: 'x' };
  const looks = watchStatus(inventory, { env, interval: 0, watch: () => false });
  expect((await failure(looks)).message).toBe('interval: 0 is no number from 0.2 to 3600');
  const waits = drain(inventory, 'fred', { env, timeout: Number.POSITIVE_INFINITY });
  expect((await failure(waits)).message).toBe('timeout: Infinity is no number from 0 to 86400');
  expect(server.logins).toEqual([]);
});

test('what is undefined is as if it was not said', async () => {
  const unsaid = {
    confirmWithin: undefined,
    giveUpAfter: undefined,
    steady: undefined,
    serial: undefined,
    onFailure: undefined,
    allowOutage: undefined,
    probe: undefined,
    probeInterval: undefined,
  };
  const options = { ...unsaid, env: {}, user: 'ann', interval: undefined, confirm: undefined };
  const takes = { ...rollout, interval: ranged('interval') };
  expect(Object.entries(saidIn(options as never, takes))).toEqual([['user', 'ann']]);
});

test('what aborted before is not begun', async () => {
  const { inventory, server } = await caller('fred');
  const error = await failure(plan(inventory, { signal: AbortSignal.abort() }));
  expect([error.code, server.logins]).toEqual(['left', []]);
});

test('who watches is given one look after the other, and ends it by a word', async () => {
  const { inventory, options } = await caller('fred');
  const looks: string[] = [];
  const env = { PATH: process.env.PATH, VALUE: 'x' };
  await watchStatus(inventory, {
    ...options,
    env,
    interval: 0.2,
    watch: ({ level }) => looks.push(level) < 3,
  });
  expect(looks).toHaveLength(3);
});

test('an inventory is read once, shows no secret, and is no copy', async () => {
  const { files, inventory } = await caller('fred');
  const env = { VALUE: secrets[0] };
  const loaded = await loadInventory(inventory, { env });
  expect(JSON.stringify(loaded)).not.toContain(secrets[0]);
  expect(loaded).toMatchObject({
    name: 'fred',
    file: inventory,
    hosts: [{ name: 'fred', address: '127.0.0.1' }],
  });
  files.write('inventory.json', 'broken meanwhile');
  const contents = async (options: object) =>
    (await render(loaded, options)).hosts[0]?.resources.map((one) => 'content' in one && String(one.content));
  expect(await contents({})).toEqual(['***\n']);
  expect(await contents({ showSecrets: true })).toEqual([`${secrets[0]}\n`]);
  expect(await failure(render(inventory, { env }))).toMatchObject({ name: 'InputError', code: 'badInput' });
  expect(await failure(render({ ...loaded }))).toMatchObject({ name: 'UsageError', code: 'badInput' });
});

test('a listener that throws ends nothing', async () => {
  const { inventory } = await caller('fred');
  const onEvent = () => {
    throw new Error('the log is full');
  };
  const env = { PATH: process.env.PATH, VALUE: 'x' };
  expect((await status(inventory, { env, onEvent })).hosts).toHaveLength(1);
});

test('the process is left as it was', async () => {
  const names = ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'];
  const before = names.map((name) => process.listenerCount(name));
  const { inventory } = await caller('fred');
  process.env.VALUE = 'of the process';
  try {
    await status(inventory);
    expect(process.env.VALUE).toBe('of the process');
    expect(process.exitCode).toBeUndefined();
    expect(names.map((name) => process.listenerCount(name))).toEqual(before);
  } finally {
    delete process.env.VALUE;
  }
});
