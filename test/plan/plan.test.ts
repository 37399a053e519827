import { buildProbe } from '../../src/host/probe';
import { Secrets } from '../../src/inventory/secrets';
import { buildChanges } from '../../src/plan/build-changes';
import { drift, readPlan, requireSame } from '../../src/plan/drift';
import { type FullPlan, pending, publicPlan } from '../../src/plan/plan';
import type { Notify } from '../../src/resources/fields';
import { FakeHost } from '../support/fake-host';
import { hostSecrets } from '../support/host-secrets';
import { patient } from '../support/patient';
import { el9, resourceOf } from '../support/resources';

const same = (text: string) => text;
const mark = '@mark';

interface Wish {
  spec: { type: string; content?: string; [field: string]: unknown };
  /** What its probe prints on the host. */
  says: string;
  notify?: Notify[];
}

/** The changes on a host that answers one probe, in one exec, with what each wish says. */
async function planFor(wishes: readonly Wish[], mask = same) {
  const resources = wishes.map(({ spec, notify = [] }) => resourceOf({ ...spec, notify }));
  const probe = buildProbe(
    resources.map(({ id, question }) => ({ id, ...question })),
    mark,
  );
  const stdout = wishes.map(({ says }, index) => `${mark} ${index}\n${says}\n${mark} end 0\n`).join('');
  const host = new FakeHost('fred', [{ matches: probe.script, stdout: `${stdout}${mark} done\n`, times: 1 }]);
  const answers = probe.read((await host.runScript(probe.script, patient)).stdout);
  const observed = resources.map((one) => one.observe(answers.of(one.id), el9));
  return buildChanges('fred', observed, hostSecrets({ mask }));
}

/** A plan of one host. */
const planOf = async (wishes: readonly Wish[], host = 'fred', mask = same): Promise<FullPlan> => ({
  version: 1,
  inventory: 'i',
  createdAt: '2026-01-01T00:00:00Z',
  hosts: [{ host, address: '192.0.2.1', os: 'x', changes: await planFor(wishes, mask) }],
  warnings: [],
});

const file = (path: string, content: string, says = 'absent', ...notify: Notify[]): Wish => ({
  spec: { type: 'file', path, content },
  says,
  notify,
});
const service = (active = 'active', spec: object = { enabled: true, running: true }): Wish => ({
  spec: { type: 'service', unit: 'haproxy', ...spec },
  says: `LoadState=loaded\nActiveState=${active}\nUnitFileState=enabled`,
});
const packages = (installed: boolean): Wish => ({
  spec: { type: 'package', names: ['haproxy'] },
  says: `haproxy\t${installed ? '2.4-1' : '-'}`,
});
const held = (content: string) =>
  `file 0:root 0:root 644 ${content.length} ${'0'.repeat(64)}\n${Buffer.from(content).toString('base64')}`;

test('the texts of a file that must not be shown are for the disruption class alone', async () => {
  const wish = file(
    '/etc/keepalived/keepalived.conf',
    'virtual_router_id 6\n',
    held('virtual_router_id 5\n'),
  );
  const plan = await planOf([{ ...wish, spec: { ...wish.spec, secret: true } }]);
  expect(plan.hosts[0]?.changes[0]?.raw).toEqual({
    from: 'virtual_router_id 5\n',
    to: 'virtual_router_id 6\n',
  });
  expect(JSON.stringify(publicPlan(plan))).not.toContain('virtual_router_id');
});

