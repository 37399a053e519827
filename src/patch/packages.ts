/** Which updates are wanted. */
export interface UpdateWish {
  /** Names; empty for all that are installed. */
  packages: readonly string[];
  /** Only updates of security advisories. */
  isSecurity: boolean;
}

/** One package, and what the host's own resolver would make of it. */
export interface PackageUpdate {
  name: string;
  arch: string;
  /** `EPOCH:VERSION-RELEASE`; the epoch only where it is not 0. `null` where the package is not installed. */
  from: string | null;
  /** `null` where the package is to go. */
  to: string | null;
  repository: string;
  /** The new version comes beside the old one, as a kernel does. */
  isBeside: boolean;
}

/** What of a configuration matters where two versions of its program work for one pair. */
export type Trait = 'peers' | 'vrrp3-unicast' | 'vrrp3-unicast-never';

/** What a host's own resolver would do to its packages. */
export interface UpdatePlan {
  wish: UpdateWish;
  /** By name; empty where there is nothing to do. */
  updates: PackageUpdate[];
  /** What is needed afterwards, as far as it can be known before. */
  afterwards: Needs;
  /** What the host needs already, of what was updated before. */
  owed: Needs;
  /** What `undo` cannot bring back, a sentence each. */
  oneWay: string[];
  /** Of the configuration that the host's HAProxy and keepalived read. */
  traits: Trait[];
  /** What the resolver leaves out, because something else does not fit it. */
  skipped: { name: string; arch: string; version: string }[];
  /** The resolver's words, where there are updates and it knows of no security update among them. */
  noSecurity?: string;
}

/** What a host needs so that what is installed is what runs. */
export interface Needs {
  /** Why it must be booted, a sentence each; empty where it need not be. */
  boot: string[];
  /** That it runs another kernel than the newest: another boot would start the same one again. */
  oldKernel?: string;
  /** Units whose processes run programs or libraries that are replaced, with those files. */
  units: { unit: string; files: string[] }[];
}
