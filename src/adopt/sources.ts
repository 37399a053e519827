import type { Versions } from '../host/release';
import type { FoundHost } from './found-host';

/** What an inventory says beside the configuration. */
export interface InventoryBase {
  /** How all hosts are reached. */
  ssh?: Record<string, unknown>;
  /** By their names: address, and how this one is reached. */
  hosts: Record<string, { address?: unknown; [key: string]: unknown }>;
  /** What an Ansible inventory says besides. */
  groups?: Record<string, unknown>;
  vars?: Record<string, unknown>;
}

/** What a pair is adopted from. */
export interface Sources {
  found: { host: FoundHost; versions: Versions }[];
  base: InventoryBase;
}
