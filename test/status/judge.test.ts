import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HostError } from '../../src/errors';
import { readFacts } from '../../src/host/facts';
import { hostKeyError, type KnownKey } from '../../src/host/host-keys';
import type { RunState } from '../../src/host/run-state';
import type { SshSettings } from '../../src/host/ssh-config';
import { UnansweredQuestion } from '../../src/host/unanswered-question';
import type { Service } from '../../src/inventory/inventory';
import type { PlannedChange } from '../../src/plan/plan';
import { renderStatus } from '../../src/report/status-text';
import { readDiagnostics } from '../../src/status/diagnostics';
import { judge } from '../../src/status/judge';
import type { HostSnapshot, Snapshot } from '../../src/status/snapshot';
import { loadInventory } from '../support/load-inventory';

const inventory = loadInventory(resolve('inventory.example.json'), {
  HAPROV_STATS_PASSWORD: 'a-password-of-tests',
});
const [service] = inventory.services as [Service];
const captured = (name: string) => readFileSync(join(__dirname, 'captured', `${name}.txt`), 'utf8');

type Edit = (said: string) => string;
type Host = 'fred' | 'ethyl';
interface Case {
  about: string;
  /** What each host says instead; `false` is silence. */
  edit?: Partial<Record<Host, Edit | false>>;
  changes?: Partial<Record<Host, Partial<PlannedChange>[]>>;
  laptop?: string;
  /** Who has the host’s lock: `RUN SECONDS OWNER`, the run’s state, whether it lives. */
  lock?: Partial<Record<Host, [string, string, boolean]>>;
  /** The rows of a roll’s note, on both hosts. */
  roll?: string[];
  /** How the newest run ended on a host. */
  lastRun?: Partial<Record<Host, RunState>>;
  /** The step that it could not put back. */
  failed?: { type: string; target: string };
  /** Whether the wanted haproxy.cfg has haprov’s listener. */
  listener?: boolean;
  /** `level rule component host`, in order. */
  finds: string[];
  says?: RegExp;
  /** What its findings say: sentence, what was seen, what to do. */
  tells?: RegExp;
}

const without =
  (pattern: RegExp): Edit =>
  (said) =>
    said
      .split('\n')
      .filter((row) => !pattern.test(row))
      .join('\n');
const replace =
  (pattern: RegExp, by: string): Edit =>
  (said) => {
    const edited = said.replace(pattern, by);
    if (edited === said) throw new Error(`nothing is ${pattern}`);
    return edited;
  };
const add =
  (...rows: string[]): Edit =>
  (said) =>
    `${said}${rows.join('\n')}\n`;
const all =
  (...edits: Edit[]): Edit =>
  (said) =>
    edits.reduce((text, edit) => edit(text), said);
const down = (unit: string, result = 'success') =>
  all(
    replace(
      new RegExp(`^unit ${unit} active (\\d+) running success`, 'm'),
      `unit ${unit} ${result === 'success' ? 'inactive' : 'failed'} 0 dead ${result}`,
    ),
    without(new RegExp(`^process \\d+ \\d+ \\S+ \\d+ ${unit}$`)),
  );
/** Two of a kernel are newer than the boot. */
const newer = [
  'newer kernel-lt 6.1-2 1795406460',
  'newer kernel-lt 6.1-3 1795406520',
  'newer glibc 2.34-2 1795406400',
];
const silentHaproxy = without(/^stat /);
const server =
  (name: string, status: string, check: string): Edit =>
  (said) =>
    said
      .split('\n')
      .map((row) =>
        row.startsWith(`stat cluster37,${name},`)
          ? row.replace(/,UP,/, `,${status},`).replace(',L4OK,', `,${check},`)
          : row,
      )
      .join('\n');
/** A section that the inventory does not have, in one more line of what HAProxy says. */
const ownSection =
  (status: string, check: string, name = 'one'): Edit =>
  (said) => {
    const row = said.split('\n').find((one) => one.startsWith('stat cluster37,fred,'));
    const own = (row ?? '').replace('cluster37,fred,', `app,${name},`).replace(/,UP,/, `,${status},`);
    return `${said}${own.replace(',L4OK,', `,${check},`)}\n`;
  };
const lockOf = '20261101T101500Z-ab12 1764000000 jo@laptop';
const edited = replace(/^changed \d+/m, `changed ${9e9}`);
const backup = add('keepalived (router37) Entering BACKUP STATE');
const loses = all(without(/^address 192\.168\.56\.200$/), add('answers 192.168.56.200 80 yes'));
const takes = all(
  add('address 192.168.56.200', 'keepalived (router37) Entering MASTER STATE'),
  without(/^answers/),
);
const change = (type: string, target: string, more: Partial<PlannedChange> = {}): Partial<PlannedChange> => ({
  id: `${type} ${target}`,
  type,
  target,
  attributes: [],
  notify: [],
  ...more,
});
const file = (target: string, notify: PlannedChange['notify'] = [], from = 'a\nis\n') =>
  change('file', target, { notify, text: { from, to: 'a\nwanted\n' } });
const withText = (from: string, to: string) =>
  change('file', '/etc/haproxy/haproxy.cfg', { notify: [{ reload: 'haproxy' }], text: { from, to } });
/** The inventory has got another port and address; a line of one file is the host's own. */
const edits = (own: string) => [
  change('file', '/etc/haproxy/haproxy.cfg', { text: { from: '  bind *:81\n', to: '  bind *:80\n' } }),
  change('file', '/etc/keepalived/keepalived.conf', {
    text: { from: `${own}\n  192.168.56.201/24\n`, to: `${own}\n  192.168.56.200/24\n` },
  }),
];

/** Its file names a member that the inventory has no more. */
const namesRicky = change('file', '/etc/haproxy/haproxy.cfg', {
  text: { from: '  server ricky 192.168.56.203:8080 check\n', to: '' },
  raw: { from: 'backend cluster37\n  server ricky 192.168.56.203:8080 check\n', to: 'backend cluster37\n' },
});

const atOldAddress = change('file', '/etc/haproxy/haproxy.cfg', {
  notify: [{ reload: 'haproxy' }],
  text: {
    from: '  server ethyl 192.168.56.209:8080 cookie ethyl check\n',
    to: '  server ethyl 192.168.56.202:8080 cookie ethyl check\n',
  },
});

