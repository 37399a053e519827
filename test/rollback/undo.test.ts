import type { RecordedRun, StepRecord } from '../../src/host/history';
import { readRunState } from '../../src/host/run-state';
import { rotatedSecrets } from '../../src/library/rollback';
import { bootStep } from '../../src/patch/ssh-boot';
import { buildChanges } from '../../src/plan/build-changes';
import { anyHost } from '../../src/playbook/context';
import type { Resource } from '../../src/playbook/expand';
import { type FileState, readFileState, sha256 } from '../../src/resources/file-state';
import { chooseRuns } from '../../src/rollback/choose-runs';
import { type UndoneRun, undoOf } from '../../src/rollback/undo';
import { hostSecrets } from '../support/host-secrets';
import { resourceOf } from '../support/resources';

/** What a rollback wants of a host, told from records alone. */

const fileRow = (content: string, mode = '644') =>
  `file 0:root 0:root ${mode} ${content.length} ${sha256(content)}\n${Buffer.from(content).toString('base64')}`;
const standing = (content: string): FileState => readFileState(fileRow(content));
const record = (more: Partial<StepRecord> = {}): StepRecord => ({
  has: new Set(),
  run: '',
  undo: '',
  before: 'absent',
  ...more,
});
const wrote = (before: string | undefined, after: string, more: Partial<StepRecord> = {}) =>
  record({
    has: new Set(before === undefined ? ['was-absent', 'staged'] : ['staged']),
    before: before === undefined ? 'absent' : fileRow(before),
    after: sha256(after),
    ...more,
  });
const was = (active: string, enabled: string) =>
  record({ before: fileRow(`LoadState=loaded\nActiveState=${active}\nUnitFileState=${enabled}\n`) });

type Made = [type: string, target: string, action: string, record: StepRecord];
const run = (name: string, ...steps: Made[]): UndoneRun => ({
  run: {
    run: name,
    state: 'finished',
    number: 0,
    format: 2,
    alive: false,
    journal: [],
    manifest: {
      run: name,
      owner: 'me@laptop',
      startedAt: '',
      command: 'apply',
      inventory: '',
      steps: steps.map(([type, target, action]) => ({ type, target, action })),
    },
  },
  records: new Map(steps.map(([, , , found], index) => [index + 1, found])),
});
const undo = (runs: UndoneRun[], current: Record<string, FileState> = {}, byPlaybooks: Resource[] = []) =>
  undoOf(runs, { host: 'fred', current: new Map(Object.entries(current)), byPlaybooks });
const wishes = (found: ReturnType<typeof undo>) =>
  found.resources.map(({ id, spec, notify, content }) => ({
    id,
    notify,
    ...spec,
    ...(content ? { rendered: content(anyHost) } : {}),
  }));

test('that a host was told to boot is not taken back, and nothing to warn of', () => {
  const found = undo([run('a', [bootStep.type, bootStep.target, bootStep.action, record()])]);
  expect([found.resources, found.warnings]).toEqual([[], []]);
});

test('of several runs the oldest record counts; the newest says what should stand there now', () => {
  const found = undo(
    [
      run('b', ['file', '/a', 'update', wrote('two\n', 'three\n')]),
      run('a', ['file', '/a', 'update', wrote('one\n', 'two\n')]),
    ],
    { '/a': standing('three\n') },
  );
  expect(wishes(found)).toEqual([
    expect.objectContaining({ id: 'file /a', mode: '0644', owner: 'root', rendered: Buffer.from('one\n') }),
  ]);
  expect(found.warnings).toEqual([]);
});

test('what was absent is to be absent again', () => {
  const found = undo([run('a', ['sysctl', '/s.conf', 'create', wrote(undefined, 'x\n')])], {
    '/s.conf': standing('x\n'),
  });
  expect(wishes(found)).toEqual([expect.objectContaining({ id: 'file /s.conf', absent: true })]);
});

test.each([
  ['was edited since a wrote it', wrote('one\n', 'two\n'), standing('theirs\n')],
  ['is gone since a wrote it', wrote('one\n', 'two\n'), { kind: 'absent' as const }],
  [
    'is there again since a took it away',
    record({ has: new Set(['staged']), before: fileRow('one\n') }),
    standing('x\n'),
  ],
])('a file that %s is named in a warning', (text, found, now) => {
  expect(undo([run('a', ['file', '/a', 'update', found])], { '/a': now }).warnings).toEqual([
    expect.objectContaining({ rule: 'rollback-edited', where: 'fred', message: `/a ${text}` }),
  ]);
});

