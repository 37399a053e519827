import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lint } from '../../src/lint/lint';
import type { HostOutline } from '../../src/lint/subject';
import type { Finding } from '../../src/plan/plan';
import { subjectOf } from '../../src/planning/lint-subject';
import { withFiles } from '../bad-input/cases';
import { loadDesiredState } from '../support/load-inventory';

const pem = (name: string) => readFileSync(join(__dirname, name), 'utf8');

/** A pair of which nothing is to be said. */
const healthy = {
  hosts: {
    fred: { address: '192.168.56.201', priority: 101 },
    ethyl: { address: '192.168.56.202', priority: 100 },
  },
  groups: { balancers: ['fred', 'ethyl'], web: ['fred', 'ethyl'] },
  sysctl: { 'net.ipv4.ip_nonlocal_bind': 1 },
  vips: { router37: { address: '192.168.56.200', virtualRouterId: 37, group: 'balancers' } },
  services: {
    cluster37: {
      port: 80,
      vips: ['router37'],
      backends: { group: 'web', port: 8080 },
      cookie: 'SERVERNAME',
    },
  },
  stats: { user: 'ops', password: { env: 'STATS' } },
  playbooks: ['ha-pair'],
};

const env = {
  STATS: 'nobody guesses this',
  VRRP: 'abc12345',
  KNOWN: 'changeme',
  OPERATORS: 'operators',
  ONES: '1111',
};

/** What a case changes of the healthy pair; `null` takes away. */
export interface Edited {
  edit?: object;
  /** Hosts' addresses. */
  addresses?: Record<string, string>;
  /** Files beside the inventory. */
  files?: Record<string, string>;
  now?: string;
}

export interface Linted {
  findings: Finding[];
  /** The inventory's own text. */
  text: string;
  hosts: readonly HostOutline[];
}

/** What the rules say of the pair with its changes. */
export function lintPair({
  edit = {},
  addresses = {},
  files = {},
  now = '2025-07-01',
}: Edited): Promise<Linted> {
  const moved = Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, { address }]));
  const value = merge(merge(healthy, { hosts: moved }), edit);
  const tls = { certificate: pem('c.pem'), key: pem('k.pem') };
  const text = JSON.stringify(
    value,
    (_, one) => (one === '{{tls}}' ? tls : one === '{{key}}' ? tls.key : one),
    2,
  );
  const all = { 'inventory.json': text, 'c.pem': pem('c.pem'), 'k.pem': pem('k.pem'), ...files };
  return withFiles({ files: all }, (_folder, file) => {
    const subject = subjectOf(loadDesiredState(file, { env }));
    const findings = lint({ ...subject, now: new Date(now) }, 'inventory.json');
    return { findings, text, hosts: subject.hosts };
  });
}

function merge(base: unknown, edit: unknown): unknown {
  const isPlain = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isPlain(edit) || 'env' in edit || 'file' in edit) return edit;
  const merged: Record<string, unknown> = isPlain(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(edit)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