const cases: Case[] = [
  { about: 'all is well', finds: [] },
  {
    about: 'a member that the inventory has lost, and a file still names',
    changes: { fred: [namesRicky], ethyl: [namesRicky] },
    finds: ['warning former-member configuration fred+ethyl', 'warning drift configuration fred+ethyl'],
    says: /^ricky \(192\.168\.56\.203\) is no longer in the inventory, .* serves cluster37\/ricky: the files of fred and ethyl name it$/,
  },
  {
    about: 'HAProxy stopped: the VIP that is on its way comes after it',
    edit: {
      fred: all(
        down('haproxy'),
        silentHaproxy,
        loses,
        add(
          'keepalived VRRP_Script(haproxy_answers_router37) failed (exited with status 1)',
          'keepalived (router37) Entering FAULT STATE',
        ),
      ),
    },
    finds: ['broken unit-down haproxy fred', 'broken no-holder vip ethyl'],
    says: /HAProxy on fred does not run/,
  },
  {
    about: 'HAProxy stopped, and its file is not as the inventory says, which is what it would start with',
    edit: { fred: all(down('haproxy'), silentHaproxy) },
    changes: { fred: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }])] },
    finds: ['broken unit-down haproxy fred', 'broken drift haproxy fred'],
    tells:
      /^haprov apply: systemctl start haproxy would start it with \/etc\/haproxy\/haproxy\.cfg as it is/m,
  },
  {
    about: 'neither was started, and both have the file that the package brought',
    edit: { fred: all(down('keepalived'), loses), ethyl: down('keepalived') },
    changes: {
      fred: [file('/etc/keepalived/keepalived.conf')],
      ethyl: [file('/etc/keepalived/keepalived.conf')],
    },
    finds: ['broken unit-down keepalived fred+ethyl', 'warning drift configuration fred+ethyl'],
    tells: /^haprov apply: systemctl start keepalived would start it with/m,
  },
  {
    about: 'HAProxy killed',
    edit: { ethyl: all(down('haproxy', 'signal'), silentHaproxy) },
    finds: ['broken unit-down haproxy ethyl'],
    says: /was killed/,
  },
  { about: 'HAProxy hangs', edit: { ethyl: silentHaproxy }, finds: ['broken haproxy-hangs haproxy ethyl'] },
  {
    about: 'a worker is stopped by a signal',
    edit: { fred: replace(/^(process \d+ \d+) S (\d+ haproxy)$/m, '$1 T $2') },
    finds: ['broken unit-paused haproxy fred'],
  },
  {
    about: 'the service stopped, and HAProxy sees it',
    edit: {
      fred: all(down('httpd'), server('fred', 'DOWN', 'L4CON')),
      ethyl: server('fred', 'DOWN', 'L4CON'),
    },
    finds: ['broken unit-down service fred'],
  },
  {
    about: 'a backend down everywhere',
    edit: { fred: server('ethyl', 'DOWN', 'L7STS'), ethyl: server('ethyl', 'DOWN', 'L7STS') },
    finds: ['broken backend-down backend ethyl'],
    says: /answers with an error/,
  },
  {
    about: 'a backend on its way down',
    edit: { fred: server('ethyl', 'UP 2/3', 'L4TOUT'), ethyl: server('ethyl', 'UP 2/3', 'L4TOUT') },
    finds: ['broken backend-down backend ethyl'],
  },
  {
    about: 'a backend down on one balancer only',
    edit: { fred: server('ethyl', 'DOWN', 'L4TOUT') },
    finds: ['broken backend-down-on-one backend fred'],
    says: /for HAProxy on fred only/,
  },
  {
    about: 'a server that one balancer has at the address of a machine that was replaced',
    edit: { fred: server('ethyl', 'DOWN', 'L4TOUT') },
    changes: { fred: [atOldAddress] },
    finds: ['broken drift haproxy fred', 'broken backend-elsewhere backend fred'],
    tells:
      /HAProxy on fred has cluster37\/ethyl at another place than the inventory, and there it is down: .*haprov apply INVENTORY tells fred/s,
  },
  {
    about: 'a server that one balancer has at an old address, and that is down for the other',
    edit: { fred: server('ethyl', 'DOWN', 'L4TOUT'), ethyl: server('ethyl', 'DOWN', 'L4CON') },
    changes: { fred: [atOldAddress] },
    finds: ['broken drift haproxy fred', 'broken backend-down backend ethyl'],
  },
  {
    about: 'a firewall in between',
    edit: {
      fred: server('ethyl', 'DOWN', 'L4TOUT'),
      ethyl: add('rule iptables [3:180] -A INPUT -s 192.168.56.201/32 -p tcp -m tcp --dport 8080 -j DROP'),
    },
    finds: ['broken firewall-blocks firewall ethyl'],
  },
  {
    about: 'a port rule for outsiders is no fault',
    edit: { ethyl: add('rule iptables [3:180] -A INPUT -p tcp -m tcp --dport 8080 -j DROP') },
    finds: [],
  },
  {
    about: 'a server in MAINT',
    edit: { fred: server('ethyl', 'MAINT', 'L4OK') },
    finds: ['warning server-taken-out backend fred'],
  },
  {
    about: 'keepalived stopped',
    edit: { fred: all(down('keepalived'), loses), ethyl: takes },
    finds: ['broken unit-down keepalived fred'],
  },
  {
    about: 'a unit that no package has brought: there is nothing that could be started',
    edit: { fred: all(down('httpd'), replace(/^(unit httpd .*) loaded$/m, '$1 not-found')) },
    finds: ['broken unit-down service fred'],
    says: /httpd on fred is not known to the init system/,
    tells: /install on fred what brings httpd/,
  },
  {
    about: 'what differs is no file: it is called by its type',
    changes: { ethyl: [change('user', 'deploy', { attributes: [{ name: 'shell', from: 'a', to: 'b' }] })] },
    finds: ['warning drift configuration ethyl'],
    says: /user on ethyl is not as the inventory says: deploy/,
  },
  {
    about: 'orphan VIP',
    edit: { fred: down('keepalived', 'signal'), ethyl: takes },
    finds: ['broken orphan-vip keepalived fred'],
    says: /an orphan/,
  },
  {
    about: 'split brain, and nothing says why',
    edit: { ethyl: takes },
    finds: ['broken split-brain vip ethyl'],
    says: /fred and ethyl both hold VIP router37/,
  },
  {
    about: 'split brain by iptables',
    edit: { ethyl: all(takes, add('rule iptables [9:360] -A INPUT -p vrrp -j DROP')) },
    finds: ['broken split-brain firewall ethyl'],
  },
  {
    about: 'split brain by nft on the way out',
    edit: {
      ethyl: takes,
      fred: add('rule nft [inet f output] ip protocol 112 counter packets 4 bytes 160 drop'),
    },
    finds: ['broken split-brain firewall fred'],
  },
  {
    about: 'split brain, and a rule for a set of addresses',
    edit: { ethyl: all(takes, add('rule nft [inet f output] ip daddr { 10.0.0.8, 192.168.56.201 } drop')) },
    finds: ['broken split-brain firewall ethyl'],
  },
  {
    about: 'split brain, and a rule for others’ addresses',
    edit: { ethyl: all(takes, add('rule nft [inet f output] ip6 daddr { ::/96, 2002::/24 } reject')) },
    finds: ['broken split-brain vip ethyl'],
  },
  {
    about: 'split brain by a chain of its own',
    edit: { ethyl: takes, fred: add('rule nft [ip filter INPUT] meta l4proto vrrp jump REFUSED') },
    finds: ['broken split-brain firewall fred'],
  },
  {
    about: 'split brain, and keepalived.conf was changed by hand on one',
    edit: { ethyl: takes },
    changes: { fred: [file('/etc/keepalived/keepalived.conf', [{ reload: 'keepalived' }])] },
    finds: ['broken drift keepalived fred', 'broken split-brain vip ethyl'],
    tells: /first haprov apply, since keepalived’s configuration on fred is not as the inventory says/,
  },
  {
    about: 'VRRP blocked where it does not matter yet',
    edit: { fred: add('rule iptables [0:0] -A INPUT -p 112 -j DROP') },
    finds: ['broken firewall-blocks firewall fred'],
  },
  {
    about: 'split brain by a rule, where a check is disabled too',
    edit: {
      ethyl: all(
        takes,
        add(
          'rule iptables [9:360] -A INPUT -p vrrp -j DROP',
          "keepalived WARNING - script '/x' is not executable - disabling.",
        ),
      ),
    },
    finds: ['broken split-brain firewall ethyl', 'broken check-disabled keepalived ethyl'],
  },
  {
    about: 'split brain by a policy',
    edit: { ethyl: all(takes, add('rule nft [ip filter INPUT] policy drop')) },
    finds: ['broken split-brain firewall ethyl'],
  },
  {
    about: 'split brain, and the policy lets VRRP in',
    edit: { ethyl: all(takes, add('rule nft [ip filter INPUT] policy drop', 'vrrp accepted')) },
    finds: ['broken split-brain vip ethyl'],
  },
  {
    about: 'a unit that does not start at boot',
    changes: {
      fred: [
        change('service', 'haproxy', {
          unit: 'haproxy',
          attributes: [{ name: 'enabled', from: 'disabled', to: 'enabled' }],
        }),
      ],
    },
    finds: ['warning drift haproxy fred'],
    says: /haproxy on fred would not come up with the host/,
  },
  {
    about: 'VRRP of strangers only is refused',
    edit: {
      fred: add(
        'rule iptables [0:0] -A INPUT ! -s 192.168.56.202/32 -p vrrp -j DROP',
        'rule iptables [0:0] -A INPUT -s 10.0.0.9/32 -p vrrp -j DROP',
      ),
    },
    finds: [],
  },
  {
    about: 'the VIP added by hand',
    edit: { ethyl: add('address 192.168.56.200') },
    finds: ['broken stray-vip vip ethyl'],
  },
  {
    about: 'a stranger answers',
    edit: {
      ethyl: replace(/^neighbour 192\.168\.56\.200 .*$/m, 'neighbour 192.168.56.200 02:00:00:00:00:99'),
    },
    finds: ['broken address-of-a-stranger vip fred'],
    says: /02:00:00:00:00:99/,
  },
  {
    about: 'a router that answers for everybody',
    edit: {
      ethyl: all(
        replace(/^neighbour 192\.168\.56\.200 .*$/m, 'neighbour 192.168.56.200 02:00:00:00:00:99'),
        add('neighbour 192.168.56.201 02:00:00:00:00:99'),
      ),
    },
    finds: [],
  },
  {
    about: 'the address was taken off',
    edit: { fred: without(/^address 192\.168\.56\.200$/) },
    finds: ['broken address-removed vip fred'],
  },
  { about: 'nobody holds it', edit: { fred: all(backup, loses) }, finds: ['broken no-holder vip fred'] },
  {
    about: 'it does not answer',
    edit: { ethyl: replace(/^answers .*$/m, 'answers 192.168.56.200 80 no') },
    laptop: 'no answer within 1000 ms',
    finds: ['broken vip-silent vip fred'],
  },
  { about: 'it does not answer a laptop that is elsewhere', laptop: 'no answer within 1000 ms', finds: [] },
  {
    about: 'a check that keepalived does not run',
    edit: {
      ethyl: add("keepalived WARNING - script '/x' is not executable for uid:gid 65534:65534 - disabling."),
    },
    finds: ['broken check-disabled keepalived ethyl'],
  },
  {
    about: 'what was disabled before the last start',
    edit: {
      ethyl: (said) =>
        said.replace(
          /^keepalived Starting/m,
          "keepalived WARNING - script '/x' is not executable - disabling.\nkeepalived Starting",
        ),
    },
    finds: [],
  },
  {
    about: 'FAULT, and HAProxy is well',
    edit: { ethyl: add('keepalived (router37) Entering FAULT STATE') },
    finds: ['broken vrrp-fault keepalived ethyl'],
  },
  {
    about: 'the file of its socket is gone, and it runs',
    edit: { fred: add('lost-socket /var/lib/haproxy/stats') },
    finds: ['warning socket-lost haproxy fred'],
    tells: /systemctl restart haproxy on fred makes it anew \(a reload does not\)/,
  },
  {
    about: 'a drop-in has it run another file, so that it does not listen as it should',
    edit: {
      fred: all(
        without(/^LISTEN .*0\.0\.0\.0:80 /),
        add('runs /etc/haproxy/other.cfg', 'named-in /etc/systemd/system/haproxy.service.d/o.conf'),
      ),
    },
    finds: ['broken foreign-file haproxy fred'],
    tells:
      /runs \/etc\/haproxy\/other\.cfg instead of \/etc\/haproxy\/haproxy\.cfg: .*take it out of \/etc\/systemd\/system\/haproxy\.service\.d\/o\.conf, then systemctl daemon-reload and systemctl restart haproxy on fred/s,
  },
  {
    about: 'its unit names that file no more',
    edit: { fred: add('runs /etc/haproxy/other.cfg') },
    finds: ['broken foreign-file haproxy fred'],
    tells:
      /systemctl restart haproxy on fred.*; if it comes up with that again, systemctl cat haproxy shows/s,
  },
  {
    about: 'an edited file that is not reloaded',
    edit: { fred: edited },
    changes: { fred: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }])] },
    finds: ['broken stale-worker haproxy fred', 'broken drift haproxy fred'],
  },
  {
    about: 'a file whose line ends alone differ',
    edit: { fred: edited },
    changes: { fred: [withText('a\r\nis\r\n', 'a\nis\n')] },
    finds: ['broken stale-worker haproxy fred', 'broken drift haproxy fred'],
    tells: /haproxy\.cfg differs in its line ends \(CRLF → LF\)/,
  },
  {
    about: 'a file of which a line differs in its blanks alone',
    edit: { fred: edited },
    changes: { fred: [withText('a\r\nis\n', 'a\nis\n')] },
    finds: ['broken stale-worker haproxy fred', 'broken drift haproxy fred'],
    tells: /line 1 is “a\r” instead of “a”/,
  },
  {
    about: 'an edited file that was put back: HAProxy has read that very text',
    edit: { fred: all(edited, add('loaded same')) },
    finds: [],
  },
  {
    about: 'a file whose mode was changed',
    edit: { fred: all(edited, add('loaded same')) },
    changes: {
      fred: [
        change('file', '/etc/haproxy/haproxy.cfg', {
          notify: [{ reload: 'haproxy' }],
          attributes: [{ name: 'mode', from: '0644', to: '0640' }],
        }),
      ],
    },
    finds: ['warning drift haproxy fred'],
  },
  {
    about: 'an edited inventory, and a file that a run has linked and nobody has written to since',
    edit: { fred: all(edited, add('loaded unwritten')) },
    changes: { fred: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }])] },
    finds: ['warning drift haproxy fred'],
  },
  {
    about: 'a file that was put there, and HAProxy has read another',
    edit: { fred: all(edited, add('loaded other')) },
    finds: ['broken stale-worker haproxy fred'],
  },
  {
    about: 'a file that was put there, and nobody knows what HAProxy has read',
    edit: { fred: edited },
    finds: ['note file-replaced haproxy fred'],
  },
  {
    about: 'an edited file that is refused',
    edit: {
      fred: all(edited, add('configuration refused [ALERT] unknown keyword')),
    },
    finds: ['broken configuration-refused haproxy fred'],
    says: /refuses it/,
  },
  {
    about: 'a file that is refused, and a worker from before',
    edit: { fred: add('configuration refused [ALERT] unknown keyword') },
    finds: ['broken configuration-refused haproxy fred'],
  },
  {
    about: 'a certificate that the configuration names is gone, and no file has changed',
    edit: {
      fred: add(
        "configuration refused [ALERT] [/etc/haproxy/haproxy.cfg:20] : 'bind *:443' : unable to stat SSL certificate from file '/etc/x.pem'",
      ),
    },
    finds: ['broken configuration-refused haproxy fred'],
    says: /HAProxy on fred would not start again/,
    tells: /haproxy\.cfg:20[\s\S]*put the file back on fred, before HAProxy is reloaded or the host boots/,
  },
  {
    about: 'keepalived would not start again',
    edit: {
      ethyl: add('keepalived-file refused', 'keepalived-file says Unable to find configuration file /x'),
    },
    finds: ['broken configuration-refused keepalived ethyl'],
    tells: /Unable to find configuration file \/x/,
  },
  {
    about: 'a check script and an included file that keepalived would go on without',
    edit: {
      ethyl: add(
        'keepalived-file lacks check /etc/keepalived/web.sh',
        "keepalived-file says (Line 3) Config files missing '/etc/keepalived/vips.conf'.",
      ),
    },
    finds: ['broken file-gone keepalived ethyl'],
    tells: /web\.sh is not there: nothing is checked[\s\S]*vips\.conf/,
  },
  {
    about: 'a notify script that is gone',
    edit: { ethyl: add('keepalived-file lacks notify /etc/keepalived/tell.sh') },
    finds: ['warning file-gone keepalived ethyl'],
    tells: /tell\.sh is not there: nobody is notified/,
  },
  {
    about: 'complaints that keepalived runs with, and a pattern that fits no file',
    edit: {
      ethyl: add(
        'keepalived-file says (a) Ignoring track_interface eth0 since own interface',
        "keepalived-file says (Line 3) Config files missing '/etc/keepalived/conf.d/*.conf'.",
      ),
    },
    finds: [],
  },
  {
    about: 'an answer of the service itself, which its check does not ask for',
    laptop: 'HTTP 503',
    finds: ['broken vip-answers-error vip fred'],
    tells:
      /HAProxy on fred sends requests to fred and ethyl of cluster37, so the 503 is most likely their own/,
  },
  {
    about: 'a server on its way down',
    edit: { fred: server('ethyl', 'UP 1/3', 'L7STS'), ethyl: server('ethyl', 'UP 2/3', 'L7STS') },
    finds: ['broken backend-down backend ethyl'],
    says: /backend cluster37\/ethyl on ethyl fails its checks: it answers with an error/,
  },
  {
    about: 'a server on its way down, as one sees it so far',
    edit: { ethyl: server('ethyl', 'UP 2/3', 'L7STS') },
    finds: ['broken backend-down-on-one backend ethyl'],
    says: /fails its checks for HAProxy on ethyl so far: it answers with an error/,
  },
  {
    about: 'a folder that is not there',
    changes: {
      fred: [
        change('directory', '/usr/libexec/keepalived', {
          action: 'create',
          attributes: [
            { name: 'owner', from: null, to: 'root' },
            { name: 'mode', from: null, to: '0755' },
          ],
        }),
      ],
    },
    finds: ['warning drift configuration fred'],
    tells: /^\/usr\/libexec\/keepalived is not there$/m,
  },
  {
    about: 'a full disk',
    edit: { ethyl: add('room 0 4096 1000 0 100 50 /var/log') },
    finds: ['broken disk-full disk ethyl'],
    says: /\/var\/log is full/,
  },
  {
    about: 'a full disk that is written to while it is looked at',
    edit: { ethyl: add('room 7a 4096 1000 0 100 50 /srv', 'room 7a 4096 1000 1 100 49 /var/www') },
    finds: ['broken disk-full disk ethyl'],
    says: /\/srv is full/,
  },
  {
    about: 'two that are full and have no id',
    edit: { ethyl: add('room 0 4096 1000 0 100 50 /srv', 'room 0 4096 1000 1 100 49 /var/www') },
    finds: ['broken disk-full disk ethyl', 'broken disk-full disk ethyl'],
  },
  {
    about: 'no inodes',
    edit: { ethyl: add('room 0 4096 1000 500 100 0 /var/log') },
    finds: ['broken disk-full disk ethyl'],
    says: /no inodes/,
  },
  {
    about: 'a disk that went read-only',
    edit: { ethyl: add('read-only /') },
    finds: ['broken disk-read-only disk ethyl'],
  },
  {
    about: 'a part of a disk that is mounted read-only, in which haprov keeps its runs',
    edit: { ethyl: add('read-only /var') },
    finds: ['broken disk-read-only disk ethyl'],
    says: /\/var cannot be written/,
  },
  {
    about: 'one that is meant to be so',
    edit: { ethyl: add('read-only /usr') },
    finds: [],
  },
  {
    about: 'a package and a parameter',
    changes: {
      ethyl: [
        change('package', 'psmisc', {
          part: 'packages',
          attributes: [{ name: 'psmisc', from: null, to: 'installed' }],
        }),
        change('sysctl', 'x', {
          part: 'sysctl',
          attributes: [{ name: 'net.ipv4.ip_forward', from: '0', to: '1' }],
        }),
      ],
    },
    finds: ['broken drift packages ethyl', 'broken drift sysctl ethyl'],
  },
  {
    about: 'a file changed by hand',
    changes: { fred: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }])] },
    finds: ['warning drift haproxy fred'],
    says: /not as the inventory says: \/etc\/haproxy\/haproxy\.cfg/,
  },
  {
    about: 'a file of which only a secret value differs',
    changes: {
      fred: [
        change('file', '/etc/haproxy/haproxy.cfg', {
          text: { from: 'a\nb ***\n', to: 'a\nb ***\n' },
          notify: [{ reload: 'haproxy' }],
        }),
      ],
    },
    finds: ['warning drift haproxy fred'],
    tells: /^\/etc\/haproxy\/haproxy\.cfg: only a secret value differs, which is not shown$/m,
  },
  {
    about: 'the same file on both: not applied yet',
    changes: { fred: [file('/etc/haproxy/haproxy.cfg')], ethyl: [file('/etc/haproxy/haproxy.cfg')] },
    finds: ['warning drift configuration fred+ethyl'],
  },
  {
    about: 'an inventory with another port and address that is not applied yet',
    changes: { fred: edits('priority 101'), ethyl: edits('priority 100') },
    edit: {
      fred: all(backup, without(/^LISTEN .*:80 /), without(/^address 192\.168\.56\.200$/)),
      ethyl: all(without(/^LISTEN .*:80 /), replace(/^answers .*$/m, 'answers 192.168.56.200 80 no')),
    },
    finds: ['warning drift configuration fred+ethyl'],
  },
  {
    about: 'a port that nobody listens on',
    edit: { fred: without(/^LISTEN .*:80 /) },
    finds: ['broken not-listening haproxy fred'],
  },
  {
    about: 'a file changed by hand on both, in another way on each',
    changes: {
      fred: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }], 'a\nfirst\n')],
      ethyl: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }], 'a\nsecond\n')],
    },
    finds: ['warning drift haproxy fred+ethyl'],
  },
  {
    about: 'a file changed by hand, and what it breaks',
    changes: { ethyl: [file('/etc/httpd/conf/httpd.conf', [{ reload: 'httpd' }])] },
    edit: { fred: server('ethyl', 'DOWN', 'L7STS'), ethyl: server('ethyl', 'DOWN', 'L7STS') },
    finds: ['broken drift service ethyl', 'broken backend-down backend ethyl'],
  },
  {
    about: 'a check script changed by hand, and what it says',
    changes: { ethyl: [file('/usr/libexec/keepalived/haprov-haproxy-answers')] },
    edit: { ethyl: add('keepalived (router37) Entering FAULT STATE') },
    finds: ['broken drift keepalived ethyl', 'broken vrrp-fault keepalived ethyl'],
  },
  {
    about: 'a file changed by hand, and what it does not break',
    changes: { ethyl: [file('/etc/keepalived/keepalived.conf', [{ reload: 'keepalived' }])] },
    edit: { ethyl: down('httpd') },
    finds: ['broken unit-down service ethyl', 'warning drift keepalived ethyl'],
  },
  {
    about: 'what SELinux denies a HAProxy that does not start is the cause',
    edit: {
      fred: all(
        down('haproxy', 'exit-code'),
        silentHaproxy,
        add('selinux 1', 'denied SELinux denied haproxy (haproxy_t): read file haproxy.cfg (admin_home_t)'),
      ),
    },
    finds: ['broken selinux-denies selinux fred', 'broken unit-down haproxy fred'],
    says: /SELinux on fred has denied haproxy something within the last hour: read file haproxy\.cfg \(admin_home_t\)/,
  },
  {
    about: 'what SELinux denies others, or has denied and all is well',
    edit: {
      fred: add('selinux 1', 'denied SELinux denied postfix (postfix_t): read file x (y_t)'),
      ethyl: add(
        'selinux 0',
        'denied SELinux would have denied haprov-haproxy (keepalived_t): name_connect tcp_socket port 10001 (z_t)',
      ),
    },
    finds: ['note selinux-denies selinux ethyl'],
  },
  {
    about: 'a host off',
    edit: { fred: false, ethyl: all(takes, server('fred', 'DOWN', 'L4TOUT')) },
    finds: ['broken unreachable ssh fred'],
    says: /SSH on fred does not work/,
  },
  {
    about: 'a drained host',
    edit: {
      ethyl: all(add('drained yes'), server('ethyl', 'DRAIN', 'L4OK')),
      fred: server('ethyl', 'DRAIN', 'L4OK'),
    },
    finds: ['note drained keepalived ethyl'],
  },
  {
    about: 'a drained host that holds the VIP still',
    edit: {
      fred: all(add('drained yes'), server('fred', 'DRAIN', 'L4OK')),
      ethyl: server('fred', 'DRAIN', 'L4OK'),
    },
    finds: ['warning drained keepalived fred'],
    says: /fred is drained.*, and holds VIP router37 still: no other host has taken it, so clients are cut off if fred goes away/,
  },
  ...(
    [
      [
        'was left',
        [],
        /^a haprov patch --security over ethyl since 2026-11-23 04:00 UTC by me@laptop was left: ethyl was taken out\nhaprov patch INVENTORY ethyl --security goes on with it; with --anew/m,
      ],
      [
        'is at work',
        ['roll-at-work=yes'],
        /^a haprov patch --security over ethyl since 2026-11-23 04:00 UTC by me@laptop is at work: ethyl was taken out\nlook again when it has ended/m,
      ],
    ] as [string, string[], RegExp][]
  ).map(([how, more, tells]) => ({
    about: `a roll over one host that ${how}, and is to give it its place back`,
    roll: [
      'roll=2 20261123T040000Z-abcdef 4 1795406400 me@laptop patch --security',
      'roll=ethyl taken -',
      'roll=ricky due -',
      ...more,
    ],
    edit: {
      ethyl: all(add('drained yes'), server('ethyl', 'DRAIN', 'L4OK')),
      fred: server('ethyl', 'DRAIN', 'L4OK'),
    },
    finds: ['note drained keepalived ethyl', 'note roll-left configuration ethyl'],
    tells,
  })),
  ...(
    [
      [
        'one host',
        { fred: add(...newer) },
        /^a boot is owed on fred: glibc and kernel-lt are new, .*\nsince 2026-11-23 04:00 UTC\nglibc 2\.34-2 was installed 2026-11-23 04:00 UTC\nkernel-lt 6\.1-3 was installed 2026-11-23 04:02 UTC\nhaprov reboot INVENTORY fred boots it/m,
      ],
      [
        'both hosts, for the same packages',
        { fred: add(...newer), ethyl: add(...newer) },
        /^a boot is owed on fred and ethyl: .*\nsince[\s\S]*^haprov reboot INVENTORY fred,ethyl boots it/m,
      ],
      [
        'a host, for many packages',
        { fred: add(...'abcdef'.split('').map((name) => `newer ${name} 1-1 1795406400`)) },
        /: a, b, c, d and 2 more are new/,
      ],
    ] as [string, Case['edit'], RegExp][]
  ).map(([whom, edit, tells]) => ({
    about: `a boot that is owed by ${whom}`,
    edit: edit ?? {},
    finds: [`note boot-owed packages ${edit?.ethyl ? 'fred+ethyl' : 'fred'}`],
    tells,
  })),
  {
    about: 'a retired host that is in the inventory still',
    edit: {
      ethyl: all(add('drained yes'), down('httpd'), down('haproxy'), down('keepalived'), silentHaproxy),
      fred: server('ethyl', 'DRAIN', 'L4CON'),
    },
    changes: {
      ethyl: ['httpd', 'haproxy', 'keepalived'].map((unit) =>
        change('service', unit, {
          unit,
          action: 'start',
          attributes: [
            { name: 'enabled', from: 'disabled', to: 'enabled' },
            { name: 'active', from: 'inactive', to: 'active' },
          ],
        }),
      ),
    },
    finds: ['note retired keepalived ethyl'],
    tells: /^take ethyl out of INVENTORY/m,
  },
  {
    about: 'maintenance of a drained host',
    edit: {
      ethyl: all(add('drained yes'), down('httpd'), server('ethyl', 'DRAIN', 'L4CON')),
      fred: server('ethyl', 'DRAIN', 'L4CON'),
    },
    finds: ['warning unit-down service ethyl', 'note drained keepalived ethyl'],
  },
  {
    about: 'a balancer that forgot the drain',
    edit: { ethyl: add('drained yes'), fred: add('drained-server cluster37/ethyl') },
    finds: ['warning drain-forgotten backend fred', 'note drained keepalived ethyl'],
    says: /it was restarted since/,
  },
  {
    about: 'a balancer that has lost its socket is not told by another drain',
    edit: {
      ethyl: add('drained yes'),
      fred: all(add('drained-server cluster37/ethyl'), add('lost-socket /run/stats')),
    },
    finds: [
      'warning socket-lost haproxy fred',
      'warning drain-forgotten backend fred',
      'note drained keepalived ethyl',
    ],
    says: /^HAProxy on fred runs, and its socket/,
    tells: /tells it, once that is restarted/,
  },
  ...[
    add('drained-server cluster37/ethyl'),
    all(add('drained-server cluster37/ethyl'), server('ethyl', 'DRAIN', 'L4OK')),
  ].map((fred) => ({
    about: 'a balancer that could not be told that the drain is over',
    edit: { fred },
    finds: ['warning drain-left backend fred'],
    tells: /^haprov undrain INVENTORY ethyl tells it, as /m,
  })),
  {
    about: 'a drain that goes on: nobody sends its servers anything, and its flag is not up yet',
    edit: {
      fred: all(add('drained-server cluster37/ethyl'), server('ethyl', 'DRAIN', 'L4OK')),
      ethyl: all(add('drained-server cluster37/ethyl'), server('ethyl', 'DRAIN', 'L4OK')),
    },
    finds: ['warning server-taken-out backend fred'],
  },
  {
    about: 'a balancer that could not be told of the drain',
    edit: { ethyl: add('drained yes') },
    finds: ['note drained keepalived ethyl', 'note drain-forgotten backend fred'],
  },
  {
    about: 'a check of one’s own says no, since drain has written what it looks at',
    edit: {
      ethyl: all(
        add('drained yes'),
        add('drain-file /etc/keepalived/out'),
        add('keepalived VRRP_Script(haproxy_answers_router37) failed (exited with status 1)'),
      ),
      fred: server('ethyl', 'DRAIN', 'L4OK'),
    },
    finds: ['note drained keepalived ethyl'],
  },
  {
    about: 'a drained host whose own keepalived.conf looks at haprov’s flag, by a name of its own',
    edit: {
      ethyl: all(
        add('drained yes'),
        add('keepalived VRRP_Script(stand_down) failed (exited with status 1)'),
        add('scripts'),
        add('script vrrp_script stand_down /usr/libexec/keepalived/haprov-not-drained'),
      ),
      fred: server('ethyl', 'DRAIN', 'L4OK'),
    },
    finds: ['note drained keepalived ethyl'],
  },
  {
    about: 'the same, and drain has written nothing',
    edit: {
      ethyl: all(
        add('drained yes'),
        add('keepalived VRRP_Script(haproxy_answers_router37) failed (exited with status 1)'),
      ),
      fred: server('ethyl', 'DRAIN', 'L4OK'),
    },
    finds: ['warning check-fails keepalived ethyl', 'note drained keepalived ethyl'],
  },
  {
    about: 'HAProxy stopped on both: one finding, with both',
    edit: { fred: all(down('haproxy'), silentHaproxy), ethyl: all(down('haproxy'), silentHaproxy) },
    finds: ['broken unit-down haproxy fred+ethyl'],
    says: /HAProxy on fred and ethyl does not run/,
  },
  {
    about: 'a server that is coming up again',
    edit: { ethyl: server('fred', 'DOWN 1/2', 'L4OK') },
    finds: ['note server-coming backend ethyl'],
    says: /nothing is broken; backend cluster37\/fred is coming up again/,
  },
  {
    about: 'nobody is up yet',
    edit: {
      fred: all(server('fred', 'DOWN 1/2', 'L4OK'), server('ethyl', 'DOWN', 'L4CON')),
      ethyl: all(server('fred', 'DOWN 1/2', 'L4OK'), server('ethyl', 'DOWN', 'L4CON')),
    },
    finds: ['broken backend-down backend ethyl', 'warning server-coming backend fred'],
  },
  {
    about: 'every server of a section of the user’s own is down, and the VIP says so',
    edit: { fred: ownSection('DOWN', 'L4CON'), ethyl: ownSection('DOWN', 'L4CON') },
    laptop: 'HTTP 503',
    finds: ['broken proxy-down backend fred+ethyl', 'broken vip-answers-error vip fred'],
    says: /backend app of HAProxy on fred and ethyl has no server that is up/,
  },
  {
    about: 'one server of a section of the user’s own is down',
    edit: { ethyl: all(ownSection('DOWN', 'L7STS'), ownSection('UP', 'L7OK', 'two')) },
    finds: ['warning server-down backend ethyl'],
    says: /one is down: it answers with an error/,
  },
  {
    about: 'servers of a section of the user’s own in MAINT, all of them',
    edit: { ethyl: ownSection('MAINT', '') },
    finds: ['broken proxy-down backend ethyl'],
  },
  {
    about: 'all servers taken out by hand: the cause, before what the VIP answers',
    edit: { fred: all(server('ethyl', 'MAINT', 'L4OK'), server('fred', 'MAINT', 'L4OK')) },
    laptop: 'HTTP 503',
    finds: [
      'broken server-taken-out backend fred',
      'broken server-taken-out backend fred',
      'broken vip-answers-error vip fred',
    ],
    says: /has it in MAINT, and on fred no other server/,
  },
  {
    about: 'a frontend that somebody disabled',
    edit: {
      fred: all(replace(/^(stat cluster37,FRONTEND,.*),OPEN,/m, '$1,PAUSED,'), without(/^LISTEN .*:80 /)),
    },
    finds: ['broken frontend-stopped haproxy fred'],
  },
  {
    about: 'a name that cannot be resolved',
    edit: { ethyl: all(ownSection('MAINT (resolution)', ''), ownSection('UP', 'L4OK', 'two')) },
    finds: ['warning server-taken-out backend ethyl'],
  },
  {
    about: 'sections of the user’s own that are well, or have no check',
    edit: { fred: all(ownSection('UP', 'L4OK'), ownSection('no check', '', 'two')) },
    finds: [],
  },
  {
    about: 'a frontend as full as it may be',
    edit: {
      fred: replace(/^stat cluster37,FRONTEND,,,\d+,\d+,\d+,/m, 'stat cluster37,FRONTEND,,,2000,2000,2000,'),
    },
    finds: ['broken frontend-full haproxy fred'],
    says: /cluster37 has as many clients as it may \(maxconn 2000\)/,
  },
  {
    about: 'the VIP answers an error of the service’s own',
    laptop: 'HTTP 500',
    finds: ['broken vip-answers-error vip fred'],
    says: /VIP router37 \(192\.168\.56\.200\) on fred answers HTTP 500 on port 80/,
  },
  {
    about: 'nothing to ask HAProxy by, and none is wanted: no wrong advice',
    edit: {
      fred: all(silentHaproxy, add('haproxy none')),
      ethyl: all(silentHaproxy, add('haproxy no-tool')),
    },
    finds: ['note haproxy-not-asked haproxy fred', 'note haproxy-not-asked haproxy ethyl'],
    says: /nothing is broken; HAProxy on fred runs, and cannot be asked/,
  },
  {
    about: 'the listener is wanted and not there',
    edit: { fred: without(/127\.0\.0\.1:10001 /) },
    listener: true,
    finds: ['broken health-listener-closed haproxy fred'],
  },
  {
    about: 'a firewall before the listener: HAProxy itself is well',
    edit: {
      fred: add('haproxy silent', 'rule iptables [9:9] -A INPUT -i lo -p tcp -m tcp --dport 10001 -j DROP'),
    },
    finds: ['broken firewall-blocks firewall fred'],
    says: /the firewall on fred blocks port 10001, where HAProxy is asked/,
  },
  {
    about: 'nobody answers at the listener, and a socket does',
    edit: { fred: add('haproxy silent') },
    finds: ['broken health-listener-closed haproxy fred'],
  },
  { about: 'the listener is wanted and there', listener: true, finds: [] },
  {
    about: 'a host that a roll keeps others from, and has booted: what is lost there is lost',
    roll: [
      'roll=2 20261123T040000Z-abcdef 4 1795406400 me@laptop reboot',
      'roll=ethyl booting x',
      'lock-roll=yes',
    ],
    changes: { ethyl: [file('/etc/keepalived/keepalived.conf', [{ reload: 'keepalived' }])] },
    lock: { ethyl: [lockOf, 'confirmed', true] },
    finds: [
      'note run-alive configuration ethyl',
      'warning drift keepalived ethyl',
      'note roll-left configuration ethyl',
    ],
  },
  {
    about: 'somebody’s push: what it drains, restarts and moves is its own',
    edit: {
      fred: all(server('ethyl', 'DRAIN', 'L4OK'), edited, add('loaded other')),
      ethyl: server('ethyl', 'DRAIN', 'L4OK'),
    },
    changes: { fred: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }])] },
    lock: { fred: [lockOf, 'committing', true], ethyl: [lockOf, 'staged', true] },
    finds: ['note run-alive configuration fred'],
    says: /nothing is broken; a run of jo@laptop \(since .* UTC\) is being made on fred and ethyl/,
  },
  {
    about: 'a server in MAINT is somebody’s hand, also during a run',
    edit: { fred: server('ethyl', 'MAINT', 'L4OK') },
    lock: { fred: [lockOf, 'committing', true], ethyl: [lockOf, 'staged', true] },
    finds: ['note run-alive configuration fred', 'warning server-taken-out backend fred'],
    says: /a run of jo@laptop .* is being made .*; meanwhile: backend/,
  },
  {
    about: 'a unit that a run may be restarting',
    edit: { fred: all(down('haproxy'), silentHaproxy) },
    lock: { fred: [lockOf, 'committing', true] },
    finds: ['note run-alive configuration fred', 'warning unit-down haproxy fred'],
  },
  {
    about: 'split brain is told as it is, also during a run',
    edit: { ethyl: takes },
    lock: { fred: [lockOf, 'committed', true], ethyl: [lockOf, 'committed', true] },
    finds: ['note run-alive configuration fred', 'broken split-brain vip ethyl'],
  },
  {
    about: 'a dead run',
    lock: { ethyl: [lockOf, 'committing', false] },
    finds: ['broken run-dead configuration ethyl'],
    says: /a run of jo@laptop .* was left on ethyl \(committing\)/,
  },
  {
    about: 'a run that could not put a host back, and has ended',
    lastRun: { fred: 'broken', ethyl: 'finished' },
    finds: ['broken run-broken configuration fred'],
    says: /^the newest run on fred \(patch of jo@laptop, 20261123T035000Z-abcdef\) is broken/,
    tells:
      /^it failed to update haproxy\nhaprov log INVENTORY 20261123T035000Z-abcdef says what; haprov apply makes fred as .*\/20261123T035000Z-abcdef-2\/steps/m,
  },
  {
    about: 'a run that could not put back a file, which is as the inventory says',
    lastRun: { fred: 'broken' },
    failed: { type: 'file', target: '/etc/haproxy/haproxy.cfg' },
    finds: [],
  },
  {
    about: 'a run that could not put back a file, and the host is not as the inventory says',
    lastRun: { fred: 'broken' },
    failed: { type: 'file', target: '/etc/haproxy/haproxy.cfg' },
    changes: { fred: [file('/etc/haproxy/haproxy.cfg', [{ reload: 'haproxy' }])] },
    finds: ['broken run-broken configuration fred', 'warning drift haproxy fred'],
    tells: /haprov apply makes fred as the inventory says/,
  },
  {
    about: 'the same on both hosts, and on a drained one: it is no less than a warning',
    lastRun: { fred: 'broken', ethyl: 'broken' },
    edit: { fred: add('drained yes') },
    finds: [
      'broken run-broken configuration ethyl',
      'warning drained keepalived fred',
      'warning run-broken configuration fred',
      'note drain-forgotten backend ethyl',
    ],
  },
  {
    about: 'a run whose operator is lost says until when it waits',
    lock: { fred: [lockOf, 'committed', true] },
    roll: ['lock-waits=570'],
    finds: ['note run-alive configuration fred'],
    tells:
      /^on fred it has made its changes.*\non fred it puts the host back at \S+ \S+, in 9m 30s, unless its operator goes on\n/m,
  },
  {
    about: 'a roll that was left goes on when the run that it has left is over, and not before',
    lock: { ethyl: [lockOf, 'committed', true] },
    roll: [
      'roll=2 20261123T040000Z-abcdef 4 1795406400 me@laptop patch --security',
      'roll=ethyl taken -',
      'lock-waits=570',
    ],
    edit: {
      ethyl: all(add('drained yes'), server('ethyl', 'DRAIN', 'L4OK')),
      fred: server('ethyl', 'DRAIN', 'L4OK'),
    },
    finds: [
      'note run-alive configuration ethyl',
      'note drained keepalived ethyl',
      'note roll-left configuration ethyl',
    ],
    tells:
      /^haprov patch INVENTORY ethyl --security goes on with it, once the run on ethyl has ended, and is refused before: that run puts the host back at .* in 9m 30s/m,
  },
  ...(
    [
      [
        'a roll at work',
        'booting x',
        ['roll-at-work=yes'],
        'note',
        /^haprov reboot of me@laptop has told fred to boot/,
      ],
      ['a roll that was left', 'booting x', [], 'broken', /^SSH on fred does not work/],
      [
        'a roll at work on another host',
        'due -',
        ['roll-at-work=yes'],
        'broken',
        /^SSH on fred does not work/,
      ],
    ] as [string, string, string[], string, RegExp][]
  ).map(([who, stand, more, level, tells]) => ({
    about: `${who}, and a host that is away`,
    roll: ['roll=2 20261123T040000Z-abcdef 4 1795406400 me@laptop reboot', `roll=fred ${stand}`, ...more],
    edit: { fred: false as const, ethyl: takes },
    finds: [`${level} unreachable ssh fred`, 'note roll-left configuration fred'],
    tells,
  })),
  {
    about: 'a host that cannot be asked, and that a roll has drained',
    roll: ['roll=2 20261123T040000Z-abcdef 4 1795406400 me@laptop reboot', 'roll=fred taken -'],
    edit: { fred: false, ethyl: all(takes, server('fred', 'DRAIN', 'L4OK')) },
    finds: [
      'broken unreachable ssh fred',
      'note server-taken-out backend ethyl',
      'note roll-left configuration fred',
    ],
    tells:
      /^haprov has drained cluster37\/fred: HAProxy on ethyl has it in DRAIN, and fred cannot be asked\n.*\nhaprov reboot INVENTORY fred goes on with it/m,
  },
  {
    about: 'a host that cannot be asked, and that haprov drain has drained',
    edit: {
      fred: false,
      ethyl: all(takes, server('fred', 'DRAIN', 'L4OK'), add('drained-server cluster37/fred')),
    },
    finds: ['broken unreachable ssh fred', 'note server-taken-out backend ethyl'],
    tells: /^haprov undrain INVENTORY fred gives it its place back, once it answers$/m,
  },
  {
    about: 'a host that cannot be asked, and whose server somebody has taken out',
    edit: { fred: false, ethyl: all(takes, server('fred', 'DRAIN', 'L4OK')) },
    finds: ['broken unreachable ssh fred', 'warning server-taken-out backend ethyl'],
    tells:
      /^backend cluster37\/fred is taken out: HAProxy on ethyl has it in DRAIN, and whether fred is drained is not known, as it cannot be asked$/m,
  },
  {
    about: 'a notify script that may not be run: the VIP moves all the same',
    edit: {
      fred: add(
        "keepalived WARNING - script '/etc/keepalived/tell.sh' is not executable for uid:gid 65534:65534 - disabling.",
        'script notify_master - "/etc/keepalived/tell.sh MASTER"',
        'script script answers "/usr/libexec/keepalived/haprov-haproxy-answers"',
      ),
    },
    finds: ['warning notify-disabled keepalived fred'],
    says: /does not run \/etc\/keepalived\/tell\.sh .*uid 65534.*the VIP moves all the same/,
  },
  {
    about: 'a notify script that is not there, and a check that may not be run',
    edit: {
      fred: add(
        'keepalived Script /etc/keepalived/none.sh cannot be accessed - No such file or directory',
        "keepalived WARNING - script '/x' is not executable for uid:gid 99:99 - disabling.",
        'script notify - /etc/keepalived/none.sh',
        'script script mine /x',
      ),
    },
    finds: ['broken check-disabled keepalived fred', 'warning notify-disabled keepalived fred'],
    says: /runs without its check mine: the VIP would stay on a host that does not serve/,
  },
  {
    about: 'a script that was mended and reloaded since',
    edit: {
      fred: add(
        "keepalived WARNING - script '/x' is not executable for uid:gid 99:99 - disabling.",
        'keepalived Reloading',
        'script script mine /x',
      ),
    },
    finds: [],
  },
  {
    about: 'a check that failed last, and is in the configuration no more',
    edit: {
      fred: add(
        'keepalived VRRP_Script(mine) failed (exited with status 1)',
        'scripts',
        'script script other /x',
      ),
    },
    finds: [],
  },
  {
    about: 'a check that fails since nothing listens where it asks',
    edit: {
      fred: all(
        without(/127\.0\.0\.1:10001 /),
        add('keepalived VRRP_Script(haproxy_answers_router37) failed (exited with status 1)'),
      ),
    },
    finds: ['broken check-fails keepalived fred'],
  },
  {
    about: 'unsafe permissions, where script security is off: the script is run',
    edit: { fred: add("keepalived Unsafe permissions found for script '/x'.") },
    finds: [],
  },
];

