import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/errors';
import type { EventBody } from '../../src/events/events';
import type { Connection, ExecResult, SshTarget } from '../../src/host/connection';
import { type RollNote, rollRows } from '../../src/host/roll-note';
import { checked, type RunScript } from '../../src/host/script-result';
import type { RollOptions } from '../../src/patch/roll-options';
import type { Context } from '../../src/planning/context';
import type { Status, StatusFinding } from '../../src/status/status';
import { recorder } from '../commands/recorder';
import { missingFunctions } from '../shell/calls';
import { loadInventory } from '../support/load-inventory';
import { scratch } from '../support/scratch';

/** Hosts that answer what a roll asks before it begins, and fail on all that it is not told of. */

/** What a host says of itself. */
export interface Says {
  /** More rows of its facts: `drained=yes 1700000000 me@laptop`. */
  facts: string;
  mark: string;
  /** Whether its HAProxy takes commands. */
  told: string;
  note: RollNote | undefined;
  addresses: string[];
  units: Record<string, string>;
  /** TCP ports. */
  listening: number[];
  /** Rows of HAProxy's statistics. */
  servers: string[];
  isAway: boolean;
  /** What its keepalived has in FAULT. */
  inFault: string[];
  /** Rows about what its keepalived reads. */
  keepalived: string;
}

const facts = (name: string) =>
  [
    'uid=0',
    `clock=${Math.floor(Date.now() / 1000)}`,
    `hostname=${name}`,
    'kernel=5.14.0',
    'init=systemd',
    'installer=dnf',
    'os.ID="centos"',
    'os.NAME="CentOS Stream"',
    'os.VERSION_ID="9"',
    'os.PRETTY_NAME="CentOS Stream 9"',
    'installed=haproxy 2.4.22',
    'installed=keepalived 2.2.8',
  ].join('\n');

export class AnsweringHost implements Connection {
  readonly user = 'root';
  readonly execs = 0;
  readonly runScript: RunScript;
  /** What it was told to do, beside its answers. */
  readonly told: string[] = [];
  isClosed = false;

  constructor(
    readonly host: string,
    readonly says: Says,
  ) {
    this.runScript = checked(host, async (script, { onStdout }): Promise<ExecResult> => {
      if (this.isClosed) throw new Error(`${host}: a script was run after the connection was closed`);
      const missing = missingFunctions(script);
      if (missing.length > 0) throw new Error(`a script calls what it does not have: ${missing.join(', ')}`);
      const stdout = this.#answer(script);
      onStdout?.(stdout);
      return { code: 0, stdout, stderr: '', ms: 0 };
    });
  }

  #answer(script: string): string {
    const [, mark] = /put_mark\(\) \{ echo "(@\w+) \$\*"/.exec(script) ?? [];
    if (mark === undefined) return this.#call(script.trim().split('\n').at(-1) ?? '');
    const asked = [...script.matchAll(/^put_mark (\d+)\n[({]\n([\s\S]*?)\n[)}] <\/dev\/null$/gm)];
    const rows = asked.map(([, at, one = '']) => `${mark} ${at}\n${this.#call(one)}\n${mark} end 0`);
    return [...rows, `${mark} done`].join('\n');
  }

  /** What comes of a call of one of our functions. */
  #call(words: string): string {
    const { host, says } = this;
    const [name = ''] = words.split(' ');
    switch (name) {
      case 'probe_facts':
        return [
          facts(host),
          ...(says.note ? rollRows(says.note) : []).map((row) => `roll=${row}`),
          says.facts,
        ].join('\n');
      case 'tell_admin_sockets':
        return says.told;
      case 'in_fault':
        return says.inFault.map((one) => `fault ${one}`).join('\n');
      case 'keepalived_reads':
        return says.keepalived;
      case 'boot_mark':
        return `${says.mark}\n`;
      case 'tell_before':
      case 'tell_starts':
        return '';
      case 'tell_surroundings':
        return `clock=${Math.floor(Date.now() / 1000)}`;
      case 'observe':
        return [
          ...Object.entries(says.units).map(([unit, state]) => `unit ${unit} ${state}`),
          ...says.addresses.map((address) => `address ${address}`),
          ...says.listening.map((port) => `listen ${port.toString(16)}`),
          ...(/^drained=/m.test(says.facts) ? ['drained yes'] : []),
          ...['# pxname,svname,scur,status,check_status,', ...says.servers].map((row) => `stat ${row}`),
        ].join('\n');
      case 'end_roll':
      case 'hold_for_roll':
      case 'let_go_of_roll':
      case 'note_roll':
        this.told.push(words);
        return '';
      default:
        throw new Error(`${host} was not told what to answer to ${words}`);
    }
  }

  close(): void {
    this.isClosed = true;
  }
}

