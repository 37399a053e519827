import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../../src/resources/resource';
import { quote } from '../../src/shell/quote';
import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { asBefore, el9 } from '../support/resources';

/** What haprov does with firewalld, by a firewalld of files, and by what the real one of four versions prints. */

let box: Sandbox;
afterEach(() => box.dispose());

type Rules = { runtime?: string[]; permanent?: string[] };

function firewalld({ runtime = [], permanent = [] }: Rules = {}, interfaces: string[] = []): void {
  mkdirSync(box.memory, { recursive: true });
  const write = (name: string, rows: string[]) =>
    writeFileSync(join(box.memory, name), rows.map((row) => `${row}\n`).join(''));
  write('runtime', runtime);
  write('permanent', permanent);
  write('interfaces', interfaces);
  const program = quote(join(__dirname, 'firewalld/fake.sh'));
  box.fake(
    'firewall-cmd',
    `*) sh ${program} "$state" runtime "$@" ;;\nnever)`.replace('never)', 'never) : ;;'),
  );
  box.fake('firewall-offline-cmd', `*) sh ${program} "$state" permanent "$@" ;;`);
  running(true);
}
const running = (is: boolean) => box.fake('systemctl', `"-q is-active firewalld") ${is ? ':' : 'exit 3'} ;;`);
const rules = (name: 'runtime' | 'permanent') =>
  readFileSync(join(box.memory, name), 'utf8').split('\n').filter(Boolean).sort();
const all = () => ({ runtime: rules('runtime'), permanent: rules('permanent') });
/** What is on record, by owner. */
function records(): Record<string, string[]> {
  const folder = join(box.home(), '../../firewall');
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean),
    ]),
  );
}

const want = (...ports: string[]) => ({ type: 'firewall', name: 'web', ports });
const attributes = async (wish: Parameters<Sandbox['diff']>[0]) =>
  (await box.diff(wish)).flatMap((one) =>
    one.attributes.map(({ name, from, to }) => `${name}: ${from} -> ${to}`),
  );
const failing: Step = { phase: 'commit', check: ':', run: 'fail boom' };

beforeEach(() => {
  box = new Sandbox();
});

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box.dispose();
    box = new Sandbox(shell);
  });

  test.each(['0.6.3', '0.9.3', '1.3.3', '2.2.0'])('what firewalld %s prints', async (version) => {
    firewalld();
    const listing = join(__dirname, `firewalld/${version}.txt`);
    box.fake('firewall-cmd', `"--list-all-zones" | "--permanent --list-all-zones") cat '${listing}' ;;`);
    box.fake(
      'ip',
      '*" to 192.0.2.1") echo "2: eth0    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0" ;;',
    );
    const ask = '80/tcp 8000/tcp 8099/tcp 8100/udp 8050-8060/tcp 8100-8101/tcp 2222/tcp vrrp igmp ah';
    expect((await box.probe(`probe_firewall web '' 192.0.2.1 ${ask}`)).split('\n')).toEqual(
      expect.arrayContaining([
        'zone public',
        'in public',
        'listed runtime public 80/tcp',
        'covered runtime public 8000/tcp',
        'covered runtime public 8099/tcp',
        'closed runtime public 8100/udp',
        'covered permanent public 8050-8060/tcp',
        'closed permanent public 8100-8101/tcp',
        'closed runtime public 2222/tcp',
        'listed runtime public vrrp',
        'covered permanent public igmp',
        'closed permanent public ah',
      ]),
    );
    expect(await box.probe("probe_firewall web trusted '' 1/tcp")).toContain('covered runtime trusted 1/tcp');
  });

  test('opened in both sets, on record, and then nothing is left to do; restore puts back all of it', async () => {
    firewalld({ runtime: ['public 22/tcp'], permanent: ['internal 1/tcp'] });
    const before = all();
    const wish = { ...want('80/tcp', '443/tcp'), protocols: ['vrrp'] };
    expect(await box.apply(await box.steps(wish))).toMatchObject({ code: 0 });
    const opened = ['public 443/tcp', 'public 80/tcp', 'public vrrp'];
    expect(all()).toEqual({
      runtime: ['public 22/tcp', ...opened],
      permanent: ['internal 1/tcp', ...opened],
    });
    expect(records()).toEqual({
      web: ['permanent', 'runtime'].flatMap((set) => opened.map((row) => `${set} ${row}`)),
    });
    expect(await box.diff(wish)).toEqual([]);
    await box.go('restore');
    expect([box.state(), all(), records()]).toEqual(['restored', before, {}]);
  });

  test('a port for one address: by a rule of its own, and put back', async () => {
    firewalld({ runtime: ['public 22/tcp'], permanent: ['public 22/tcp'] });
    const before = all();
    const wish = want('10002/tcp@192.0.2.2', '10002/tcp@2001:db8::2');
    const opened = ['public 10002/tcp@192.0.2.2', 'public 10002/tcp@2001:db8::2', 'public 22/tcp'];
    expect(await box.apply(await box.steps(wish))).toMatchObject({ code: 0 });
    expect(all()).toEqual({ runtime: opened, permanent: opened });
    expect(await box.diff(wish)).toEqual([]);
    await box.go('restore');
    expect([all(), records()]).toEqual([before, {}]);
  });

  test('a port that is open for everybody is open for one address, and not the other way round', async () => {
    firewalld({ runtime: ['public 10002/tcp'], permanent: ['public 10002/tcp@192.0.2.2'] });
    expect(await attributes(want('10002/tcp@192.0.2.2'))).toEqual([]);
    expect(await attributes(want('10002/tcp'))).toEqual(['10002/tcp permanent (public): closed -> open']);
    expect(await attributes(want('10002/tcp@192.0.2.3'))).toEqual([
      '10002/tcp@192.0.2.3 permanent (public): closed -> open',
    ]);
  });

  test('what is no longer wanted is closed; what was open before stays', async () => {
    firewalld({ runtime: ['public 80/tcp', 'public 81/tcp'], permanent: ['public 80/tcp'] });
    await box.apply(await box.steps(want('80/tcp', '81/tcp', '82/tcp')));
    await box.finish();
    expect(records()).toEqual({
      web: ['permanent public 81/tcp', 'permanent public 82/tcp', 'runtime public 82/tcp'],
    });
    expect(await attributes(want())).toEqual([
      '82/tcp runtime (public): open -> closed',
      '81/tcp permanent (public): open -> closed',
      '82/tcp permanent (public): open -> closed',
    ]);
    const steps = await box.steps(want());
    const before = [all(), records()];
    await box.apply(steps, 'run2');
    expect(all()).toEqual({ runtime: ['public 80/tcp', 'public 81/tcp'], permanent: ['public 80/tcp'] });
    expect(records()).toEqual({});
    await box.go('restore', 'run2');
    expect([all(), records()]).toEqual(before);
  });
});

