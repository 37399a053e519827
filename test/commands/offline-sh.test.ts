import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { withFiles } from '../bad-input/cases';
import { buildProgram, program, removeProgram, run } from '../support/program';

beforeAll(buildProgram);
afterAll(removeProgram);

const inventory = JSON.stringify({
  hosts: { a: { address: '10.0.0.1', priority: 2 }, b: { address: '10.0.0.2', priority: 1 } },
  groups: { balancers: ['a', 'b'], web: ['a', 'b'] },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 37, group: 'balancers' } },
  stats: { password: { env: 'PASSWORD' } },
  playbooks: ['ha-pair'],
});
const env = { PASSWORD: 'correct horse battery' };
const cfg = '/etc/haproxy/haproxy.cfg';
const inFolder = <T>(files: Record<string, string>, use: (folder: string) => T) =>
  withFiles({ files }, (folder) => use(folder));

describe('haprov render', () => {
  test('--file: its bytes on standard output, all else on standard error', () =>
    inFolder({ 'i.json': inventory }, (folder) => {
      const { code, stdout, stderr } = run(folder, ['render', 'i.json', '--file', cfg], env);
      expect(stdout.toString()).toMatch(/^# Written by haprov[\s\S]*\n {4}stats auth admin:\*\*\*\n$/);
      expect(stderr).toContain('EL 9 stands for what each host is');
      expect(stderr).toContain(`warning: *** stands for secrets in ${cfg}`);
      expect(code).toBe(0);
      const shown = run(folder, ['render', 'i.json', '--file', cfg, '--show-secrets'], env);
      expect(shown.stdout.toString()).toContain('admin:correct\\ horse\\ battery\n');
    }));

  test('--json is one document', () =>
    inFolder({ 'i.json': inventory }, (folder) => {
      const { stdout, code } = run(folder, ['render', 'i.json', '--host', 'b', '--json'], env);
      expect(JSON.parse(stdout.toString()).hosts).toMatchObject([{ host: 'b', address: '10.0.0.2' }]);
      expect(code).toBe(0);
    }));

  test.each([
    [['--el', '5'], 'it is one of: 6, 7, 8, 9, 10'],
    [['--host', 'c'], 'error: --host: there is no host "c"'],
    [['--file', '/etc/haproxy/haproxy.conf'], `did you mean ${cfg}?`],
  ])('%j is refused with 2', (args, message) =>
    inFolder({ 'i.json': inventory }, (folder) => {
      const { code, stdout, stderr } = run(folder, ['render', 'i.json', ...args], env);
      expect([code, stdout.toString()]).toEqual([2, '']);
      expect(stderr).toContain(message);
    }),
  );
});

describe('the inventory need not be named', () => {
  const files = { 'inventory.json': inventory, 'sub/x': '' };

  test.each([
    ['render', ['--host', 'b', '--file', cfg]],
    ['lint', []],
    ['secret', ['list']],
  ])('%s finds it above, and says so on standard error', (command, args) =>
    inFolder(files, (folder) => {
      const sub = join(folder, 'sub');
      const found = run(sub, [command, ...args], env);
      expect(found.stderr.split('\n')[0]).toBe('inventory: ../inventory.json');
      const named = run(sub, [command, ...args, '../inventory.json'], env);
      expect([named.code, named.stderr]).toEqual([found.code, found.stderr.replace(/^.*\n/, '')]);
      expect(named.stdout.toString()).toBe(found.stdout.toString());
      const byEnv = { ...env, HAPROV_INVENTORY: '../inventory.json' };
      const [first] = run(sub, [command, ...args], byEnv).stderr.split('\n');
      expect(first).toBe('inventory: ../inventory.json (HAPROV_INVENTORY)');
    }),
  );

  test('--json says nothing of it', () =>
    inFolder(files, (folder) => {
      const { stdout, stderr } = run(folder, ['lint', '--json'], env);
      expect([JSON.parse(stdout.toString()), stderr]).toEqual([
        { version: 1, findings: expect.any(Array) },
        '',
      ]);
    }));

  test('a template is copied beside it', () =>
    inFolder(files, (folder) => {
      const { code, stdout } = run(join(folder, 'sub'), ['eject', 'haproxy/haproxy.cfg']);
      expect([code, stdout.toString().split('\n')[0]]).toEqual([0, '../templates/haproxy/haproxy.cfg.ejs']);
      expect(run(folder, ['render', '--host', 'a'], env).stdout.toString()).toContain(
        'haproxy.cfg.ejs, your own',
      );
    }));

  test.each([
    ['plan', ['plan'], 'error: no inventory is named, and there is no inventory.json'],
    ['drain', ['drain', 'a'], 'error: no inventory is named, and there is no inventory.json'],
    ['lint', ['lint'], 'error: no inventory is named, and there is no inventory.json'],
  ])('%s is refused with 2 where there is none', (_, args, message) =>
    inFolder({}, (folder) => {
      const { code, stderr } = run(folder, args, env);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(stderr).toContain('haprov init --out inventory.json');
    }),
  );
});

describe('haprov alone', () => {
  test('where there is no inventory, how to begin one', () =>
    inFolder({}, (folder) => {
      const { code, stdout, stderr } = run(folder, []);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.toString()).toMatch(
        /^no inventory yet: there is no inventory\.json, .* or above\n\nnext:\n {2}haprov init --out/,
      );
    }));

  test('the inventory above, and what is next', () =>
    inFolder({ 'inventory.json': inventory, 'sub/x': '' }, (folder) => {
      const { code, stdout, stderr } = run(join(folder, 'sub'), [], env);
      expect([code, stderr]).toEqual([0, '']);
      const [which, what, , , next] = stdout.toString().split('\n');
      expect([which, what]).toEqual([
        'inventory: ../inventory.json',
        '2 hosts (a, b), 1 VIP (10.0.0.9), 0 services, 1 playbook (ha-pair)',
      ]);
      expect(next).toBe('next:');
    }));

  test('two in one folder are an error', () =>
    inFolder({ 'inventory.json': inventory, 'inventory.yml': '' }, (folder) => {
      const { code, stderr } = run(folder, [], env);
      expect([code, stderr]).toEqual([2, expect.stringContaining('inventory.json or inventory.yml?')]);
    }));
});