describe('a service that is notified', () => {
  const reload = { reload: 'haproxy' };
  const restart = { restart: 'haproxy' };

  test('is reloaded once, whoever asks, and says because of what', async () => {
    const changes = await planFor([
      file('/a', 'a', 'absent', reload),
      file('/b', 'b', 'absent', reload),
      service(),
    ]);
    expect(changes.map(({ action, target }) => `${action} ${target}`)).toEqual([
      'create /a',
      'create /b',
      'reload haproxy',
    ]);
    expect(changes.at(-1)?.reason).toBe('because of /a, /b');
  });

  test.each([
    ['restart before reload', restart, reload],
    ['reload before restart', reload, restart],
  ])('a restart wins: %s', async (_, first, second) => {
    const changes = await planFor([
      file('/a', 'a', 'absent', first),
      file('/b', 'b', 'absent', second),
      service(),
    ]);
    expect(changes.map(({ action }) => action)).toEqual(['create', 'create', 'restart']);
    expect(changes.at(-1)?.reason).toBe('because of /a, /b');
  });

  test('is started, not reloaded, when it does not run', async () => {
    const changes = await planFor([file('/a', 'a', 'absent', reload), service('inactive')]);
    expect(changes.map(({ action }) => action)).toEqual(['create', 'start']);
    expect(changes.at(-1)).not.toHaveProperty('reason');
  });

  test('hears of what comes after it in the playbook, and keeps its own place in the plan', async () => {
    const changes = await planFor([service(), file('/a', 'a', 'absent', reload)]);
    expect(changes.map(({ action }) => action)).toEqual(['reload', 'create']);
  });

  test('is left alone when nothing that asks for it changes, or somebody else is asked', async () => {
    const sum = '87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7';
    const unchanged = file('/a', 'a\n', `file 0:root 0:root 644 2 ${sum}\nYQo=`, reload);
    expect(await planFor([unchanged, service()])).toEqual([]);
    const other = file('/b', 'b', 'absent', { reload: 'httpd' });
    expect((await planFor([other, service()])).map(({ action }) => action)).toEqual(['create']);
  });

  const notThere = (unit: string): Wish => ({
    spec: { type: 'service', unit },
    says: 'LoadState=not-found\nActiveState=inactive\nUnitFileState=',
  });

  test('a name that the host does not know is told where it is asked for', async () => {
    const misspelt = file('/a', 'a', 'absent', { restart: 'shpod' }, restart);
    expect((await planFor([misspelt, service(), notThere('shpod')])).map(({ notes }) => notes)).toEqual([
      ['the host knows no shpod, which this is to restart: nothing comes of that'],
      undefined,
    ]);
  });

  test('a name that a package of the same plan may bring needs no word', async () => {
    const asks = file('/a', 'a', 'absent', { reload: 'brought' });
    const changes = await planFor([packages(false), asks, notThere('brought')]);
    expect(changes.find(({ type }) => type === 'file')).not.toHaveProperty('notes');
  });
});

describe('packages that are to be installed', () => {
  const line: Wish = { spec: { type: 'line', path: '/etc/x', line: 'x' }, says: 'absent' };

  test('let a plan go on where their files are not there yet, wherever they stand', async () => {
    expect((await planFor([packages(false), line])).map(({ type }) => type)).toEqual(['package', 'line']);
    expect((await planFor([line, packages(false)])).map(({ type }) => type)).toEqual(['line', 'package']);
  });

  test('installed ones do not', async () => {
    await expect(planFor([packages(true), line])).rejects.toThrow('/etc/x does not exist');
  });
});

test('one resource with two changes has two ids', async () => {
  const says = 'net.ipv4.ip_forward=0 \n=\n=\nwrite s /s\nabsent';
  const changes = await planFor([
    { spec: { type: 'sysctl', path: '/s', values: { 'net.ipv4.ip_forward': 1 } }, says },
  ]);
  expect(changes.map(({ id }) => id)).toEqual(['sysctl /s', 'sysctl /s (2)']);
  expect(changes.map(({ target }) => target)).toEqual(['/s', 'net.ipv4.ip_forward']);
});

test('two resources whose values meet in one file of an EL6 are refused', async () => {
  const inOneFile = (path: string, key: string): Wish => ({
    spec: { type: 'sysctl', path, values: { [key]: 1 } },
    says: `${key}=1 \n=\n=\nedit - /etc/sysctl.conf\nabsent`,
  });
  await expect(
    planFor([inOneFile('/etc/sysctl.d/a.conf', 'a.b'), inOneFile('/etc/sysctl.d/c.conf', 'c.d')]),
  ).rejects.toThrow(
    'sysctl /etc/sysctl.d/a.conf and sysctl /etc/sysctl.d/c.conf both write /etc/sysctl.conf on this host',
  );
});

