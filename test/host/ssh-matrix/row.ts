import type { SshTarget } from '../../../src/host/ssh-config';

/**
 * One way to have SSH, tried by plain `ssh` and by haprov. In all texts `{id}` is the path of a file of the matrix
 * (fixtures.ts), `{text:id.pub}` what it holds, and `{user}`, `{port}`, `{hostkey}`, `{known}`, `{hop}`, `{hop2}` stand for
 * who logs in, the server's port and host key, the row's known_hosts, and the ports of two jump hosts.
 */
export interface Row {
  row: string;
  /** Lines of the ssh config; lines that name the server, the key, the user and known_hosts follow them. */
  config?: readonly string[];
  /** Other files of the row's own, by name; `{own}` is their folder. */
  files?: Readonly<Record<string, string>>;
  /** Lines of the server's sshd_config. */
  server?: readonly string[];
  /** Lines of the first jump host's sshd_config. */
  hopServer?: readonly string[];
  /** Lines of known_hosts, in place of those that know the server and the jump hosts. */
  known?: readonly string[];
  /** What the inventory says, and for `ssh` the command line. */
  inventory?: Omit<Partial<SshTarget>, 'name' | 'sudo' | 'settings'>;
  /** Variables of the environment. */
  env?: Readonly<Record<string, string>>;
  /** What runs before: the command line of a program that ends when all is ready. */
  before?: readonly string[];
  /** The program or the algorithm of ssh that the row needs. */
  needs?: { program: string } | { kex: string };
  ssh: 'in' | 'refused';
  haprov: Way | 'refused';
  /** Why haprov does otherwise than ssh. */
  why?: string;
}

/** How haprov gets in: by the SSH library, by the user's own `ssh`, or over a connection that the user has open. */
export type Way = 'library' | 'ssh' | 'your connection';

/** Rows that belong together. */
export interface Group {
  title: string;
  rows: readonly Row[];
}

/** A row that is about lines of the ssh config. */
export const own = (row: string, config: readonly string[], more: Partial<Row> = {}): Row => ({
  row,
  config,
  ssh: 'in',
  haprov: 'library',
  ...more,
});

/** A row that is about lines of the server's sshd_config. */
export const host = (row: string, server: readonly string[], more: Partial<Row> = {}): Row => ({
  row,
  server,
  ssh: 'in',
  haprov: 'library',
  ...more,
});

/** Neither gets in. */
export const refused = { ssh: 'refused', haprov: 'refused' } as const;

/** haprov gets in where ssh does not. */
export const better = (why: string) => ({ ssh: 'refused', haprov: 'library', why }) as const;