const runThat = (
  state: RunState,
  failed = { type: 'package', target: 'haproxy' },
): HostSnapshot['lastRun'] => ({
  run: '20261123T035000Z-abcdef-2',
  ...{ number: 7, format: 1, state, alive: false },
  manifest: {
    ...{ run: '20261123T035000Z-abcdef', owner: 'jo@laptop', command: 'patch', inventory: 'pair' },
    startedAt: '',
    steps: [{ ...failed, action: 'update' }],
  },
  journal: [
    { at: 1, entry: { event: 'start', step: 1, parts: ['run'] } },
    {
      at: 2,
      entry: { event: 'failed', step: 1, part: 'undo', code: 1, command: 'dnf', output: 'a-secret', ms: 5 },
    },
  ] as never,
});

function sceneOf({
  edit = {},
  changes = {},
  laptop,
  lock = {},
  roll,
  lastRun = {},
  failed,
  listener = false,
}: Case): Snapshot {
  const hosts = inventory.hosts.map((host): HostSnapshot => {
    const name = host.name as Host;
    const how = edit[name];
    const base = {
      host,
      readiness: {
        units: ['httpd', 'haproxy', 'keepalived'],
        ports: [80, 8080],
        balances: true,
        ...(listener ? { healthPort: 10001 } : {}),
      },
      wanted: new Set(['packages', 'sysctl', undefined] as const),
      mended: new Set(['file /etc/haproxy/haproxy.cfg']),
    };
    const plan = {
      host: name,
      address: host.address,
      os: 'EL',
      changes: (changes[name] ?? []) as PlannedChange[],
    };
    if (how === false)
      return { ...base, plan: { ...plan, error: 'no answer' }, failure: new HostError(name, 'no answer') };
    const said = readDiagnostics(how ? how(captured(name)) : captured(name));
    const [holder, state, isAlive] = lock[name] ?? [];
    const facts = readFacts(
      [
        ...said.addresses.map((address) => `address=eth0 ${address}/24`),
        ...(holder ? [`lock=${holder}`, `lock-state=${state}`] : []),
        ...(isAlive ? ['lock-alive=yes'] : []),
        ...(roll ?? []),
      ].join('\n'),
    );
    const ended = lastRun[name];
    return { ...base, plan, facts, diagnostics: said, ...(ended ? { lastRun: runThat(ended, failed) } : {}) };
  });
  return {
    inventory,
    hosts,
    laptop: [{ address: '192.168.56.200', port: 80, ...(laptop ? { failure: laptop } : {}) }],
    now: new Date('2026-11-23T05:00:00Z'),
  };
}