test('services become as before, the last first, after all files; they are told of files by the playbooks', () => {
  const byPlaybooks: Resource[] = [
    resourceOf({ type: 'file', path: '/h', content: '', notify: { reload: 'haproxy' } }),
  ];
  const found = undo(
    [
      run(
        'a',
        ['file', '/h', 'update', wrote('one\n', 'two\n')],
        ['file', '/k', 'update', wrote('one\n', 'two\n')],
        ['service', 'haproxy', 'reload', was('active', 'enabled')],
        ['service', 'keepalived', 'reload', was('active', 'enabled')],
        ['service', 'httpd', 'start', was('inactive', 'disabled')],
      ),
    ],
    { '/h': standing('two\n'), '/k': standing('two\n') },
    byPlaybooks,
  );
  expect(wishes(found)).toEqual([
    expect.objectContaining({ id: 'file /k', notify: [{ reload: 'keepalived' }] }),
    expect.objectContaining({ id: 'file /h', notify: [{ reload: 'haproxy' }] }),
    expect.objectContaining({ id: 'service httpd', running: false, enabled: false }),
    expect.objectContaining({ id: 'service keepalived', running: true, enabled: true }),
    expect.objectContaining({ id: 'service haproxy', running: true, enabled: true }),
  ]);
  expect(found.stopped).toEqual(['httpd']);
});

test('the plan of it: the file goes back and its service reloads, nothing else', () => {
  const made = run(
    'a',
    ['file', '/h', 'update', wrote('one\n', 'two\n', { validator: 'haproxy -c -f %s' })],
    ['service', 'haproxy', 'reload', was('active', 'enabled')],
  );
  const outputs: Record<string, string> = {
    'file /h': fileRow('two\n'),
    'service haproxy': 'LoadState=loaded\nActiveState=active\nUnitFileState=enabled',
  };
  const found = undo([made], { '/h': standing('two\n') });
  const changes = buildChanges(
    'fred',
    found.resources.map((one) => one.observe(outputs[one.id] ?? '', anyHost)),
    hostSecrets(),
  );
  expect(changes).toEqual([
    expect.objectContaining({ id: 'file /h', action: 'update', text: { from: 'two\n', to: 'one\n' } }),
    expect.objectContaining({ id: 'service haproxy', action: 'reload', reason: 'because of /h' }),
  ]);
  expect(changes[0]?.step.validate).toBe("validate_file /h 'haproxy -c -f %s'");
});

test('a file that only services read which will not run is not validated', () => {
  const found = undo([
    run(
      'a',
      ['file', '/h', 'update', wrote('one\n', 'two\n', { validator: 'x %s' })],
      ['service', 'haproxy', 'restart', was('inactive', 'disabled')],
    ),
  ]);
  expect(wishes(found)[0]).not.toHaveProperty('validate');
});

test('running values by key, folders after what is in them, packages and commands as they can', () => {
  const found = undo([
    run('b', ['sysctl', 'net.a, net.b', 'update', record({ before: fileRow('net.a=1\nnet.b=7\n') })]),
    run(
      'a',
      ['sysctl', 'net.a', 'update', record({ before: fileRow('net.a=0\n') })],
      ['package', 'httpd', 'install', record()],
      ['directory', '/x', 'create', record({ made: '/x' })],
      ['directory', '/x/y', 'create', record({ made: '/x/y' })],
      ['directory', '/var/z', 'update', record({ before: fileRow('750 root:domain users\n') })],
      ['file', '/x/y/f', 'create', wrote(undefined, 'x\n')],
      ['command', 'once', 'run', record()],
      ['command', 'make thing', 'run', record({ run: 'R', undo: 'U' })],
    ),
  ]);
  expect(wishes(found)).toEqual([
    expect.objectContaining({ id: 'command a 8', run: 'R', undo: 'U' }),
    expect.objectContaining({ id: 'file /x/y/f' }),
    expect.objectContaining({ id: 'directory /var/z', mode: '0750', group: 'domain users' }),
    expect.objectContaining({ id: 'sysctl net.a, net.b', values: { 'net.a': '0', 'net.b': '7' } }),
    expect.objectContaining({ id: 'directory /x/y', top: '/x/y' }),
    expect.objectContaining({ id: 'directory /x', top: '/x' }),
  ]);
  expect(found.warnings.map(({ message }) => message)).toEqual([
    'is not undone, since it has no "undo": once',
    'packages stay: httpd',
  ]);
});

