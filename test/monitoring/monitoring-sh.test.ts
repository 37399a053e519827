import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metricNames, renderMetrics } from '../../src/report/status-metrics';
import { need } from '../support/needed';
import { buildProgram, removeProgram, run } from '../support/program';
import { statuses } from '../support/statuses';

/** What is shipped for other tools, read by these tools; and the program as they call it. */

const shipped = (name: string) => join('examples/monitoring', name);
const read = (name: string) => readFileSync(shipped(name), 'utf8');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-monitoring-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const hasPromtool = () => spawnSync('promtool', ['--version']).error === undefined;
need('PROMETHEUS IS', hasPromtool, ['prometheus'], 'the tests with Prometheus’ own tool');
const withPromtool = hasPromtool() ? describe : describe.skip;

/** What its own tool says, where that is not right. */
function promtool(args: string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

interface Panel {
  id: number;
  title: string;
  gridPos: Record<'x' | 'y' | 'w' | 'h', number>;
  targets: { expr: string }[];
}
const dashboard = JSON.parse(read('haprov-dashboard.json')) as {
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
};
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const namesIn = (text: string) => [...new Set(text.match(/\bhaprov_[a-z_]+/g))].sort();

withPromtool('Prometheus’ own tool', () => {
  test('has nothing to say against the metrics of any status', () => {
    for (const status of Object.values(statuses))
      expect(promtool(['check', 'metrics'], renderMetrics(status))).toBe('');
  });

  test('takes the alert rules, and each fires when it is to', () => {
    expect(promtool(['check', 'rules', shipped('haprov-alerts.yml')])).toBe('');
    expect(promtool(['test', 'rules', 'test/monitoring/alerts.yml'])).toBe('');
  });

  test('takes every query of the dashboard', () => {
    const rules = queries.map((expr) => ({
      record: 'haprov:query',
      expr: expr.replaceAll('$inventory', '.*'),
    }));
    const file = join(folder, 'queries.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'all', rules }] }));
    // The same name for all of them is a word of its linter.
    expect(promtool(['check', 'rules', '--lint=none', file])).toBe('');
  });
});

test('the alerts and the dashboard ask for what there is', () => {
  for (const text of [read('haprov-alerts.yml'), queries.join(' ')])
    expect(namesIn(text).filter((name) => !metricNames.includes(name))).toEqual([]);
  expect(namesIn(read('haprov-alerts.yml')).length).toBeGreaterThan(8);
  expect(namesIn(queries.join(' ')).length).toBeGreaterThan(8);
});

test('the page tells of every metric', () => {
  const rows = readFileSync('docs/monitoring.md', 'utf8').matchAll(/^\| `(haprov_\w+)` \|/gm);
  expect([...rows].map(([, name]) => name)).toEqual(metricNames);
});

test('the dashboard’s panels have a place and a number each, and know the inventory that is chosen', () => {
  const { panels, templating } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const squares = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  );
  expect(new Set(squares).size).toBe(squares.length);
  expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'inventory']);
  for (const expr of queries) expect(expr).toContain('inventory=~"$inventory"');
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).error === undefined;
(hasSystemd ? test : test.skip)('systemd takes the units', () => {
  for (const name of ['haprov-status@.service', 'haprov-status@.timer'])
    copyFileSync(shipped(name), join(folder, name));
  const { status, stderr } = spawnSync(
    'systemd-analyze',
    [
      'verify',
      '--man=no',
      join(folder, 'haprov-status@pair.timer'),
      join(folder, 'haprov-status@pair.service'),
    ],
    { encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` } },
  );
  expect([stderr.split('\n').filter((row) => row.includes('haprov-status')), status]).toEqual([[], 0]);
});

describe('the program', () => {
  beforeAll(buildProgram);
  afterAll(removeProgram);

  const inventory = {
    name: 'silent',
    hosts: { a: { address: '127.0.0.1', priority: 2 }, b: { address: '127.0.0.2', priority: 1 } },
    groups: { balancers: ['a', 'b'], web: ['a', 'b'] },
    playbooks: ['ha-pair'],
  };
  const status = (...args: string[]) => {
    writeFileSync(join(folder, 'pair.json'), JSON.stringify(inventory));
    const { code, stdout, stderr } = run(folder, ['status', '--port', '9', '--ssh-config', 'none', ...args]);
    return { code, stdout: stdout.toString(), stderr };
  };

  test.each([
    ['no inventory', ['--format', 'nagios'], {}],
    ['a faulty one', ['faulty.json', '--format', 'nagios'], { 'faulty.json': '{ "hosts": | 7' }],
  ])('%s is UNKNOWN to Nagios', (_, args, files) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, '.ssh'));
    const { code, stdout } = run(folder, ['status', ...args]);
    expect(stdout.toString()).toMatch(/^HAPROV UNKNOWN - [^|\n]+\n$/);
    expect(code).toBe(3);
  });

  test('hosts that nobody could ask are UNKNOWN, with figures', () => {
    const { code, stdout } = status('pair.json', '--format', 'nagios');
    expect(stdout).toMatch(/^HAPROV UNKNOWN - SSH on a does not work: [^|]+\| hosts_up=0;;;0;2 [^\n|]*\n$/);
    expect(code).toBe(3);
  });

  test('the file is written anew as a whole, through a link too, and left as it is by a look that fails', () => {
    const out = join(folder, 'a.prom');
    writeFileSync(out, 'old');
    const { code, stdout } = status('pair.json', '--format', 'prometheus', '--out', 'a.prom');
    expect([code, stdout]).toEqual([3, '']);
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('haprov_host_up{inventory="silent",host="a"} 0\n');
    expect(text.endsWith('\n')).toBe(true);
    expect(run(folder, ['status', 'nowhere.json', '--format', 'prometheus', '--out', 'a.prom']).code).toBe(2);
    expect(readFileSync(out, 'utf8')).toBe(text);
    spawnSync('ln', ['-s', 'a.prom', join(folder, 'link.prom')]);
    status('pair.json', '--json', '--out', 'link.prom');
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ inventory: 'silent' });
    expect(spawnSync('ls', ['-A', folder], { encoding: 'utf8' }).stdout).not.toMatch(/^\.[^s]/m);
  });

  test('haprov hooks lists them without what is secret, and tries them', () => {
    const url = 'http://127.0.0.1:9/hooks/a-word-that-nobody-knows';
    const secret = 'whsec_MfKQ9r8GKYqTwjUPD8ILPZIo2LaLaSw9r8GKYqT9';
    const hooks = [
      { on: ['run-end', 'gone'], run: ['./tell'] },
      { on: ['finding'], url: { env: 'HOOK' }, secret },
    ];
    const file = join(folder, 'pair.json');
    writeFileSync(file, JSON.stringify({ ...inventory, hooks }));
    writeFileSync(join(folder, 'tell'), '#!/bin/sh\necho "$HAPROV_EVENT ${HOOK-unset}" >told\n', {
      mode: 0o755,
    });
    const ask = (...words: string[]) => run(folder, ['hooks', 'pair.json', ...words], { HOOK: url });
    expect(ask().stdout.toString()).toBe('./tell: run-end, gone\nhttp://127.0.0.1:9 (signed): finding\n');
    expect(existsSync(join(folder, 'told'))).toBe(false);
    const { code, stdout, stderr } = ask('--test', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout.toString())).toEqual({
      version: 1,
      hooks: [
        { on: ['run-end', 'gone'], to: './tell', signed: false, told: true },
        {
          on: ['finding'],
          to: 'http://127.0.0.1:9',
          signed: true,
          told: false,
          fault: expect.stringContaining(
            'the hook http://127.0.0.1:9 was not told of test: it cannot be reached',
          ),
        },
      ],
    });
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('test unset\n');
    expect(stdout + stderr).not.toMatch(/a-word-that-nobody-knows|MfKQ9r8/);
  });

  test('hooks are told of the whole pair by one look', () => {
    for (const words of ['--limit a', '--watch', '--serve'])
      expect(status('pair.json', '--hooks', ...words.split(' '))).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--hooks'),
      });
  });

  test('a pipe is written to and not replaced', () => {
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const end = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      expect(status('pair.json', '--format', 'nagios', '--out', 'pipe').code).toBe(3);
      const heard = Buffer.alloc(4096);
      expect(heard.subarray(0, readSync(end, heard)).toString()).toMatch(/^HAPROV UNKNOWN - .*\n$/);
      expect(statSync(pipe).isFIFO()).toBe(true);
    } finally {
      closeSync(end);
    }
  });

  test.each([
    ['--json --format nagios', '--json is --format json, and --format nagios is said beside it'],
    ['--serve --format prometheus', '--serve shows a page: it goes with none of'],
    ['--serve --out x', '--serve shows a page: it goes with none of'],
    ['--watch --format nagios', 'does not go with --watch'],
    ['pair.json --format prometheus', '--format prometheus is for one inventory, and several are named'],
    ['pair.json --out x', '--out is for one inventory, and several are named'],
  ])('%s is refused', (words, why) => {
    const { stdout, stderr } = status('pair.json', ...words.replace('pair.json', './pair.json').split(' '));
    expect(stdout + stderr).toContain(why);
  });
});