describe('secrets', () => {
  const secrets = new Secrets();
  secrets.add('NewSecret-1');
  const mask = (text: string) => secrets.mask(text);
  const visible = async (wishes: readonly Wish[]) =>
    publicPlan(await planOf(wishes, 'fred', mask)).hosts[0]?.changes;
  const shown = async (from: string, to: string) => {
    const changes = await visible([file('/a', to, held(from))]);
    return { change: changes?.[0], all: JSON.stringify(changes) };
  };

  test('are masked by value wherever they are shown', async () => {
    const wishes: Wish[] = [
      file('/a', 'password NewSecret-1\n'),
      { spec: { type: 'line', path: '/l', line: 'p NewSecret-1' }, says: 'absent' },
      packages(false),
      { spec: { type: 'command', run: 'true', unless: 'grep NewSecret-1 /x' }, says: 'needed' },
    ];
    const changes = await visible(wishes);
    expect(changes).toHaveLength(4);
    expect(JSON.stringify(changes)).not.toContain('NewSecret');
    expect(JSON.stringify(changes)).toContain('***');
  });

  test('the one that stood in its place is not shown either', async () => {
    const { change, all } = await shown('a\n  auth_pass OldSecret-0\nb\n', 'a\n  auth_pass NewSecret-1\nc\n');
    expect(all).not.toMatch(/OldSecret|NewSecret/);
    expect(change?.text).toEqual({ from: 'a\n  auth_pass ***\nb\n', to: 'a\n  auth_pass ***\nc\n' });
    expect(change?.notes).toEqual(['a secret value changes too, which is not shown']);
    const same = await shown('a\n  auth_pass NewSecret-1\nb\n', 'a\n  auth_pass NewSecret-1\nc\n');
    expect(same.change?.notes).toBeUndefined();
  });

  test('several on a line, among what means something to a pattern', async () => {
    const line = (secret: string) => `stats auth (a.*b):${secret} # $x [${secret}] ${secret}\n`;
    expect((await shown(line('OldSecret-0'), line('NewSecret-1'))).all).not.toMatch(/OldSecret|NewSecret/);
  });

  test('a change of nothing but a secret is still a change, and says so', async () => {
    const { change } = await shown('p OldSecret-0\n', 'p NewSecret-1\n');
    expect(change?.text?.from).toBe(change?.text?.to);
    expect(change?.notes).toEqual(['only a secret value changes, which is not shown']);
  });

  describe('found wrong once', () => {
    test('a command’s own words, which are its target and id, are masked too', async () => {
      const wish: Wish = {
        spec: { type: 'command', run: 'login NewSecret-1', onlyIf: 'true' },
        says: 'needed',
      };
      expect(JSON.stringify(await visible([wish]))).not.toContain('NewSecret');
    });

    test('an old one is hidden where only blanks around it differ', async () => {
      expect((await shown('\tauth_pass OldSecret-0\n', '    auth_pass NewSecret-1\n')).all).not.toMatch(
        /OldSecret/,
      );
    });

    test('an old one is hidden where the user before it changes too', async () => {
      expect((await shown('auth admin:OldSecret-0\n', 'auth root:NewSecret-1\n')).all).not.toMatch(
        /OldSecret/,
      );
    });

    test.each(['p=SECRET # of shop', 'p SECRET port 5', '{"p":"SECRET"}', 'SECRET'])(
      'an old one is hidden in %s, with words behind it or none before it',
      async (row) => {
        const of = (secret: string) => `${row.replace('SECRET', secret)}\n`;
        expect((await shown(of('OldSecret-0'), of('NewSecret-1'))).all).not.toMatch(/OldSecret/);
      },
    );
  });
});

describe('a plan', () => {
  test('is shown without its steps, which hold what files will hold', async () => {
    const plan = await planOf([file('/a', 'a')]);
    expect(pending(plan)).toBe(1);
    expect(JSON.stringify(plan)).toContain('stage_file');
    expect(JSON.stringify(publicPlan(plan))).not.toContain('stage_file');
    expect(publicPlan(plan).hosts[0]?.changes[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  test('made twice from the same state has not drifted', async () => {
    const wishes = [file('/a', 'a'), packages(false), service('inactive')];
    const [saved, now] = [publicPlan(await planOf(wishes)), await planOf(wishes)];
    expect(drift(JSON.parse(JSON.stringify(saved)), now)).toEqual([]);
    expect(() => requireSame(saved, now)).not.toThrow();
  });

  test.each([
    ['the host changed', [file('/a', 'a', held('theirs'))], ['fred: file /a: its state or its wanted state']],
    ['the wish changed', [file('/a', 'other')], ['fred: file /a: its state or its wanted state']],
    ['done already', [], ['fred: file /a: no longer needs the planned change']],
    [
      'more to do',
      [file('/a', 'a'), file('/b', 'b')],
      ['fred: file /b: needs a change that was not planned'],
    ],
  ])('has drifted: %s', async (_, wishes, told) => {
    const [saved, now] = [await planOf([file('/a', 'a')]), await planOf(wishes)];
    expect(drift(saved, now)).toEqual(told.map((row) => expect.stringContaining(row)));
    expect(() => requireSame(saved, now)).toThrow(told[0]);
  });

  test('of another host is another plan', async () => {
    expect(drift(await planOf([file('/a', 'a')]), await planOf([file('/a', 'a')], 'ethyl'))).toHaveLength(2);
  });
});

test('a host that was not told what to answer fails the test', async () => {
  await expect(new FakeHost('fred', []).runScript('true', patient)).rejects.toThrow(
    'fred was not told what to answer',
  );
});

test('what is no saved plan is called that, in words of ours', () => {
  expect(() => readPlan('/no/such/plan.json')).toThrow('/no/such/plan.json is not a plan: it is not there');
  expect(() => readPlan(__filename)).toThrow(/is not a plan: it is not JSON$/);
  expect(() => readPlan(__dirname)).toThrow(/is not a plan: it is not a file$/);
});