describe('haprov eject', () => {
  test('the copy is what render and plan go by; a second one is refused', () =>
    inFolder({ 'i.json': inventory }, (folder) => {
      const name = 'haproxy/haproxy.cfg';
      const copy = 'templates/haproxy/haproxy.cfg.ejs';
      const first = run(folder, ['eject', name]);
      expect([first.code, first.stdout.toString().split('\n')[0]]).toEqual([0, copy]);
      expect(run(folder, ['eject']).stdout.toString()).toMatch(
        new RegExp(`^ {2}${name} +yours: ${copy}$`, 'm'),
      );
      expect(run(folder, ['render', 'i.json', '--host', 'a'], env).stdout.toString()).toContain(
        `# from ${copy}, your own`,
      );
      const again = run(folder, ['eject', name]);
      expect([again.code, again.stderr]).toEqual([
        2,
        expect.stringContaining(`error: ${copy} is there already, and stays as it is`),
      ]);
    }));

  test('what is wrong in the copy stops plan, before any host is asked', () => {
    const files = { 'i.json': inventory, 'templates/haproxy/haproxy.cfg.ejs': '<%= nothing %>\n' };
    return inFolder(files, (folder) => {
      const { code, stderr } = run(folder, ['plan', 'i.json'], env);
      expect(stderr).toContain('templates/haproxy/haproxy.cfg.ejs:1: there is no "nothing"');
      expect(code).toBe(2);
    });
  });
});

