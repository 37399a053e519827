import { rmSync } from 'node:fs';
import { awks, Sandbox, type Shell, shells } from '../shell/sandbox';

/** Which firewall rules a host tells of, through real shells and awks. */

interface Case {
  about: string;
  nft?: string;
  /** Rows of iptables-save -c. */
  iptables?: string[];
  tells: string[];
}

const chain = (name: string, ...rules: string[]) =>
  `\tchain ${name} {\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n`;
const hook = (name: string) => `type filter hook ${name} priority filter; policy accept;`;
const table = (...chains: string[]) => `table ip filter {\n${chains.join('\n')}}\n`;

const cases: Case[] = [
  { about: 'nothing', nft: table(chain('INPUT', hook('input'))), tells: [] },
  {
    about: 'a rule that drops',
    nft: table(chain('INPUT', hook('input'), 'ip protocol vrrp counter packets 3 bytes 120 drop')),
    tells: ['rule nft [ip filter INPUT] ip protocol vrrp counter packets 3 bytes 120 drop'],
  },
  {
    about: 'a policy, and VRRP let in',
    nft: table(
      chain('INPUT', 'type filter hook input priority filter; policy drop;', 'meta l4proto 112 accept'),
    ),
    tells: ['rule nft [ip filter INPUT] policy drop', 'vrrp accepted'],
  },
  {
    about: 'a chain of its own that drops',
    nft: table(
      chain('INPUT', hook('input'), 'meta l4proto vrrp counter packets 3 bytes 120 jump REFUSED'),
      chain('REFUSED', 'counter packets 3 bytes 120 log', 'counter packets 3 bytes 120 drop'),
    ),
    tells: [
      'rule nft [ip filter REFUSED] counter packets 3 bytes 120 drop',
      'rule nft [ip filter INPUT] meta l4proto vrrp counter packets 3 bytes 120 jump REFUSED',
    ],
  },
  {
    about: 'a chain of its own that lets the peer in',
    nft: table(
      chain('VRRP', 'ip saddr 192.168.56.202 accept', 'drop'),
      chain('INPUT', hook('input'), 'meta l4proto vrrp goto VRRP'),
    ),
    tells: ['rule nft [ip filter VRRP] drop'],
  },
  {
    about: 'iptables: a chain of its own that drops',
    iptables: [
      ':REFUSED - [0:0]',
      '[3:180] -A INPUT -p tcp -m tcp --dport 8080 -j REFUSED',
      '[3:180] -A INPUT -s 10.0.0.0/8 -j REFUSED',
      '[3:180] -A REFUSED -j LOG --log-prefix "no "',
      '[3:180] -A REFUSED -m comment --comment "not here" -j REJECT --reject-with icmp-port-unreachable',
    ],
    tells: [
      'rule iptables [3:180] -A REFUSED -m comment --comment "not here" -j REJECT --reject-with icmp-port-unreachable',
      'rule iptables [3:180] -A INPUT -p tcp -m tcp --dport 8080 -j REFUSED',
    ],
  },
  {
    about: 'iptables: a chain of its own that lets the peer in',
    iptables: [
      '[3:180] -A INPUT -p vrrp -j VRRP',
      '[3:180] -A VRRP -s 192.168.56.202/32 -j ACCEPT',
      '[3:180] -A VRRP -j DROP',
    ],
    tells: ['rule iptables [3:180] -A VRRP -j DROP'],
  },
];

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  describe.each(awks)('%s', (awk) => {
    test.each(cases)('$about', async ({ nft = '', iptables = [], tells }) => {
      const box = new Sandbox(shell);
      try {
        if (awk !== 'awk') box.alias('awk', awk);
        // What only iptables understands makes nft's list foreign, and iptables is asked as well.
        const list = iptables.length > 0 ? table(chain('INPUT', 'xt match "tcp"')) : nft;
        box.fake('nft', `"list ruleset") cat <<'.'\n${list}.\n;;`);
        for (const tool of ['iptables', 'iptables-legacy', 'ip6tables', 'ip6tables-legacy'])
          box.fake(
            `${tool}-save`,
            `-c) cat <<'.'\n${tool === 'iptables' ? iptables.map((row) => `${row}\n`).join('') : ''}.\n;;`,
          );
        const told = await box.probe('drop_rules');
        expect(told.split('\n').filter((row) => row && row !== 'foreign')).toEqual(tells);
      } finally {
        box.dispose();
      }
    });
  });
});