test.each(cases)('$about', (one) => {
  const status = judge(sceneOf(one));
  expect(
    status.findings.map(
      ({ level, rule, component, host, on }) =>
        `${level} ${rule} ${component} ${on.length > 1 ? on.join('+') : host}`,
    ),
  ).toEqual(one.finds);
  const bad = ['broken', 'warning', 'note'].find((level) =>
    one.finds.some((found) => found.startsWith(level)),
  );
  expect(status.level).toBe(bad ?? 'ok');
  for (const { holders, level } of status.vips) if (holders.length > 1) expect(level).toBe('broken');
  if (one.says) expect(status.headline).toMatch(one.says);
  const told = status.findings.flatMap(({ message, evidence, next }) => [message, ...evidence, next]);
  if (one.tells) expect(told.join('\n')).toMatch(one.tells);
  for (const { message, next, host } of status.findings) {
    expect(next).toBeTruthy();
    expect(message).toContain(host);
  }
});

test('a certificate that an authority has not made yet', () => {
  const fault = { file: 'pair.json', path: 'acme.key', message: 'is not made yet' };
  const maker = 'haprov certificates renew pair.json shop';
  const unmade = [
    { maker, fault },
    { service: 'shop', maker, fault },
    { service: 'shop', maker, fault },
  ];
  const status = judge({ ...sceneOf({ about: '', finds: [] }), inventory: { ...inventory, unmade } });
  expect(status.findings).toMatchObject([
    {
      level: 'warning',
      rule: 'certificate-not-made',
      on: ['fred', 'ethyl'],
      message: 'certificate of shop on fred and ethyl: the authority has not made it yet',
      next: `${maker} makes it, and rolls it out`,
    },
  ]);
});

