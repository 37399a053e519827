import processes from 'node:child_process';
import { askSshConfig, parseSshDump } from '../../src/host/ask-ssh-config';
import { readSshConfig, type SshTarget, settingsFrom, sshArguments } from '../../src/host/ssh-config';
import fc from '../support/property';
import { type SshFiles, sshFiles } from '../support/ssh-files';

/** `ssh -G` is a process: where hosts are many, it is asked once for all that the config cannot tell apart. */

let asked = 0;
/** The address about which no `ssh` can be started. */
let unstarted: string | undefined;
type Started = [
  file: string,
  words: string[],
  options: object,
  heard: (error: Error, stdout: string, stderr: string) => void,
];
const real = processes.execFile as (...given: Started) => unknown;
jest.spyOn(processes, 'execFile').mockImplementation(((...given: Started) => {
  asked += 1;
  return given[1].at(-1) === unstarted ? given[3](new Error('spawn ssh EAGAIN'), '', '') : real(...given);
}) as never);

const names = [
  ...Array.from({ length: 40 }, (_, n) => `198.18.0.${n + 1}`),
  ...Array.from({ length: 29 }, (_, n) => `web${n}.example`),
  ...Array.from({ length: 30 }, (_, n) => `DB${n}`),
  'fe80::1',
];