const vip = '192.0.2.10';

/** A healthy pair, the VIP on fred, and the inventory that it is of. */
export class AnsweringPair {
  readonly says: Record<'fred' | 'ethyl', Says>;
  readonly connections: AnsweringHost[] = [];
  readonly events: EventBody[] = [];
  /** What status finds. */
  findings: StatusFinding[] = [];
  readonly heard = recorder();
  readonly file: string;
  readonly raw = {
    name: 'pair',
    hosts: {
      fred: { address: '192.0.2.1', priority: 101 },
      ethyl: { address: '192.0.2.2', priority: 100 },
    },
    groups: { web: ['fred', 'ethyl'], balancers: ['fred', 'ethyl'] },
    vips: { front: { address: vip, virtualRouterId: 37, group: 'all' } } as Record<string, object>,
    services: { web: { port: 80, backends: { group: 'all', port: 8080 } } } as Record<string, object>,
    playbooks: ['ha-pair'],
  };

  constructor() {
    const own = (addresses: string[]): Says => ({
      facts: '',
      mark: 'kernel:1',
      told: 'admin',
      note: undefined,
      addresses,
      units: { httpd: 'active', haproxy: 'active', keepalived: 'active' },
      listening: [80, 8080, 10001],
      servers: ['web,FRONTEND,0,OPEN,,', 'web,fred,0,UP,L4OK,', 'web,ethyl,0,UP,L4OK,'],
      isAway: false,
      inFault: [],
      keepalived: '',
    });
    this.says = { fred: own(['192.0.2.1', vip]), ethyl: own(['192.0.2.2']) };
    this.file = join(mkdtempSync(join(scratch, 'haprov-roll-')), 'inventory.json');
  }

  /** For `connect`. */
  logIn = async ({ name }: SshTarget): Promise<AnsweringHost> => {
    const says = this.says[name as 'fred'];
    if (says.isAway) throw new HostError(name, 'cannot be reached', 'start it');
    const connection = new AnsweringHost(name, says);
    this.connections.push(connection);
    return connection;
  };

  /** For `statusObserver`. */
  observer = () => ({
    look: async (): Promise<Status> => ({ findings: this.findings }) as unknown as Status,
    close: () => {},
    inventory: undefined,
    connections: new Map(),
  });

  /** A roll that was left by somebody a minute ago, as all hosts that answer know it. */
  left(stands: RollNote['hosts'], command = 'reboot'): void {
    const begun = new Date(Math.floor(Date.now() / 1000 - 60) * 1000);
    const note = { roll: 'old', serial: 3, begun, command, owner: 'bob@desk', hosts: stands };
    for (const one of Object.values(this.says)) one.note = note;
  }

  context(more: Partial<Context> = {}): Context {
    return { ...this.heard.context, emit: (event) => void this.events.push(event), ...more };
  }

  options(more: Partial<RollOptions> = {}): RollOptions {
    writeFileSync(this.file, JSON.stringify(this.raw));
    return {
      ...{
        inventory: this.file,
        loaded: loadInventory(this.file, {}),
        json: false,
        yes: false,
        probe: false,
      },
      ...{ timeout: 60, cut: false, allowOutage: false, bootWithin: 600, soak: 10, anew: false },
      ...{ boot: 'always', wish: [], confirmWithin: 60, ...more },
    };
  }

  /** The texts of what was told beside the result. */
  get messages(): string[] {
    return this.events.flatMap((event) => (event.type === 'message' ? event.text : []));
  }
}

/** A finding of status on ethyl. */
export const finding = (rule: string, level: StatusFinding['level'], message: string): StatusFinding => ({
  ...{ rule, level, component: 'haproxy', host: 'ethyl', on: ['ethyl'], message },
  ...{ evidence: ['line 3: unknown keyword'], next: 'mend it' },
});