test.each([
  ['no service is at', 'no service is at it, and it has no port of its own', []],
  [
    'something without words is at',
    'what is at it speaks UDP, or not to everybody',
    [{ port: 53, protocol: 'udp' as const }],
  ],
])('a VIP that %s it: why nobody asked', (_, notAsked, ports) => {
  const vips = inventory.vips.map((vip) => ({ ...vip, ports }));
  const scene = sceneOf({ about: '', edit: { ethyl: without(/^answers /) }, finds: [] });
  const status = judge({ ...scene, laptop: [], inventory: { ...inventory, vips, services: [] } });
  expect(status.vips).toMatchObject([{ answers: [], notAsked }]);
});

describe('a VIP of several addresses', () => {
  const vips = inventory.vips.map((vip) => ({
    ...vip,
    addresses: [
      ...vip.addresses,
      { address: '192.168.56.211', family: 4 as const, stands: 'advert' as const },
      { address: '2001:db8::9', family: 6 as const, stands: 'excluded' as const },
    ],
  }));
  const judged = (one: Case) => judge({ ...sceneOf(one), inventory: { ...inventory, vips } }).findings;
  const both = add('address 192.168.56.211', 'address 2001:db8::9');

  test('the holder has all of them', () =>
    expect(judged({ about: '', edit: { fred: both }, finds: [] })).toEqual([]));

  test.each([
    ['one', add('address 192.168.56.211'), '2001:db8::9 of it is not'],
    ['two', add(), '192.168.56.211 and 2001:db8::9 of it are not'],
  ])('%s of them is nowhere', (_, fred, says) => {
    const [found, ...more] = judged({ about: '', edit: { fred }, finds: [] });
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      rule: 'address-missing',
      level: 'broken',
      host: 'fred',
      vips: ['router37'],
    });
    expect(found?.message).toContain(says);
  });

  test('one of them is elsewhere', () => {
    const edit = { fred: add('address 2001:db8::9'), ethyl: add('address 192.168.56.211') };
    const [found] = judged({ about: '', edit, finds: [] });
    expect(found).toMatchObject({ rule: 'address-missing', host: 'fred' });
    expect(found?.evidence).toContain('ethyl has 192.168.56.211');
  });
});