describe('haprov lint of several inventories', () => {
  const healthy = inventory
    .replace('"priority":2', '"priority":101')
    .replace('"priority":1}', '"priority":100}')
    .replace('"stats"', '"sysctl":{"net.ipv4.ip_nonlocal_bind":1},"stats"');
  test('a line for each at the end, on standard output; no secret of any', () =>
    inFolder(
      { 'a.json': healthy, 'b.json': healthy.replace('"v"', '"w"'), 'c.yaml': 'hosts: {' },
      (folder) => {
        const { code, stdout } = run(folder, ['lint', 'a.json', 'b.json', 'c.yaml'], env);
        expect(stdout.toString()).toContain('== c.yaml ==\nerror: c.yaml:1:');
        expect(stdout.toString()).toMatch(
          /\n== 3 inventories ==\n✓ a.json {2}no findings\n✓ b.json {2}no findings\n✗ c.yaml {2}\d faults?\n$/,
        );
        expect(stdout.toString()).not.toContain(env.PASSWORD);
        expect(code).toBe(2);
      },
    ));

  test('--json: one line for each', () =>
    inFolder({ 'a.json': healthy, 'b.json': healthy }, (folder) => {
      const { code, stdout } = run(folder, ['lint', 'a.json', 'b.json', '--json'], env);
      expect([code, stdout.toString()]).toEqual([
        0,
        ['a', 'b']
          .map(
            (name) =>
              `{"version":1,"file":"${name}.json","exitCode":0,"result":{"version":1,"findings":[]}}\n`,
          )
          .join(''),
      ]);
    }));

  test.each([['--out', 'x'], ['--watch'], ['--serve']])('%s is for one', (...words) =>
    inFolder({}, (folder) => {
      const { code, stderr } = run(folder, [
        words[0] === '--out' ? 'plan' : 'status',
        'a.json',
        'b.json',
        ...words,
      ]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${words[0]} is for one inventory`)]);
    }),
  );
});

describe('haprov init', () => {
  test('the example is an inventory, and says what to do next on standard error', () =>
    inFolder({}, (folder) => {
      const made = run(folder, ['init', '--out', 'inventory.json']);
      expect([made.code, made.stdout.toString()]).toEqual([0, '']);
      expect(made.stderr).toContain('next: put in your own hosts');
      expect(made.stderr).toContain('haprov schema >inventory.schema.json');
      expect(JSON.parse(readFileSync(join(folder, 'inventory.json'), 'utf8')).$schema).toBe(
        'inventory.schema.json',
      );
      const rendered = run(folder, ['render', 'inventory.json'], { HAPROV_STATS_PASSWORD: 'long enough' });
      expect([rendered.code, rendered.stdout.toString()]).toEqual([0, expect.stringContaining(cfg)]);
      const again = run(folder, ['init', '--out', 'inventory.json']);
      expect([again.code, again.stderr]).toEqual([
        2,
        'error: inventory.json is there already, and stays as it is\nwhat to do: name another file\n',
      ]);
    }));

  test('a new pair from what was said: a password each in an encrypted file, and the next commands; twice is refused', () =>
    inFolder({}, (folder) => {
      const env = { HAPROV_AGE_IDENTITY: join(folder, 'key', 'id.txt') };
      const words = 'init --host a=192.0.2.1 --host root@192.0.2.2 --vip 192.0.2.10/24 --offline'.split(' ');
      const made = run(folder, words, env);
      expect([made.code, made.stdout.toString().split('\n').slice(-5)]).toEqual([
        0,
        ['next:', ...['plan', 'apply', 'status'].map((word) => `  haprov ${word} inventory.json`), ''],
      ]);
      const inventory = JSON.parse(readFileSync(join(folder, 'inventory.json'), 'utf8'));
      expect(inventory).toMatchObject({
        $schema: 'inventory.schema.json',
        hosts: { a: { address: '192.0.2.1', priority: 101 }, '192.0.2.2': { ssh: { user: 'root' } } },
        vips: { front: { address: '192.0.2.10/24', virtualRouterId: 10, auth: { secret: 'vrrp' } } },
        stats: { password: { secret: 'stats' } },
      });
      const rendered = run(folder, ['render', 'inventory.json', '--host', 'a', '--show-secrets'], env);
      const [, said = ''] = /auth_pass (\S+)/.exec(rendered.stdout.toString()) ?? [];
      expect([rendered.code, said]).toEqual([0, expect.stringMatching(/^\w{8}$/)]);
      expect(run(folder, ['secret', 'get', 'vrrp', 'inventory.json'], env).stdout.toString()).toBe(
        `${said}\n`,
      );
      const kept = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]);
      const again = run(folder, words, env);
      expect([again.code, again.stderr]).toEqual([
        2,
        'error: inventory.json is there already, and stays as it is\nwhat to do: name another file: --out FILE\n',
      ]);
      expect(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs])).toEqual(kept);
      const other = run(folder, [...words, '--out', 'other.json'], env);
      expect(other.code).toBe(0);
      expect(JSON.parse(readFileSync(join(folder, 'other.json'), 'utf8')).stats.password).toEqual({
        secret: 'stats-2',
      });
      expect(run(folder, ['secret', 'get', 'vrrp', 'inventory.json'], env).stdout.toString()).toBe(
        `${said}\n`,
      );
    }));

  describe('what fails on the way leaves nothing that is in the way', () => {
    const words = 'init --host a=192.0.2.1 --host b=192.0.2.2 --vip 192.0.2.10/24 --offline'.split(' ');
    const env = (folder: string) => ({ HAPROV_AGE_IDENTITY: join(folder, 'key/id.txt') });
    const expectMade = (folder: string) => {
      expect(run(folder, words, env(folder))).toMatchObject({ code: 0 });
      expect(JSON.parse(readFileSync(join(folder, 'inventory.json'), 'utf8')).stats.password).toEqual({
        secret: 'stats',
      });
      expect(run(folder, ['lint'], env(folder)).stderr).not.toContain('error');
    };

    test('no place for the key', () =>
      inFolder({ key: '' }, (folder) => {
        const { code, stderr } = run(folder, words, env(folder));
        expect([code, stderr]).toEqual([2, expect.stringContaining('id.txt: cannot be written')]);
        expect(readdirSync(folder)).toEqual(['key']);
        rmSync(join(folder, 'key'));
        expectMade(folder);
      }));

    test('recipients that are damaged', () =>
      inFolder({ 'secrets.recipients': 'nobody\n' }, (folder) => {
        const { code, stderr } = run(folder, words, env(folder));
        expect([code, stderr]).toEqual([2, expect.stringContaining('is no recipient of age')]);
        expect(readdirSync(folder).sort()).toEqual(['key', 'secrets.recipients']);
        rmSync(join(folder, 'secrets.recipients'));
        expectMade(folder);
      }));

    test('no place for the inventory', () =>
      inFolder({}, (folder) => {
        symlinkSync('nowhere', join(folder, 'inventory.json'));
        const { code, stderr } = run(folder, words, env(folder));
        expect([code, stderr]).toEqual([2, expect.stringContaining('inventory.json is there already')]);
        rmSync(join(folder, 'inventory.json'));
        expectMade(folder);
      }));

    test('no room for a file: it is not there by half', () =>
      inFolder({}, (folder) => {
        const { status, stderr } = spawnSync(
          'sh',
          ['-c', 'ulimit -f 8; exec "$@"', 'sh', process.execPath, program, ...words],
          { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...env(folder) }, encoding: 'utf8' },
        );
        expect([status, stderr]).toEqual([2, expect.stringMatching(/\.json cannot be written: /)]);
        expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toEqual([]);
        expectMade(folder);
      }));
  });

  test.each([
    [['--host', 'a=192.0.2.1'], 'a pair has two hosts, and one was named'],
    [['--vip', '192.0.2.10'], 'init: no host is named'],
    [['--host', 'a=192.0.2.1', '--host', 'b=192.0.2.2'], 'init: the shared address is missing'],
    [['--host', 'a=192.0.2.1,b=192.0.2.1', '--vip', '192.0.2.10'], '192.0.2.1 is named twice'],
    [['--host', 'a=192.0.2.1,b=192.0.2.2', '--vip', '192.0.2.2'], '192.0.2.2 is the address of b'],
    [['--host', 'a=192.0.2.1,b=192.0.2.2', '--vip', '192.0.2.10/33'], 'is no address'],
    [['--host', 'a=192.0.2.1,b=192.0.2.2', '--vip', '127.0.0.9'], 'cannot move from one host to another'],
    [['--host', 'a=:1', '--vip', '192.0.2.10'], '":1" is no address of a host'],
    [['--host', 'a b=192.0.2.1', '--vip', '192.0.2.10'], 'a host cannot be called "a b"'],
    [['--from', 'hosts.ini', '--vip', '192.0.2.10'], '--from is named beside --host or --vip'],
  ])('%j is refused, and nothing written', (words, message) =>
    inFolder({}, (folder) => {
      const { code, stderr } = run(folder, ['init', ...words]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(readdirSync(folder)).toEqual([]);
    }),
  );

  test('--from: the inventory on standard output, what was lost on standard error, with file and line', () => {
    const files = {
      'hosts.ini':
        '[balancers]\na ansible_host=10.0.0.1 ansible_password=swordfish\n\n[web]\nb ansible_foo=1\n',
      'group_vars/web.yml': 'x: 1\n',
    };
    return inFolder(files, (folder) => {
      const { code, stdout, stderr } = run(folder, ['init', '--from', 'hosts.ini']);
      expect(code).toBe(0);
      expect(stdout.toString()).toBe(
        [
          '{',
          '  "$schema": "inventory.schema.json",',
          '  "hosts": {',
          '    "a": { "address": "10.0.0.1", "ssh": { "password": { "env": "HAPROV_SSH_PASSWORD" } } },',
          '    "b": { "address": "b" }',
          '  },',
          '  "groups": { "balancers": ["a"], "web": { "hosts": ["b"], "vars": { "x": 1 } } },',
          '  "playbooks": ["ha-pair"]',
          '}',
          '',
        ].join('\n'),
      );
      expect(stderr.split('\n').slice(0, 2)).toEqual([
        'warning: hosts.ini:2: ansible_password is not copied: set the environment variable HAPROV_SSH_PASSWORD to it before you run haprov',
        'warning: hosts.ini:5: ansible_foo is left out: haprov has nothing for it',
      ]);
      expect(stderr).toContain('\nnext: add vips.NAME: address');
    });
  });

  test('YAML that is read as INI is told so once', () =>
    inFolder({ 'hosts.txt': 'all:\n  hosts:\n    a:\n    b:\n' }, (folder) => {
      const { code, stderr } = run(folder, ['init', '--from', 'hosts.txt']);
      expect([code, stderr]).toEqual([
        2,
        'error: hosts.txt:1: "all:" ends with ":" but names no port; is it a YAML file? One is told by its ending: .yml, .yaml\n',
      ]);
    }));

  test.each([
    ['plan', 'hosts', '[web]\na ansible_host=10.0.0.1\n'],
    ['lint', 'hosts.ini', 'a ansible_host=10.0.0.1\n'],
    ['lint', 'hosts.txt', '# ours\n[web:vars]\nx=1\n'],
    ['render', 'hosts.yml', 'web:\n  hosts:\n    a: { ansible_host: 10.0.0.1 }\n'],
  ])('%s of an Ansible inventory %s says what makes one of haprov of it', (command, name, text) =>
    inFolder({ [name]: text }, (folder) => {
      const { code, stderr } = run(folder, [command, name]);
      expect([code, stderr]).toEqual([
        2,
        `error: ${name}: is an inventory of Ansible, and none of haprov\nwhat to do: make one of it: haprov init --from ${name} --out pair.json\n`,
      ]);
    }),
  );

  test.each([
    ['plan', 'x.json', 'error: x.json: there is no such file in FOLDER\n'],
    ['lint', 'no/x.cfg', 'error: no/x.cfg: there is no such file, as there is no folder FOLDER/no\n'],
  ])('%s %s: what is not there is said with where it was looked for', (command, name, message) =>
    inFolder({}, (folder) => {
      const { code, stderr } = run(folder, [command, name]);
      expect(code).toBe(2);
      expect(stderr.replaceAll(folder, 'FOLDER')).toContain(message);
    }),
  );

  test.each([
    ['h x\n[a b]\n', ['hosts.ini:1: ', 'hosts.ini:2: ']],
    [undefined, ['hosts.ini: there is no such file']],
  ])('faults, all at once, and no output: %j', (text, expected) =>
    inFolder(text === undefined ? {} : { 'hosts.ini': text }, (folder) => {
      const { code, stdout, stderr } = run(folder, ['init', '--from', 'hosts.ini', '--out', 'new.json']);
      expect([code, stdout.toString()]).toEqual([2, '']);
      expect(stderr.match(/^error: /gm)).toHaveLength(expected.length);
      for (const part of expected) expect(stderr).toContain(part);
      expect(() => readFileSync(join(folder, 'new.json'))).toThrow(/ENOENT/);
    }),
  );
});
