import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProbe, type Question } from '../../src/host/probe';
import { READ_AT_ONCE } from '../../src/host/script-output';
import { answersAtOnce } from '../../src/pair/vrrp-listen';
import { questionsOf } from '../../src/planning/host-plan';
import { statusQuestions } from '../../src/planning/status-observer';
import { call } from '../../src/shell/library';
import { bare, functionsOf } from '../../src/shell/parse-shell';
import { isRoot, own, Sandbox, type Shell, shells } from '../shell/sandbox';
import { findProgram } from '../shell/shells';
import { loadDesiredState } from '../support/load-inventory';

/** What a plan without changes, and a status, cost a host: bytes on the wire, programs that it starts, and processes. */

const unit = (name: string) => `Names=${name}
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=${name === 'firewalld.service' ? 'disabled' : 'enabled'}
MainPID=1
`;

const facts: Question = {
  id: 'facts',
  script: call('probe_facts'),
  asksFor: { addresses: true },
  inPlace: true,
};

/** The example inventory's first host, and what it is to have. */
function example() {
  const { inventory, wanted } = loadDesiredState('inventory.example.json', {
    env: { HAPROV_STATS_PASSWORD: 'x' },
  });
  const [[host, all] = []] = wanted;
  // The sandbox has no /var/www.
  const resources = (all ?? []).filter(({ target }) => target !== '/var/www/html/index.html');
  if (!host || resources.length + 1 !== all?.length) throw new Error('the example has no first page');
  return { inventory, host, resources };
}

function questionsOfStatus(): Question[] {
  const { inventory, host, resources } = example();
  return [facts, ...statusQuestions(inventory, host, resources)];
}

function questions(): Question[] {
  const { resources } = example();
  return [
    facts,
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
  'awk base64 cat chmod cut date df dirname env expr find getent grep head id ip ls mktemp od printf ps readlink sed sh sha256sum sort ss stat systemctl tail test timeout tr uname wc xargs'.split(
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

  // Shells without a clock or their user's number ask programs.
  const number = isRoot ? ['id'] : ['id', 'id'];
  const log = () => join(box.memory, 'programs');
  const started = () => readFileSync(log(), 'utf8').trimEnd().split('\n').sort();
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
  const script = (asked = questions()) =>
    ['/etc/httpd', '/usr/libexec/keepalived'].reduce(
      (text, place) => text.replaceAll(` ${place}`, ` ${box.path(place)}`),
      buildProbe(asked).script.replaceAll(/ root (?:root|haproxy)$/gm, ` ${own.owner} ${own.group}`),
    );

  test('the programs that it starts', async () => {
    count();
    const { stderr, stdout } = await box.send(script());
    expect([stderr, stdout.split('\n').at(-2)]).toEqual(['', expect.stringMatching(/ done$/)]);
    expect(stdout).not.toMatch(/absent|missing=/);
    const more = { bash: [], busybox: number }[shell[0]] ?? ['date', ...number];
    expect(started()).toEqual(['awk', 'base64', 'cat', 'grep', 'grep', 'ip', 'stat', ...more].sort());
    expect(box.calls().map((call) => call.split(' ', 1)[0])).toEqual(['systemctl', 'rpm']);
  });

  describe('a status', () => {
    beforeEach(() => {
      const words = {
        'haproxy.service': `-Ws -f ${box.path('etc/haproxy/haproxy.cfg')} -p $PIDFILE`,
        'keepalived.service': '-n $OPTIONS',
      };
      const told = ['httpd', 'firewalld', 'haproxy', 'keepalived'].map((name) => `${name}.service`);
      const units = told.map((name) => {
        const line = Object.entries(words).find(([own]) => own === name)?.[1];
        return `${unit(name)}${line ? `Environment=PIDFILE=/run/x\nExecStart={ path=/x ; argv[]=/x ${line} ; ignore_errors=no }\n` : ''}`;
      });
      box.fake('systemctl', `"show "*" -- ${told.join(' ')}") printf '%s' '${units.join('\n')}' ;;`);
      box.fake('nft', '"list ruleset") ;;');
      box.fake('journalctl', '"-u keepalived -b "*) ;;');
      box.fake('keepalived', '"-t -f "*) ;;');
      box.fake('haproxy', '"-c -f "*) ;;');
      // It opens connections, to HAProxy and to the VIP.
      box.fake('bash', '"-c "*) echo "# pxname,svname" ;;');
    });

    test('the programs that it starts', async () => {
      count();
      // Whether an HAProxy runs is not to be this machine's word.
      const running = script(questionsOfStatus()).replace('newest=${processes##*newest }', "newest='1 0 0'");
      expect(running).toContain("newest='1 0 0'");
      const { stderr, stdout } = await box.send(running);
      expect([stderr, stdout.split('\n').at(-2)]).toEqual(['', expect.stringMatching(/ done$/)]);
      const more = { bash: [], busybox: number }[shell[0]] ?? ['date', 'date', ...number];
      const own =
        'awk awk awk awk awk awk awk base64 cat cat grep grep ip sed ss stat stat stat stat timeout timeout timeout timeout timeout';
      expect(started()).toEqual([...own.split(' '), ...more].sort());
      const asked = 'bash bash haproxy journalctl keepalived nft rpm systemctl';
      expect(
        box
          .calls()
          .map((call) => call.split(' ', 1)[0])
          .sort()
          .join(' '),
      ).toBe(asked);
    });

    (canCount ? test : test.skip)('the processes that it makes', async () => {
      expect(await processesOf(script(questionsOfStatus()))).toBeLessThanOrEqual(64);
    });
  });

  /** How many it makes beside its own shell and what the fakes make, which is one each. */
  const processesOf = async (text: string): Promise<number> => {
    box.allowViews();
    const { stdout } = await box.send(
      `unshare --pid --fork --mount-proc sh -c 'sh -s; read -r _ _ _ _ last </proc/loadavg; echo "$last"' <<'.EOS.'\n${text}.EOS.\n`,
    );
    return Number(stdout.trimEnd().split('\n').at(-1)) - 2 - box.calls().length;
  };

  (canCount ? test : test.skip)('the processes that it makes', async () => {
    expect(await processesOf(script())).toBeLessThanOrEqual(16);
  });
});

test('no question ends the shell that all run in', () => {
  const { bodies } = functionsOf(bare(buildProbe(questions()).script));
  for (const [name, texts] of bodies)
    for (const text of texts)
      expect([name, /\bexit\b/.test(text) && !/^ *\(/.test(text)]).toEqual([name, false]);
});

test('the bytes that are sent', () => {
  const bytes = (asked: Question[]) => Buffer.byteLength(buildProbe(asked).script);
  expect(bytes(questions())).toBeLessThan(33_000);
  expect(bytes(questionsOfStatus())).toBeLessThan(54_000);
});
