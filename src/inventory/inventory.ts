import type { Document } from '../document/document';
import type {
  HaproxySettings,
  ServiceSettings,
  SshSettings,
  StatsSettings,
  Value,
  VipSettings,
} from './schema';
import type { Secrets } from './secrets';

export type Vars = Record<string, Value>;

export interface Host {
  name: string;
  address: string;
  ssh: SshSettings;
  vars: Vars;
  /** Every group that the host is in, `all` among them. */
  groups: string[];
}

export interface Vip extends Omit<VipSettings, 'address' | 'group' | 'priorities'> {
  name: string;
  /** The bare address; `prefix` where the inventory gives one. */
  address: string;
  prefix?: number;
  family: 4 | 6;
  /** Who may hold it, the one with the highest priority first. */
  members: { host: Host; priority: number }[];
}

export interface Service extends Omit<ServiceSettings, 'vips' | 'backends'> {
  name: string;
  vips: Vip[];
  backends: { port: number; hosts: Host[] };
}

export interface Stats extends Omit<StatsSettings, 'vip'> {
  vip?: Vip;
}

/** What the user says, whole and checked: every name is resolved, every default filled in. */
export interface Inventory {
  name: string;
  file: string;
  /** What it was read from, for messages that point into it. */
  document: Document;
  hosts: Host[];
  groups: Map<string, Host[]>;
  vars: Vars;
  sysctl: Record<string, string>;
  vips: Vip[];
  services: Service[];
  stats?: Stats;
  haproxy: HaproxySettings;
  playbooks: string[];
  secrets: Secrets;
}