describe('where firewalld does not run, it is not even asked', () => {
  test('not installed', async () => {
    expect(await box.probe('PATH=/nowhere probe_firewall web "" "" 80/tcp')).toBe('off');
  });
  test('stopped', async () => {
    firewalld();
    running(false);
    expect(await box.diff(want('80/tcp'))).toEqual([]);
    expect(box.calls()).toEqual(['systemctl -q is-active firewalld']);
  });
});

test('it runs and does not answer: that is no state to plan from', async () => {
  firewalld();
  box.fake('firewall-cmd', '"--list-all-zones") exit 254 ;;');
  await expect(box.diff(want('80/tcp'))).rejects.toThrow('firewall-cmd does not answer');
});

describe('zones', () => {
  const ip = `*" addr show to 192.0.2.1") echo "2: eth0@if7    inet 192.0.2.1/24 scope global eth0" ;;
      *" addr show to 192.0.2.9" | *" addr show to 198.51.100.9" | *" addr show to 2001:db8::1") ;;
      *" route get 192.0.2.9") echo "192.0.2.9 dev eth0 src 192.0.2.1 uid 0 \\    cache" ;;
      *" route get 198.51.100.9") echo "198.51.100.9 via 203.0.113.1 dev eth1 src 203.0.113.2 uid 0 \\    cache" ;;
      *" route get 2001:db8::1") exit 2 ;;`;
  test.each([
    ['of the interface that has the address', ['192.0.2.1'], ['internal']],
    ['of a shared address that is not up: where its route leaves', ['192.0.2.9'], ['internal']],
    ['of an interface in no zone: the default one', ['198.51.100.9'], ['public']],
    ['of several', ['192.0.2.1', '198.51.100.9'], ['internal', 'public']],
    ['of an address without a route: the default one', ['2001:db8::1'], ['public']],
    ['of none', [], ['public']],
  ])('%s', async (_what, addresses, zones) => {
    firewalld({}, ['internal eth0']);
    box.fake('ip', ip);
    const [change] = await box.diff({ ...want('80/tcp'), addresses });
    expect(change?.attributes.map(({ name }) => name)).toEqual(
      ['runtime', 'permanent'].flatMap((set) => zones.map((zone) => `80/tcp ${set} (${zone})`)),
    );
  });
  test('of its name; one that does not exist is an error', async () => {
    firewalld();
    expect(await attributes({ ...want('80/tcp'), zone: 'internal' })).toEqual([
      '80/tcp runtime (internal): closed -> open',
      '80/tcp permanent (internal): closed -> open',
    ]);
    await expect(box.diff({ ...want('80/tcp'), zone: 'dmz' })).rejects.toThrow(
      'no zone "dmz" at work; it has internal, public, trusted',
    );
  });
});

