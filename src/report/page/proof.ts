import type { Status, StatusFinding } from '../../status/status';

/** A command that shows what a finding rests on, and whose output says it: to be typed on `on`, a host or the laptop. */
export interface Proof {
  on: string;
  command: string;
}

type Command = (finding: StatusFinding, status: Status) => string | undefined;

const addresses = 'ip -brief address';
const logOf = (unit: string) => `journalctl -b -n 50 --no-pager -u ${unit}`;
const processesOf = (unit: string) => `ps -C ${unit} -o pid,stat,lstart,args`;
const packetRules = 'nft list ruleset; iptables -S; ip6tables -S';
const listeners = 'ss -ltnp';
const lock = 'ls -l /var/lib/haprov/lock; ls -lt /var/lib/haprov/runs';
const drainFile = 'cat /var/lib/haprov/drained; systemctl is-enabled keepalived haproxy';

/** A question to the address of a VIP, as a client asks. */
const asClient: Command = ({ vips = [] }, status) => {
  const vip = status.vips.find(({ vip: name }) => vips.includes(name));
  const port = vip?.answers.find((answer) => answer.port !== undefined)?.port;
  return vip && `curl -m 2 -sv ${urlOf(vip.address, port)}`;
};

/** A connection to the server that is down, as HAProxy makes one. */
const toServer: Command = ({ service, server }, status) => {
  const known = status.services
    .find((one) => one.service === service)
    ?.servers.find((one) => one.server === server || one.level === 'broken');
  return known?.port === undefined
    ? listeners
    : `timeout 2 bash -c 'exec 3<>/dev/tcp/${known.address}/${known.port}' && echo it connects`;
};

const urlOf = (address: string, port: number | undefined) =>
  `http://${address.includes(':') ? `[${address}]` : address}${port === undefined ? '' : `:${port}`}/`;

/** By the finding's rule. What is seen from outside is asked from the laptop. */
const commands: Record<string, Command> = {
  'boot-owed': () => 'rpm -qa --last | head -n 20; uptime -s',
  'disk-full': () => 'df -h; df -i',
  'disk-read-only': () => 'findmnt -o TARGET,FSTYPE,OPTIONS',
  'roll-left': () => 'cat /var/lib/haprov/roll',
  'run-alive': () => lock,
  'run-dead': () => lock,
  'host-does-not-fit': () => addresses,
  'firewall-blocks': () => packetRules,
  'selinux-denies': () => 'ausearch -m avc -ts recent',
  'split-brain': ({ component }) => (component === 'firewall' ? packetRules : addresses),
  'orphan-vip': () => `${addresses}; ${processesOf('keepalived')}`,
  'stray-vip': () => addresses,
  'vip-moving': () => addresses,
  'no-holder': () => addresses,
  'address-removed': () => addresses,
  'address-missing': () => addresses,
  'not-where-meant': () => addresses,
  'address-of-a-stranger': () => 'ip neigh show',
  'unit-down': ({ unit = 'haproxy' }) => `systemctl status --no-pager ${unit}`,
  'unit-paused': ({ unit = 'haproxy' }) => processesOf(unit),
  'check-disabled': () => logOf('keepalived'),
  'check-fails': () => logOf('keepalived'),
  'vrrp-fault': () => logOf('keepalived'),
  'notify-disabled': () => logOf('keepalived'),
  'file-gone': () => 'keepalived -t',
  'configuration-refused': ({ component }) =>
    component === 'keepalived' ? 'keepalived -t' : 'haproxy -c -f /etc/haproxy/haproxy.cfg',
  'haproxy-hangs': () => processesOf('haproxy'),
  'haproxy-not-asked': () => listeners,
  'health-listener-closed': () => listeners,
  'not-listening': () => listeners,
  'stale-worker': () => `${processesOf('haproxy')}; stat -c '%y %n' /etc/haproxy/haproxy.cfg`,
  'file-replaced': () => `${processesOf('haproxy')}; stat -c '%y %n' /etc/haproxy/haproxy.cfg`,
  'foreign-file': () => `${processesOf('haproxy')}; systemctl cat haproxy`,
  'socket-lost': () => 'ls -l /var/lib/haproxy',
  'old-worker': () => processesOf('haproxy'),
  'backend-down': toServer,
  'backend-down-on-one': toServer,
  'backend-elsewhere': ({ server }) => `grep -rnw 'server ${server}' /etc/haproxy`,
  'server-coming': toServer,
  'server-down': toServer,
  'proxy-down': () => logOf('haproxy'),
  'frontend-full': () => 'ss -s',
  'frontend-stopped': () => listeners,
  'server-taken-out': () => logOf('haproxy'),
  'drain-forgotten': () => drainFile,
  'drain-left': () => 'cat /var/lib/haprov/drained-servers',
  'backend-stands-by': toServer,
  drained: () => drainFile,
  retired: () => drainFile,
  'former-member': () => 'cat /etc/keepalived/keepalived.conf',
};

const fromTheLaptop: Record<string, Command> = {
  'run-broken': () => 'haprov log',
  unreachable: ({ host }) => `haprov ssh ${host} -- true`,
  drift: ({ host }) => `haprov plan --limit ${host}`,
  'vip-silent': asClient,
  'vip-answers-error': asClient,
  'certificate-expires': () => 'haprov certificates',
  'certificate-not-made': () => 'haprov certificates',
};

/** How to see what a finding says by oneself; undefined where no command shows it. */
export function proofOf(finding: StatusFinding, status: Status): Proof | undefined {
  const here = fromTheLaptop[finding.rule]?.(finding, status);
  if (here !== undefined) return { on: 'this machine', command: here };
  const command = commands[finding.rule]?.(finding, status);
  return command === undefined ? undefined : { on: finding.on.join(', ') || finding.host, command };
}