describe('a name that begins another’s is not blamed for it', () => {
  const [vip] = inventory.vips;
  if (!vip) throw new Error('the example has a VIP');
  const short = { ...vip, name: 'router3', address: '192.168.56.210', virtualRouterId: 3 };
  const withShort = (scene: Snapshot): Snapshot => ({
    ...scene,
    inventory: { ...inventory, vips: [vip, short] },
  });
  const shortAt = add('address 192.168.56.210');

  test.each([
    ['router37', takes],
    ['router3', shortAt],
  ])('two hosts have VIP %s', (name, ethyl) => {
    const scene = withShort(sceneOf({ about: '', edit: { fred: shortAt, ethyl }, finds: [] }));
    const status = judge(scene);
    expect(status.findings.filter(({ level }) => level === 'broken').map(({ vips }) => vips)).toEqual([
      [name],
    ]);
    expect(Object.fromEntries(status.vips.map((one) => [one.vip, one.level]))).toEqual({
      router37: name === 'router37' ? 'broken' : 'ok',
      router3: name === 'router3' ? 'broken' : 'ok',
    });
    const rows = renderStatus(status, { color: false, columns: 80 }).split('\n');
    for (const { vip: one, level } of status.vips)
      expect(rows.some((row) => row.startsWith(`${level === 'ok' ? '✓' : '✗'} VIP ${one} `))).toBe(true);
  });

  test.each(['cluster37', 'cluster3'])('a server of service %s is down', (name) => {
    const both: Edit = (said) => {
      const rows = said.split('\n').filter((row) => row.startsWith('stat cluster37,'));
      const of = (one: string) =>
        rows.map((row) => {
          const own = row.replace('cluster37,', `${one},`);
          return one === name && own.startsWith(`stat ${one},ethyl,`)
            ? own.replace(/,UP,/, ',DOWN,').replace(',L4OK,', ',L4CON,')
            : own;
        });
      const others = said.split('\n').filter((row) => !row.startsWith('stat cluster37,'));
      return [...others, ...of('cluster37'), ...of('cluster3')].join('\n');
    };
    const scene = sceneOf({ about: '', edit: { fred: both, ethyl: both }, finds: [] });
    const services = [service, { ...service, name: 'cluster3' }];
    const status = judge({ ...scene, inventory: { ...inventory, services } });
    expect(status.findings.map((one) => [one.service, one.server])).toEqual([[name, 'ethyl']]);
    for (const { service: one, servers } of status.services)
      expect(servers.map(({ level }) => level)).toEqual(['ok', one === name ? 'broken' : 'ok']);
  });
});

