import type { RunResult } from '../host/run-report';

/**
 * What a pair consists of, in the order in which a request, and what it stands on, needs it: what is broken early in
 * the list breaks what comes later, so the first broken component is the one to look at.
 */
export const components = [
  'ssh',
  'disk',
  'packages',
  'sysctl',
  'firewall',
  'selinux',
  'keepalived',
  'vip',
  'haproxy',
  'service',
  'backend',
  'certificate',
  'configuration',
] as const;
export type Component = (typeof components)[number];

/** From good to bad. note: meant to be so, and worth knowing (a drained host). unknown: could not be asked. */
export type Level = 'ok' | 'note' | 'unknown' | 'warning' | 'broken';

/** How one component of one host is, in a few words: `MASTER, priority 101`. */
export interface ComponentState {
  component: Component;
  level: Level;
  text: string;
}

/** Something that is not as wanted, with what to do about it. */
export interface StatusFinding {
  /** A name for it in kebab case: `split-brain`. */
  rule: string;
  level: 'note' | 'warning' | 'broken';
  component: Component;
  /** Where it is broken; where two hosts are, the first of them, and `message` names both. */
  host: string;
  /** Every host that is broken in this very way, `host` the first of them. */
  on: string[];
  /** What it is about, by their names: VIPs, a service (a section of HAProxy’s), a server of it, a unit. */
  vips?: string[];
  service?: string;
  server?: string;
  unit?: string;
  /** The subject of the certificate that it is about: `CN=shop.example.com`. */
  certificate?: string;
  /** One sentence that names component and host. */
  message: string;
  /** What was seen, a line each. */
  evidence: string[];
  /** What to do next. */
  next: string;
}

/** The newest run on a host, by its record there. */
export interface LastRun {
  run: string;
  command: string;
  result: RunResult;
  /** When the host last wrote something down of it, by its own clock: ISO 8601; absent where that is damaged. */
  at?: string;
}

/** A certificate that a service shows its clients, by what the inventory says. */
export interface CertificateStatus {
  service: string;
  /** Its subject: `CN=shop.example.com`. */
  subject: string;
  /** When it ends: ISO 8601. */
  until: string;
}

export interface HostStatus {
  host: string;
  address: string;
  /** Empty where it was not reached. */
  os: string;
  reached: boolean;
  drained: boolean;
  /** In the order of {@link components}; those that the host does not have are left out. */
  components: ComponentState[];
  /** Absent where it was not reached, and where no run was made. */
  lastRun?: LastRun;
}

/** Whether a VIP answers, by the place that it was asked from: `laptop` or a host. */
export interface VipAnswer {
  from: string;
  answers: boolean;
  /** Why it does not. */
  why?: string;
  /** Where it was asked over HTTP: the port, and what came. */
  port?: number;
  status?: number;
}

export interface VipStatus {
  vip: string;
  address: string;
  /** Hosts of the inventory that have the address. */
  holders: string[];
  /** The hosts that may hold it, the one that is to hold it when all is well first. */
  members: string[];
  answers: VipAnswer[];
  /** Why nobody asked whether it answers. */
  notAsked?: string;
  level: Level;
  text: string;
}

/** A server as one host's HAProxy sees it. */
export interface ServerView {
  balancer: string;
  /** HAProxy's word: UP, DOWN, DRAIN, MAINT, "no check"; empty where HAProxy does not answer. */
  status: string;
  check: string;
  sessions: number;
}

export interface ServerStatus {
  server: string;
  /** The inventory's host that it is on; absent where haprov does not manage it. */
  host?: string;
  address: string;
  /** Absent where it is asked on the port that the client came to. */
  port?: number;
  seenBy: ServerView[];
  level: Level;
}

export interface ServiceStatus {
  service: string;
  /** Where clients reach it: `80`, `50000-50100`. */
  ports: string[];
  /** The services whose routes lead to it. */
  behind: string[];
  /** The services that its own routes lead to. */
  to: string[];
  mode: string;
  /** Names of its VIPs. */
  vips: string[];
  servers: ServerStatus[];
  level: Level;
}

/** How the whole is, as data: what `status --json` prints. */
export interface Status {
  version: 1;
  inventory: string;
  /** ISO 8601. */
  at: string;
  level: Level;
  /** The first finding's sentence, or that all is well. */
  headline: string;
  /** The first is what to look at. */
  findings: StatusFinding[];
  hosts: HostStatus[];
  vips: VipStatus[];
  services: ServiceStatus[];
  certificates: CertificateStatus[];
}