test('packages that a run made newer go back by its undo, the newest run first, and what it restarted is restarted again', () => {
  const found = undo([
    run(
      'b',
      ['package', 'haproxy toys', 'update', record({ run: 'R2', undo: 'U2' })],
      ['service', 'haproxy', 'restart', was('active', 'enabled')],
    ),
    run('a', ['package', 'haproxy toys', 'update', record({ run: 'R1', undo: 'U1' })]),
  ]);
  expect(wishes(found)).toEqual([
    expect.objectContaining({ undo: 'U2', notify: [{ restart: 'haproxy' }] }),
    expect.objectContaining({ undo: 'U1', notify: [] }),
    expect.objectContaining({ id: 'service haproxy' }),
  ]);
  expect(found.warnings).toEqual([]);
});

test.each([
  ['file', '/a', record()],
  ['service', 'haproxy', record()],
])('a damaged record of a %s is refused', (type, target, found) => {
  expect(() => undo([run('a', [type, target, 'update', found])])).toThrow(/of the run a is not on record/);
});

test('a secret that has been rotated since is found by its place', () => {
  const mask = (text: string) => text.replaceAll('new-secret', '***');
  expect(
    rotatedSecrets({ from: 'x\n  auth admin:new-secret\n', to: '  auth admin:old-one\nx\n' }, mask),
  ).toEqual(['old-one']);
});