test('a host that lets us in and leaves a question unanswered: nothing is said against its SSH', () => {
  const snapshot = sceneOf({ about: '', edit: { fred: false }, finds: [] });
  const failure = new UnansweredQuestion(
    'fred',
    'rpm -q did not answer within 15 s',
    'see what it waits for',
  );
  const hosts = snapshot.hosts.map((one) => (one.failure ? { ...one, failure } : one));
  expect(judge({ ...snapshot, hosts }).findings[0]).toMatchObject({
    rule: 'unreachable',
    message: 'fred does not answer: rpm -q did not answer within 15 s',
    next: 'see what it waits for',
  });
});

test('a host with another key answers: nobody is sent to its console, and replace is named', () => {
  const snapshot = sceneOf({ about: '', edit: { fred: false }, finds: [] });
  const settings = { hostname: '192.0.2.1', port: 22 } as SshSettings;
  const by = { file: 'known_hosts', line: 1, type: 'ssh-ed25519', key: 'AAAA' } as KnownKey;
  const failure = hostKeyError('fred', settings, Buffer.from('0000000b7373682d65643235353139', 'hex'), {
    kind: 'changed',
    by,
  });
  const hosts = snapshot.hosts.map((one) => (one.failure ? { ...one, failure } : one));
  expect(judge({ ...snapshot, hosts }).findings[0]).toMatchObject({
    rule: 'unreachable',
    message: expect.stringContaining('the host key of 192.0.2.1 has CHANGED'),
    next: expect.stringMatching(
      /^Somebody may be in between, or .*haprov replace.*ssh-keygen -f known_hosts -R/,
    ),
  });
});