describe.each(awks)('keepalived’s log, %s', (awk) => {
  test('is told from its last start on, though a child speaks before its parent', async () => {
    const box = new Sandbox();
    try {
      if (awk !== 'awk') box.alias('awk', awk);
      box.fake('systemctl', '"show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service") ;;');
      const start = 'Starting Keepalived v2.2.7';
      const log = [
        '(a) Entering MASTER STATE',
        start,
        'script /x is not executable - disabling',
        'Starting VRRP child process, pid=7',
        'Sending gratuitous ARP on eth0 for 192.0.2.1',
        '(a) Entering BACKUP STATE',
      ];
      const told = (rows: string[]) =>
        box.probe(`keepalived_log() { cat <<'.'\n${rows.join('\n')}\n.\n}\nhear_keepalived`);
      const kept = [start, log[2], log[3], log[5]].map((row) => `keepalived ${row}`);
      box.write(
        '/etc/keepalived/keepalived.conf',
        'vrrp_script mine{\n  script "/x -a"\n}\nvrrp_instance a {\n  notify_master /n MASTER\n  authentication {\n auth_pass s3cret\n}\n}\n',
      );
      const scripts = ['scripts', 'script script mine "/x -a"', 'script notify_master - /n MASTER'];
      expect((await told(log)).split('\n')).toEqual([...kept, ...scripts]);
      const faults = (...rows: string[]) =>
        box.probe(`keepalived_log() { cat <<'.'\n${rows.join('\n')}\n.\n}\nin_fault`);
      const fault = '(a) Entering FAULT STATE';
      expect(await faults(...log, fault, 'VRRP_Instance(b) Entering FAULT STATE')).toMatch(
        /^fault a\nfault b$|^fault b\nfault a$/,
      );
      expect(await faults(fault, ...log)).toBe('');
      for (const flag of ['drained', 'drain-for-run']) {
        box.write(`../state/${flag}`, '');
        expect(await faults(...log, fault)).toBe('');
        rmSync(box.path(`../state/${flag}`));
      }
      expect(await faults(start, fault, 'Starting VRRP child process, pid=7')).toBe('fault a');
      const failed = 'VRRP_Script(mine) failed (exited with status 1)';
      const well = ['(a) Entering BACKUP STATE', failed, 'VRRP_Script(mine) succeeded'];
      expect((await told(well)).split('\n')).toEqual(well.map((row) => `keepalived ${row}`));
      expect((await told([failed])).split('\n')).toEqual([`keepalived ${failed}`, ...scripts]);
      expect(await told([...log, 'Starting VRRP child process, pid=8'])).toBe(
        'keepalived Starting VRRP child process, pid=8',
      );
    } finally {
      box.dispose();
    }
  });
});

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))(
  'what HAProxy was started with, %s',
  (_, shell) => {
    const own = '/etc/haproxy/haproxy.cfg';
    const other = '/etc/haproxy/other.cfg';
    const dropIn = '/etc/systemd/system/haproxy.service.d/o.conf';
    let box: Sandbox;
    beforeEach(() => {
      box = new Sandbox(shell);
      for (const file of [own, other]) box.write(file, 'global\n');
    });
    afterEach(() => box.dispose());

    /** As a process with these files has it; its command line is that of a shell. */
    async function told(files: string[], unit: Record<string, string> = {}) {
      const paths = Object.keys(unit).map((path) => box.write(path, unit[path] ?? ''));
      box.fake(
        'systemctl',
        `"show -p FragmentPath -p DropInPaths -p EnvironmentFiles -- haproxy.service") echo 'FragmentPath=${paths[0]}'; echo 'DropInPaths=${paths.slice(1).join(' ')}'; echo 'EnvironmentFiles=/nowhere (ignore_errors=yes)' ;;`,
      );
      const rows =
        await box.probe(`sh -c 'sleep 9; :' haproxy -Ws ${files.map((file) => `-f ${file}`).join(' ')} -p /x >/dev/null 2>&1 &
started=$!
until grep -q -e -Ws /proc/$started/cmdline; do sleep 0.05; done
running_files() { for one in ${files.join(' ')}; do if [ -d "$one" ]; then echo "$one"/*.cfg; else echo "$one"; fi; done; }
tell_foreign_files $started
kill $started`);
      return rows
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((row) => row.replaceAll(box.host, ''));
    }

    test.each([
      ['haprov’s file', [own]],
      ['haprov’s file among others', [other, own, '/etc/haproxy/conf.d']],
      ['its folder', ['/etc/haproxy/']],
    ])('%s: nothing is told', async (_about, files) => {
      expect(await told(files)).toEqual([]);
    });

    test('another, and what of its unit names that', async () => {
      const unit = {
        '/usr/lib/systemd/system/haproxy.service': `Environment=CONFIG=${own}\n`,
        [dropIn]: `Environment=CONFIG=${box.path(other)}\n`,
      };
      expect(await told([other], unit)).toEqual([`runs ${other}`, `named-in ${dropIn}`]);
      expect(await told([other, '/etc/haproxy/conf.d/*.cfg'])).toEqual([`runs ${other}`]);
    });

    test('none where it does not run', async () => {
      expect(await box.probe('tell_foreign_files 0')).toBe('');
    });
  },
);