describe('the programs that are started to read the ssh config for 100 hosts', () => {
  let files: SshFiles;
  beforeEach(() => {
    files = sshFiles();
  });
  afterEach(() => files.remove());

  const target = (address: string, more: Partial<SshTarget> = {}) =>
    files.target(22, { name: address, address, ...more });
  /** As ssh itself says of each. */
  const alone = (one: SshTarget) => {
    const said = processes.spawnSync('ssh', sshArguments(one), { encoding: 'utf8' });
    return settingsFrom(parseSshDump(said.stdout), one);
  };
  /** What is found out for all, and what is right, of every ninth. */
  const read = async (more: Partial<SshTarget> = {}, addresses = names) => {
    asked = 0;
    const targets = addresses.map((address) => target(address, more));
    const found = await Promise.all(targets.map(readSshConfig));
    const isChecked = (_: unknown, at: number) => at % 9 === 3;
    return { found: found.filter(isChecked), right: targets.filter(isChecked).map(alone) };
  };

  test.each<[string, string[], number]>([
    ['a config for all', ['User bob'], 2],
    ['no config', [], 2],
    ['a line for one of them', ['Host web7.example', 'Port 2222'], 3],
    [
      'patterns',
      ['Host web* !web1?.*', 'User www', 'Host db* DB2*', 'ProxyJump bastion', 'Host 198.18.0.4?'],
      7,
    ],
    ['a last pass', ['Match final all', 'Compression yes', 'Host db*', 'User low'], 3],
    ['a name that all have in place of theirs', ['Host *', 'HostName one.example'], 2],
    ['tokens of this machine', ['Host *', 'IdentityFile ~/.ssh/%u-%l'], 2],
    ['a token of the host', ['Host *', 'ControlPath ~/.ssh/%r@%h:%p'], 100],
    ['a name made of the host’s', ['Host web*', 'HostName %h.org'], 100],
    ['a condition', ['Match host web*', 'User www'], 100],
    ['names that are looked up', ['CanonicalizeHostname yes', 'CanonicalDomains example.invalid'], 100],
    ['quotes', ['Host "web1.example"', 'User www'], 100],
  ])('%s', async (_, lines, processesStarted) => {
    files.configure(...lines);
    const { found, right } = await read(lines.length === 0 ? { sshConfigFile: 'none' } : {});
    expect(found).toEqual(right);
    expect(asked).toBe(processesStarted);
  });

  test('a file that the config includes is looked at, too', async () => {
    const more = files.write('more', 'Host web1*\n  User www\n');
    files.configure(`Include ${more}`);
    const { found, right } = await read();
    expect(found).toEqual(right);
    expect(asked).toBe(3);
  });

  test('a config that was changed meanwhile is asked again', async () => {
    files.configure('User bob');
    await read();
    files.configure('User alice');
    const { found, right } = await read({}, names.slice(5, 9));
    expect(found).toEqual(right);
    expect(asked).toBe(4);
  });

  test('other options are other hosts', async () => {
    files.configure('Host *');
    await read();
    const { found, right } = await read({ user: 'carol', port: 2222 }, names.slice(0, 9));
    expect(found).toEqual(right);
    expect(asked).toBe(2);
  });

  test('one that cannot be asked about keeps none of its kind from being', async () => {
    files.configure('Host web*', 'User www');
    const userOf = async (address: string) => {
      const dump = await askSshConfig(address, address, ['-G', '-F', files.path('config')], process.env);
      return dump.get('user');
    };
    await Promise.all(['db1', 'db2'].map(userOf));
    unstarted = 'web1';
    const [failed, ...others] = await Promise.allSettled(['web1', 'web2', 'web3'].map(userOf));
    unstarted = undefined;
    expect(failed).toMatchObject({
      reason: { message: 'web1: the ssh config cannot be used: spawn ssh EAGAIN' },
    });
    expect(others).toEqual(Array(2).fill({ status: 'fulfilled', value: ['www'] }));
    asked = 0;
    expect(await Promise.all(['web4', 'web1'].map(userOf))).toEqual([['www'], ['www']]);
    expect(asked).toBe(1);
  });

  test('whatever Host and HostName lines say, each host is told of as ssh tells of it alone', async () => {
    const some = ['db1', 'web1', 'web2', 'WEB1', 'web3.example', '10.0.0.1'];
    const pattern = fc.constantFrom('*', 'web*', 'w*1', 'WEB?', 'db1', 'web2', '10.0.0.?', '!web1', '!db*');
    const place = fc.constantFrom('web1', 'WEB1', 'Db1', '"web2"', 'web3.example', '10.0.0.1', 'far');
    const setting = fc.oneof(
      place.map((name) => `HostName ${name}`),
      fc.constantFrom('User bob', 'User www', 'Port 23', 'Match final all'),
    );
    const block = fc
      .tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), fc.array(setting, { maxLength: 2 }))
      .map(([patterns, settings]) => [`Host ${patterns.join(' ')}`, ...settings]);
    let configs = 0;
    const property = fc.asyncProperty(
      fc.array(block, { maxLength: 3 }),
      fc.shuffledSubarray(some, { minLength: 3 }),
      async (blocks, addresses) => {
        configs += 1;
        const options = ['-G', '-F', files.write(`config-${configs}`, `${blocks.flat().join('\n')}\n`)];
        const found = await Promise.all(
          addresses.map((address) => askSshConfig(address, address, options, process.env)),
        );
        const right = addresses.map((address) => {
          const { stdout } = processes.spawnSync('ssh', [...options, '-v', address], { encoding: 'utf8' });
          return parseSshDump(stdout);
        });
        expect(found).toEqual(right);
      },
    );
    const examples: [string[][], string[]][] = [
      [[['Host web*', 'HostName web1']], ['db1', 'web1', 'web2']],
      [[['Host web*', 'HostName "web1"']], ['db1', 'web1', 'web2']],
    ];
    await fc.assert(property, { numRuns: 40, examples });
  });

  test('a config that cannot be read is told of by each host', async () => {
    files.configure('Nonsense yes');
    const errors = await Promise.all(
      names
        .slice(0, 5)
        .map((address) => readSshConfig(target(address)).catch((error: Error) => error.message)),
    );
    expect(errors).toEqual(
      names
        .slice(0, 5)
        .map((name) =>
          expect.stringMatching(
            new RegExp(`^${name}: the ssh config cannot be used: [^;]*Bad configuration option: nonsense`),
          ),
        ),
    );
    expect(errors.join()).not.toMatch(/debug1|OpenSSH_/);
  });
});