test('a host whose jump host is away: nothing is said against it, and the jump host is named', () => {
  const snapshot = sceneOf({ about: '', edit: { fred: false }, finds: [] });
  const failure = new HostError('fred (jump host root@192.0.2.9)', 'there is no route to it', 'See why.');
  const hosts = snapshot.hosts.map((one) => (one.failure ? { ...one, failure } : one));
  expect(judge({ ...snapshot, hosts }).findings[0]).toMatchObject({
    rule: 'unreachable',
    message:
      'fred could not be asked, since the way to it is through root@192.0.2.9: there is no route to it',
    next: 'is the jump host root@192.0.2.9 up, seen from its console? See why.',
  });
});

test.each<[string, string, Partial<Service>]>([
  ['by lines', 'L7RSP', { extra: ['option tcp-check', 'tcp-check expect string role:master'] }],
  ['by steps', 'L7RSP', { check: { ...service.check, steps: [{ expect: 'role:master' }] } }],
  ['by an agent', 'L7STS', { mode: 'tcp', check: { ...service.check, type: 'http', path: '/primary' } }],
])('of an active and a passive server the passive one stands by, told %s', (_by, said, settings) => {
  const passive = server('ethyl', 'DOWN', said);
  const snapshot = sceneOf({ about: '', edit: { fred: passive, ethyl: passive }, finds: [] });
  const wants = (more: Partial<Service>) =>
    judge({
      ...snapshot,
      inventory: { ...inventory, services: inventory.services.map((one) => ({ ...one, ...more })) },
    });
  const meant = wants(settings);
  expect(meant.findings.map(({ level, rule, host }) => [level, rule, host])).toEqual([
    ['note', 'backend-stands-by', 'ethyl'],
  ]);
  expect(meant.services[0]?.servers.map(({ level }) => level)).toEqual(['ok', 'note']);
  expect(wants({}).findings[0]).toMatchObject({ level: 'broken', rule: 'backend-down', host: 'ethyl' });
});

test.each<[string, Partial<Service>]>([
  ['curl -sv http://192.168.56.202:8080/up', { check: { ...service.check, type: 'http', path: '/up' } }],
  [
    'curl -sv -X OPTIONS http://192.168.56.202:8008/primary',
    {
      mode: 'tcp',
      check: { ...service.check, type: 'http', path: '/primary', method: 'OPTIONS', port: 8008 },
    },
  ],
  [
    'curl -sv -k --connect-to ::192.168.56.202:8080 https://app.example/',
    { backends: { ...service.backends, tls: { verify: 'required', sni: 'app.example' } } },
  ],
  [
    'openssl s_client -connect 192.168.56.202:636 </dev/null',
    { mode: 'tcp', check: { ...service.check, type: 'ldap', tls: true, port: 636 } },
  ],
])('how a server is asked as HAProxy asks it: %s', (command, settings) => {
  const silent = server('ethyl', 'DOWN', 'L4TOUT');
  const snapshot = sceneOf({ about: '', edit: { fred: silent, ethyl: silent }, finds: [] });
  const services = [{ ...service, ...settings }];
  const [found] = judge({ ...snapshot, inventory: { ...inventory, services } }).findings;
  expect(found?.next).toBe(`ask it as HAProxy does, from a balancer: ${command}`);
});

test('a server that may be down is no fault where it is, and one that somebody took out is told of', () => {
  const sceneWith = (status: string) =>
    sceneOf({
      about: '',
      edit: { fred: server('ethyl', status, 'L4CON'), ethyl: server('ethyl', status, 'L4CON') },
      finds: [],
    });
  const services = inventory.services.map((one) => ({
    ...one,
    backends: {
      ...one.backends,
      servers: one.backends.servers.map((each) =>
        each.name === 'ethyl' ? { ...each, mayBeDown: true } : each,
      ),
    },
  }));
  const judged = (status: string) => judge({ ...sceneWith(status), inventory: { ...inventory, services } });
  expect(judged('DOWN')).toMatchObject({
    findings: [],
    services: [{ servers: [{ level: 'ok' }, { level: 'note' }] }],
  });
  expect(judge(sceneWith('DOWN')).findings[0]).toMatchObject({ level: 'broken', rule: 'backend-down' });
  expect(judged('MAINT').findings[0]).toMatchObject({ rule: 'server-taken-out' });
});

test('a server that haproxy.cfg itself disables was taken out by nobody', () => {
  const spare = server('ethyl', 'MAINT', '');
  const snapshot = sceneOf({ about: '', edit: { fred: spare, ethyl: spare }, finds: [] });
  const services = inventory.services.map((service) => ({
    ...service,
    backends: {
      ...service.backends,
      servers: service.backends.servers.map((one) =>
        one.name === 'ethyl' ? { ...one, disabled: true as const } : one,
      ),
    },
  }));
  expect(judge({ ...snapshot, inventory: { ...inventory, services } }).findings).toEqual([]);
  expect(judge(snapshot).findings[0]).toMatchObject({ rule: 'server-taken-out' });
});

test('a service that HAProxy answers itself is well only where a HAProxy runs', () => {
  const services = inventory.services.map((one) => ({ ...one, backends: { ...one.backends, servers: [] } }));
  const levelWith = (edit: Case['edit']) =>
    judge({
      ...sceneOf({ about: '', ...(edit ? { edit } : {}), finds: [] }),
      inventory: { ...inventory, services },
    }).services.map(({ level }) => level);
  expect(levelWith({})).toEqual(['ok']);
  expect(levelWith({ fred: down('haproxy') })).toEqual(['ok']);
  expect(levelWith({ fred: down('haproxy'), ethyl: down('haproxy') })).toEqual(['broken']);
  expect(levelWith({ fred: down('haproxy'), ethyl: false })).toEqual(['unknown']);
});

test('docs/status.md names every finding', () => {
  const folder = resolve('src/status/findings');
  const code = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const rules = [...code.matchAll(/'([a-z]+(?:-[a-z]+)+|drift|unreachable|drained|retired)'/g)].map(
    ([, name = '']) => name,
  );
  const named = new Set(
    [...readFileSync(resolve('docs/status.md'), 'utf8').matchAll(/^\| (`[^|]+) \|/gm)].flatMap(
      ([, cell = '']) => [...cell.matchAll(/`([a-z][a-z-]+)`/g)].map(([, name = '']) => name),
    ),
  );
  const known = new Set(rules);
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
  const told = [...code.matchAll(/rule: (?:\w+ \? )?'([a-z-]+)'/g)].map(([, name = '']) => name);
  expect(told.length).toBeGreaterThan(15);
  expect(told.filter((name) => !named.has(name))).toEqual([]);
});
