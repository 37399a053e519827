import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { READ_AT_ONCE } from '../../src/host/exec';
import { buildProbe, type Question } from '../../src/host/probe';
import { answersAtOnce } from '../../src/pair/vrrp-listen';
import { questionsOf } from '../../src/planning/host-plan';
import { call } from '../../src/shell/library';
import { bare, functionsOf } from '../../src/shell/parse-shell';
import { isRoot, own, Sandbox, type Shell, shells } from '../shell/sandbox';
import { findProgram } from '../shell/shells';
import { loadDesiredState } from '../support/load-inventory';

/** What the probe of a plan without changes costs a host: bytes on the wire, programs that it starts, and processes. */

const unit = (name: string) => `Names=${name}
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=${name === 'firewalld.service' ? 'disabled' : 'enabled'}
MainPID=1
`;

/** The questions of the example inventory to its first host. */
function questions(): Question[] {
  const env = { HAPROV_STATS_PASSWORD: 'x' };
  const { wanted } = loadDesiredState('inventory.example.json', { env });
  const [[, all = []] = []] = wanted;
  // The sandbox has no /var/www.
  const resources = all.filter(({ target }) => target !== '/var/www/html/index.html');
  if (resources.length !== all.length - 1) throw new Error('the example has no first page');
  return [
    { id: 'facts', script: call('probe_facts'), asksFor: { addresses: true }, inPlace: true },
    ...questionsOf(resources),
    {
      id: 'vrrp',
      script: call('listen_for_vrrp', 3.5, '192.0.2.1'),
      asksFor: { units: ['keepalived'] },
      inPlace: true,
      besideUnless: answersAtOnce,
    },
  ];
}

/** In a process namespace of its own, the last process's number is the count. */
const canCount = isRoot && spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;

const counted =
  'awk base64 bash cat chmod cut date df dirname env expr find getent grep head id ip journalctl ls mktemp od printf ps readlink sed sh sha256sum sort ss stat systemctl tail test timeout tr uname wc xargs'.split(
    ' ',
  );

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    const units = ['httpd', 'firewalld', 'haproxy', 'keepalived'].map((name) => unit(`${name}.service`));
    box.fake(
      'systemctl',
      `"show "*" -- httpd.service firewalld.service haproxy.service keepalived.service") printf '%s' '${units.join('\n')}' ;;`,
    );
    box.fake('rpm', `"-q --qf "*) for name in httpd haproxy keepalived psmisc; do echo "$name 1-1"; done ;;`);
    for (const file of [
      'etc/haproxy/haproxy.cfg',
      'etc/keepalived/keepalived.conf',
      'etc/os-release',
      'etc/sysctl.d/99-zz-haprov.conf',
      'usr/libexec/keepalived/haprov-haproxy-answers',
      'usr/libexec/keepalived/haprov-not-drained',
    ])
      box.write(file, 'x\n');
    box.write('etc/httpd/conf/httpd.conf', 'Listen 8080\n');
    box.sysctls({ 'net.ipv4.ip_forward': '1', 'net.ipv4.ip_nonlocal_bind': '1' });
  });
  afterEach(() => box.dispose());

  const log = () => join(box.memory, 'programs');
  /** From here on each start of one of these programs is written down. */
  const count = () => {
    mkdirSync(box.memory, { recursive: true });
    for (const name of counted) {
      const program = findProgram(name);
      if (program && !['systemctl', 'sh'].includes(name))
        box.alias(name, `sh -c 'echo ${name} >>${log()}; exec ${program} "$@"' -`);
    }
  };

  test('a script runs once, to its end, and to its exit code, however the shell reads it', () => {
    const [program, ...args] = shell;
    const script = "echo a\ncat <<'.'\n$b\n.\n(exit 3)\n";
    const { stdout, stderr, status } = spawnSync(program, [...args, '-s'], {
      input: READ_AT_ONCE + script,
      encoding: 'utf8',
    });
    expect([stdout, stderr, status]).toEqual(['a\n$b\n', '', 3]);
  });

  /** The probe, about files of the sandbox, and as if they were whose they are to be. */
  const script = () =>
    ['/etc/httpd', '/usr/libexec/keepalived'].reduce(
      (text, place) => text.replaceAll(` ${place}`, ` ${box.path(place)}`),
      buildProbe(questions()).script.replaceAll(/ root (?:root|haproxy)$/gm, ` ${own.owner} ${own.group}`),
    );

  test('the programs that it starts', async () => {
    count();
    const { stderr, stdout } = await box.send(script());
    expect([stderr, stdout.split('\n').at(-2)]).toEqual(['', expect.stringMatching(/ done$/)]);
    expect(stdout).not.toMatch(/absent|missing=/);
    // Shells without a clock or their user's number ask programs.
    const number = isRoot ? ['id'] : ['id', 'id'];
    const more = { bash: [], busybox: number }[shell[0]] ?? ['date', ...number];
    const started = readFileSync(log(), 'utf8').trimEnd().split('\n').sort();
    expect(started).toEqual(['awk', 'base64', 'cat', 'grep', 'grep', 'ip', 'stat', ...more].sort());
    expect(box.calls().map((call) => call.split(' ', 1)[0])).toEqual(['systemctl', 'rpm']);
  });

  (canCount ? test : test.skip)('the processes that it makes', async () => {
    box.allowViews();
    const { stdout } = await box.send(
      `unshare --pid --fork --mount-proc sh -c 'sh -s; read -r _ _ _ _ last </proc/loadavg; echo "$last"' <<'.EOS.'\n${script()}.EOS.\n`,
    );
    // Two are the shells, and each of the two fakes makes one more.
    expect(Number(stdout.trimEnd().split('\n').at(-1)) - 4).toBeLessThanOrEqual(16);
  });
});

test('no question ends the shell that all run in', () => {
  const { bodies } = functionsOf(bare(buildProbe(questions()).script));
  for (const [name, texts] of bodies)
    for (const text of texts)
      expect([name, /\bexit\b/.test(text) && !/^ *\(/.test(text)]).toEqual([name, false]);
});

test('the bytes that are sent', () => {
  expect(Buffer.byteLength(buildProbe(questions()).script)).toBeLessThan(31_000);
});
