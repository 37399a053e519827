import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addresses, statsPassword } from '../support/lab';
import { hosts, vips } from './hosts';
import type { Random } from './random';

/** What the inventory asks for, in as many words as the edits change. */
export interface Wanted {
  clientTimeout: number;
  backendPort: number;
  finTimeout: number;
  hasSecondVip: boolean;
  advertInterval: number;
  firstPriority: number;
  hasSecondService: boolean;
  auth?: string;
  /** The text of a file of httpd's; none where there is none. */
  httpd?: string;
  /** Counts the restarts of httpd that were asked for. */
  restarts: number;
  /** Resources that a fault adds, and takes away again. */
  saboteur?: object[];
}

export const first: Wanted = {
  clientTimeout: 50_000,
  backendPort: 8080,
  finTimeout: 60,
  hasSecondVip: false,
  advertInterval: 1,
  firstPriority: 101,
  hasSecondService: false,
  restarts: 0,
};

/** What an operator edits, by name; each gives another inventory than before. */
export const edits: Record<string, (wanted: Wanted, random: Random) => Partial<Wanted>> = {
  'HAProxy time-out': ({ clientTimeout }) => ({ clientTimeout: clientTimeout + 1000 }),
  'backend port': ({ backendPort }) => ({ backendPort: backendPort === 8080 ? 8081 : 8080 }),
  'kernel parameter': ({ finTimeout }, random) => ({ finTimeout: finTimeout + random.between(1, 9) }),
  'second VIP': ({ hasSecondVip }) => ({ hasSecondVip: !hasSecondVip }),
  'advert interval': ({ advertInterval }) => ({ advertInterval: advertInterval === 1 ? 2 : 1 }),
  priorities: ({ firstPriority }) => ({ firstPriority: firstPriority === 101 ? 99 : 101 }),
  'second service': ({ hasSecondService }) => ({ hasSecondService: !hasSecondService }),
  authentication: ({ auth }, random) => ({ auth: auth ? undefined : `secret${random.between(10, 99)}` }),
  'httpd file': ({ httpd }, random) => ({
    httpd: httpd && random.next() < 0.3 ? undefined : `# edit ${random.between(1, 1e6)}\n`,
  }),
  'httpd restart': ({ restarts }) => ({ restarts: restarts + 1 }),
};

/** Edits that must reach both hosts together. */
export const synchronous: readonly string[] = ['second VIP', 'advert interval', 'authentication'];

/** Writes the inventory and its playbook into `folder`; gives the inventory's path. */
export function write(folder: string, wanted: Wanted): string {
  const router = {
    address: vips.first,
    virtualRouterId: 37,
    group: 'balancers',
    advertInterval: wanted.advertInterval,
    auth: wanted.auth,
  };
  const backends = { group: 'web', port: wanted.backendPort };
  const inventory = {
    name: 'chaos',
    ssh: { user: 'root' },
    hosts: {
      fred: { address: addresses.fred, priority: wanted.firstPriority },
      ethyl: { address: addresses.ethyl, priority: 100 },
    },
    groups: { balancers: hosts, web: hosts },
    sysctl: {
      'net.ipv4.ip_nonlocal_bind': 1,
      'net.ipv4.ip_forward': 1,
      'net.ipv4.tcp_fin_timeout': wanted.finTimeout,
    },
    vips: {
      router37: router,
      ...(wanted.hasSecondVip
        ? { router38: { ...router, address: vips.second, virtualRouterId: 38, auth: undefined } }
        : {}),
    },
    services: {
      cluster37: { port: 80, backends, cookie: 'SERVERNAME' },
      ...(wanted.hasSecondService ? { second: { port: 8088, backends } } : {}),
    },
    haproxy: { timeouts: { client: wanted.clientTimeout } },
    stats: { port: 8989, user: 'admin', password: statsPassword },
    playbooks: ['ha-pair', 'chaos'],
  };
  const own = {
    tasks: [
      {
        name: 'Chaos',
        resources: [
          {
            type: 'file',
            path: '/etc/httpd/conf.d/chaos.conf',
            ...(wanted.httpd === undefined ? { absent: true } : { content: wanted.httpd }),
            notify: { reload: 'httpd' },
          },
          {
            type: 'file',
            path: '/etc/httpd/conf.d/chaos-restart.conf',
            content: `# restart ${wanted.restarts}\n`,
            notify: { restart: 'httpd' },
          },
          ...(wanted.saboteur ?? []),
        ],
      },
    ],
  };
  mkdirSync(join(folder, 'playbooks'), { recursive: true });
  writeFileSync(join(folder, 'playbooks', 'chaos.json'), JSON.stringify(own, null, 2));
  const file = join(folder, 'inventory.json');
  writeFileSync(file, JSON.stringify(inventory, null, 2));
  return file;
}

/** The addresses that one host each is to hold. */
export const addressesOf = (wanted: Wanted) => [vips.first, ...(wanted.hasSecondVip ? [vips.second] : [])];