test('few calls: two to look, one for ports and one for protocols in each set', async () => {
  firewalld();
  const steps = await box.steps({ ...want('80/tcp', '443/tcp'), protocols: ['vrrp'] });
  const asked = () => box.calls().filter((call) => call.startsWith('firewall-cmd'));
  expect(asked()).toHaveLength(3);
  await box.apply(steps);
  expect(asked().filter((call) => call.includes('--zone'))).toEqual([
    'firewall-cmd --zone=public --add-port=80/tcp --add-port=443/tcp',
    'firewall-cmd --zone=public --add-rich-rule=rule protocol value="vrrp" accept',
    'firewall-cmd --permanent --zone=public --add-port=80/tcp --add-port=443/tcp',
    'firewall-cmd --permanent --zone=public --add-rich-rule=rule protocol value="vrrp" accept',
  ]);
  expect(asked().filter((call) => /reload|query/.test(call))).toEqual([]);
});

test('closed by hand since: opened again, or only struck off the record', async () => {
  firewalld();
  await box.apply(await box.steps(want('80/tcp', '81/tcp')));
  await box.finish();
  firewalld({ runtime: ['public 81/tcp'], permanent: ['public 80-90/tcp'] });
  expect(await attributes(want('80/tcp'))).toEqual([
    '80/tcp runtime (public): closed -> open',
    '81/tcp runtime (public): open -> closed',
    '81/tcp permanent (public): covered, on record -> covered',
  ]);
  const before = [all(), records()];
  await box.apply(await box.steps(want('80/tcp')), 'run2');
  expect(all()).toEqual({ runtime: ['public 80/tcp'], permanent: ['public 80-90/tcp'] });
  await box.go('restore', 'run2');
  expect([all(), records()]).toEqual(before);
});

describe('two owners of one port', () => {
  const other = (...ports: string[]) => ({ type: 'firewall', name: '../an.other owner', ports });
  const both = { runtime: ['public 80/tcp'], permanent: ['public 80/tcp'] };
  const none = { runtime: [], permanent: [] };

  test('in one run; each leaves, and only the last closes it', async () => {
    firewalld();
    expect(await box.apply(await box.steps(want('80/tcp'), other('80/tcp')))).toMatchObject({ code: 0 });
    await box.finish();
    expect([all(), Object.keys(records())]).toEqual([
      both,
      ['..%2Fan.other%20owner', 'web'].map((name) => name.replace(/^\./, '%2E')).sort(),
    ]);
    expect(await attributes(want())).toEqual([
      '80/tcp runtime (public): open for ../an.other owner, web -> open for ../an.other owner',
      '80/tcp permanent (public): open for ../an.other owner, web -> open for ../an.other owner',
    ]);
    await box.apply(await box.steps(want()), 'run2');
    await box.finish('run2');
    expect(all()).toEqual(both);
    await box.apply(await box.steps(other()), 'run3');
    expect([all(), records()]).toEqual([none, {}]);
  });

  test('in one run that fails: nothing is left', async () => {
    firewalld();
    const steps = await box.steps(want('80/tcp'), other('80/tcp'));
    expect(await box.apply([...steps, failing])).toMatchObject({ code: 1 });
    expect([box.state(), all(), records()]).toEqual(['restored', none, {}]);
  });

  test('both leave in one run', async () => {
    firewalld();
    await box.apply(await box.steps(want('80/tcp'), other('80/tcp')));
    await box.finish();
    expect(await box.apply(await box.steps(want(), other()), 'run2')).toMatchObject({ code: 0 });
    expect([all(), records()]).toEqual([none, {}]);
    await box.go('restore', 'run2');
    expect([all(), Object.keys(records()).length]).toEqual([both, 2]);
  });

  test.each([
    ['the one that leaves first', [want(), other('80/tcp')]],
    ['the one that comes first', [other('80/tcp'), want()]],
  ])('it goes from one to the other in one run, %s', async (_what, wishes) => {
    firewalld();
    await box.apply(await box.steps(want('80/tcp')));
    await box.finish();
    const steps = await box.steps(...wishes);
    expect(await box.apply(steps, 'run2')).toMatchObject({ code: 0 });
    expect([all(), Object.keys(records()).length]).toEqual([both, 1]);
    expect([...(await box.diff(want())), ...(await box.diff(other('80/tcp')))]).toEqual([]);
    await box.go('restore', 'run2');
    expect([all(), Object.keys(records())]).toEqual([both, ['web']]);
  });
});