describe('which runs', () => {
  const known = (name: string, state: string): RecordedRun => ({
    ...run(name).run,
    state: readRunState(state),
  });
  const fred = ['d broken', 'c finished', 'b restored', 'a finished'];
  const ethyl = ['d restored', 'b finished', 'a finished'];
  const histories = new Map(
    Object.entries({ fred, ethyl }).map(([host, rows]) => [
      host,
      rows.map((row) => known(row.split(' ')[0] ?? '', row.split(' ')[1] ?? '')),
    ]),
  );
  const chosen = (to?: string) =>
    Object.fromEntries(
      [...chooseRuns(histories, to).runs].map(([host, runs]) => [host, runs.map((one) => one.run)]),
    );

  test('the newest that finished anywhere, where it did', () => {
    expect(chosen()).toEqual({ fred: ['c'], ethyl: [] });
  });
  test('all since one, and what is broken is named', () => {
    expect(chosen('a')).toEqual({ fred: ['c'], ethyl: ['b'] });
    expect(chooseRuns(histories, 'a').warnings).toEqual([
      expect.objectContaining({ rule: 'rollback-broken', where: 'fred' }),
    ]);
  });
  test('a patch that went on in a second command: what its other legs have patched is named', () => {
    const patch = (name: string, state = 'finished', command = 'patch') => {
      const { manifest, ...one } = known(name, state);
      return { ...one, ...(manifest ? { manifest: { ...manifest, command } } : {}) };
    };
    const legs = (...older: RecordedRun[]) =>
      new Map([
        ['fred', [patch('c', 'restored'), patch('b'), ...older]],
        ['ethyl', [patch('c'), patch('bb', 'restored')]],
      ]);
    const { runs, warnings } = chooseRuns(legs(patch('a', 'finished', 'apply')));
    expect([...runs.values()].map((own) => own.map((one) => one.run))).toEqual([[], ['c']]);
    expect(warnings).toEqual([
      expect.objectContaining({
        where: 'fred',
        message: expect.stringMatching(/^only c is taken back, .*: b patched fred, and stays so$/),
        fix: 'haprov rollback --to a takes all of it back',
      }),
    ]);
    expect(chooseRuns(legs()).warnings).toMatchObject([{ fix: 'roll back again to take that back too' }]);
    expect(chooseRuns(legs(patch('a', 'finished', 'apply')), 'a').warnings).toEqual([]);
    // Two patches of the same host are two.
    expect(chooseRuns(new Map([['fred', [patch('b'), patch('a')]]])).warnings).toEqual([]);
  });
  test('the stages of one run are one', () => {
    const [older, first, second] = [
      '20260101T000000Z-123456',
      '20260102T000000Z-123456',
      '20260102T000000Z-123456-2',
    ];
    const staged = new Map([['fred', [second, first, older].map((name) => known(`${name}`, 'finished'))]]);
    const undone = (to?: string) =>
      chooseRuns(staged, to)
        .runs.get('fred')
        ?.map((one) => one.run);
    expect(undone()).toEqual([second, first]);
    expect(undone(older)).toEqual([second, first]);
    expect(undone(first)).toEqual([]);
    expect(undone(second)).toEqual([]);
    const half = new Map([['fred', [known(`${second}`, 'restored'), known(`${first}`, 'finished')]]]);
    expect(
      chooseRuns(half)
        .runs.get('fred')
        ?.map((one) => one.run),
    ).toEqual([first]);
  });
  test('a boot is none that could be taken back: the run before it is', () => {
    const boot = known('b', 'finished');
    const booted = { ...boot, manifest: { ...boot.manifest, command: 'reboot' } } as RecordedRun;
    const both = new Map([['fred', [booted, known('a', 'finished'), known('0', 'finished')]]]);
    const undone = (to?: string) =>
      chooseRuns(both, to)
        .runs.get('fred')
        ?.map((one) => one.run);
    expect(undone()).toEqual(['a']);
    expect(undone('0')).toEqual(['a']);
    expect(undone('a')).toEqual([]);
    expect(undone('b')).toEqual([]);
    // It is offered to nobody.
    expect(() => undone('x')).toThrow(
      expect.objectContaining({ hint: 'known: a, 0; haprov log lists them all' }),
    );
    const only = new Map([['fred', [booted]]]);
    expect(() => chooseRuns(only, 'x')).toThrow(
      expect.objectContaining({ hint: 'there are no runs yet that could be undone' }),
    );
  });
  test('none', () => {
    expect(chooseRuns(new Map([['fred', []]])).runs.get('fred')).toEqual([]);
  });
  test('a run that nobody knows', () => {
    expect(() => chosen('x')).toThrow('--to: no host knows a run "x"');
  });
  test('a damaged one that would have to be undone', () => {
    const { manifest: _, ...damaged } = known('a', 'finished');
    expect(() => chooseRuns(new Map([['fred', [damaged]]]))).toThrow(/record of the run a is damaged/);
  });
  test('a host that has forgotten some of them', () => {
    const many = Array.from({ length: 20 }, (_, index) => known(`r${90 - index}`, 'finished'));
    const both = new Map([
      ['fred', many],
      ['ethyl', [known('r10', 'finished')]],
    ]);
    expect(() => chooseRuns(both, 'r10')).toThrow(/fred remembers its last 20 runs, back to r71/);
  });
});

test('of packages that a patch made newer the plan says which versions come back', () => {
  const newer = run('a', ['package', 'toys', 'update', record({ run: 'make it', undo: 'put it back' })]);
  const [step] = newer.run.manifest.steps;
  if (step) step.attributes = [{ name: 'toys.noarch', from: '1.0-1', to: '1.1-1' }];
  const found = undo([newer]).resources.map((one) => one.observe('', anyHost));
  expect(buildChanges('fred', found, hostSecrets())).toMatchObject([
    { target: 'undo of package toys', attributes: [{ name: 'toys.noarch', from: '1.1-1', to: '1.0-1' }] },
  ]);
});

test('firewall and SELinux go back by the undo that the run wrote down; what they installed stays', () => {
  const found = undo([
    run(
      'a',
      ['selinux', 'semanage', 'install', record({ run: 'install_packages /usr/sbin/semanage' })],
      ['firewall', 'pair', 'update', record({ run: 'open it', undo: 'close it' })],
    ),
  ]);
  expect(wishes(found)).toEqual([
    {
      id: 'command a 2',
      notify: [],
      title: 'undo of firewall pair',
      run: 'open it',
      undo: 'close it',
      timeout: 300,
    },
  ]);
  expect(found.warnings).toEqual([
    expect.objectContaining({ rule: 'rollback-packages', message: 'packages stay: semanage' }),
  ]);
});
