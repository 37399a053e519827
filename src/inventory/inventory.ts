import type { Document, Path } from '../document/document';
import type { Unmade } from './made-by-authority';
import type { OwnConfigurations } from './own-files';
import type { HaproxySettings, StatsSettings } from './schema/haproxy';
import type { SshSettings } from './schema/host';
import type { KeepalivedSettings } from './schema/keepalived';
import type { Hook } from './schema/notify';
import type { ProtocolPort } from './schema/protocol-port';
import type { ServerSettings, ServiceSettings } from './schema/service';
import type { AcmeSettings, TlsSettings } from './schema/tls';
import type { Value } from './schema/vars';
import type { VipSettings } from './schema/vip';
import type { VirtualServerSettings } from './schema/virtual-server';
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

/** One of the addresses of a VIP. */
export interface VipAddress {
  /** The bare address, as the kernel writes it; `prefix` where the inventory gives one. */
  address: string;
  prefix?: number;
  family: 4 | 6;
  /** Where: in the adverts, in none of them, or in the VIP's `extra`. */
  stands: 'advert' | 'excluded' | 'extra';
}

/** A shared address. Its own `address` is the first of `addresses`, which all move together. */
export interface Vip
  extends Omit<VipAddress, 'stands'>,
    Omit<VipSettings, 'address' | 'addresses' | 'excluded' | 'group' | 'priorities' | 'check' | 'ports'> {
  name: string;
  addresses: readonly VipAddress[];
  /** Who may hold it, the one with the highest priority first. */
  members: { host: Host; priority: number }[];
  check: Omit<VipSettings['check'], 'haproxy' | 'port'> & {
    haproxy: boolean;
    port?: ProtocolPort;
    /** Of a keepalived.conf of the user's own: all that is watched are processes, so that one which hangs goes unnoticed. */
    looksForProcess?: boolean;
  };
  ports: readonly ProtocolPort[];
}

/** One server behind HAProxy. */
export interface Server extends Omit<ServerSettings, 'address' | 'port'> {
  name: string;
  address: string;
  /** Absent where it is asked on the port that the client came to. */
  port?: number;
  /** HAProxy's own configuration begins with it in maintenance. */
  disabled?: true;
  /** The inventory's host of that name; absent where haprov does not manage it. */
  host?: Host;
}

/** `hosts` are those of the servers that haprov manages. No servers where all is redirected, or routed. */
export interface Backends {
  port?: number;
  servers: Server[];
  hosts: Host[];
}

/** Where clients reach a service. */
export interface Endpoint {
  /** Canonical; `*` is every address of the balancers. */
  address: string;
  /** Of a range the first. */
  port: number;
  /** The last of a range. */
  lastPort?: number;
  /** That has the address. */
  vip?: Vip;
  /** Whether clients speak TLS with HAProxy there. */
  tls: boolean;
  udp?: boolean;
}

/** What goes to another service. A request fits where it fits one of each list that has something in it. */
export interface Route {
  hosts: readonly string[];
  /** What the path begins with. */
  paths: readonly string[];
  sni: readonly string[];
  /** It goes by something else too, or in another way than lists can say. */
  asksMore?: true;
  /** Absent where only a request says which: any that has no endpoint of its own may be meant. */
  service?: Service;
}

/** How HAProxy speaks with the servers. */
type BackendTraffic = Pick<NonNullable<ServiceSettings['backends']>, 'tls' | 'resolvers'>;

/** TLS that clients speak with HAProxy. */
export interface Tls extends Omit<TlsSettings, 'certificate' | 'key' | 'certificates' | 'vips'> {
  /** All of them, the one first that clients get where no name fits; `at` is where it stands in the inventory. */
  certificates: { certificate: string; key: string; at: Path }[];
}

/** What clients ask for. `name` is that of HAProxy's section: `listen`, `frontend`, or the `backend` that has the servers. */
export interface Service extends Omit<ServiceSettings, 'port' | 'vips' | 'routes' | 'backends' | 'tls'> {
  name: string;
  tls?: Tls;
  /** None where only routes of other services lead to it. */
  endpoints: readonly Endpoint[];
  /** The first that fits; what fits none goes to its own servers. */
  routes: readonly Route[];
  backends: BackendTraffic & Backends;
}

/**
 * What the kernel of the VIP's holder hands on to servers, without HAProxy (LVS). `isRead`: by blocks of the user's own, so
 * that haprov does not write it.
 */
export interface VirtualServer extends Omit<VirtualServerSettings, 'vip' | 'backends'> {
  isRead?: true;
  name: string;
  vip: Vip;
  backends: Backends;
}

/** HAProxy's statistics as a web page. */
export interface StatisticsPage {
  path: string;
  /** `user:password` in base64, where it is asked for. */
  login?: string;
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
  /** Without what lines of the user's own add to them: what haprov writes. Absent where they add nothing. */
  servicesByKeys?: Service[];
  virtualServers: VirtualServer[];
  stats?: Stats;
  acme?: AcmeSettings;
  haproxy: Omit<HaproxySettings, 'config' | 'packages'> & {
    /** Where `healthPort` is a page of the user's own, since there is nothing better to ask. */
    page?: StatisticsPage;
  };
  /** Configuration of the user's own, where haprov writes none of that unit. */
  own: OwnConfigurations;
  /** Before its VIPs and services were read from files of the user's own, whose templates see this. */
  said?: Inventory;
  keepalived: Pick<KeepalivedSettings, 'sections'>;
  /** Who is told of what happens. */
  hooks: Hook[];
  playbooks: string[];
  secrets: Secrets;
  unmade: Unmade[];
}