test.each([
  [
    'it was opened meanwhile',
    () => firewalld({ permanent: ['public 80/tcp'] }),
    'permanent public 80/tcp was closed',
  ],
  ['firewalld was stopped meanwhile', () => running(false), 'firewalld ran when the plan was made'],
])('drift: %s', async (_what, change, message) => {
  firewalld();
  const steps = await box.steps(want('80/tcp'));
  change();
  const before = all();
  const { code, journal } = await box.stage(steps);
  expect(code).toBe(1);
  expect(journal).toContainEqual(
    expect.objectContaining({ event: 'failed', output: expect.stringContaining(message) }),
  );
  expect([box.state(), all(), records()]).toEqual(['restored', before, {}]);
});

test('the permanent set refuses: the runtime one is closed again, and the report has the command', async () => {
  firewalld({ runtime: ['public 22/tcp'] });
  const before = all();
  const steps = await box.steps(want('80/tcp'));
  writeFileSync(join(box.memory, 'refuses-permanent'), '');
  const { code, journal } = await box.apply(steps);
  expect(code).toBe(1);
  expect(journal).toContainEqual(
    expect.objectContaining({
      event: 'failed',
      part: 'run',
      code: 13,
      command: 'firewall-cmd --permanent --zone=public --add-port=80/tcp',
      output: 'Error: COMMAND_FAILED',
    }),
  );
  expect([box.state(), all(), records()]).toEqual(['restored', before, {}]);
});

test('what cannot be closed again is no quiet success', async () => {
  firewalld();
  await box.apply(await box.steps(want('80/tcp')));
  writeFileSync(join(box.memory, 'refuses-permanent'), '');
  const { code, journal } = await box.go('restore');
  expect([code, box.state(), rules('runtime')]).toEqual([70, 'broken', []]);
  expect(journal).toContainEqual(
    expect.objectContaining({
      part: 'undo',
      output: expect.stringContaining('in the firewall, permanent public 80/tcp is still open'),
    }),
  );
});

test('firewalld exits 0 on half of it: that is noticed', async () => {
  firewalld();
  const steps = await box.steps(want('80/tcp'));
  box.fake(
    'firewall-cmd',
    `"--permanent --zone"*) ;;\n*) sh ${quote(join(__dirname, 'firewalld/fake.sh'))} "$state" runtime "$@" ;;`,
  );
  const { code, journal } = await box.apply(steps);
  expect(code).toBe(1);
  expect(journal).toContainEqual(
    expect.objectContaining({
      part: 'verify',
      output: 'in the firewall, permanent public 80/tcp is still closed',
    }),
  );
  expect([all(), records()]).toEqual([{ runtime: [], permanent: [] }, {}]);
});

test('firewalld has stopped when it is restored: the permanent set is put back all the same', async () => {
  firewalld();
  await box.apply(await box.steps(want('80/tcp')));
  running(false);
  await box.go('restore');
  expect([box.state(), rules('permanent'), records()]).toEqual(['restored', [], {}]);
});

test('a run that died anywhere in it can be restored', async () => {
  const wish = { ...want('80/tcp'), protocols: ['vrrp'] };
  firewalld();
  const [step] = await box.steps(wish);
  const parts = step?.run.split(' || return\n') ?? [];
  expect(parts.length).toBeGreaterThan(3);
  for (let done = 0; done <= parts.length; done++) {
    firewalld();
    const cut = { ...(step as Step), run: [...parts.slice(0, done), 'fail cut'].join(' || return\n') };
    await box.apply([cut], `run${done}`);
    expect([box.state(`run${done}`), all(), records()]).toEqual([
      'restored',
      { runtime: [], permanent: [] },
      {},
    ]);
  }
});

test('a rollback takes it back by what the run wrote down, and can be taken back itself', async () => {
  firewalld({ runtime: ['public 22/tcp'] });
  const before = all();
  const [step] = await box.steps(want('80/tcp'));
  await box.apply([step as Step]);
  await box.finish();
  const after = [all(), records()];
  const { run, undo = '' } = step as Step;
  const [undone] = asBefore('firewall', 'web', { run, undo })
    .observe('', el9)
    .diff({ packagesPending: false });
  expect(await box.apply([undone?.step as Step], 'run2')).toMatchObject({ code: 0 });
  expect([all(), records()]).toEqual([before, {}]);
  await box.go('restore', 'run2');
  expect([all(), records()]).toEqual(after);
});
