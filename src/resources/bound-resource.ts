import type { Notify } from './fields';
import type { About, AskedFor, DiffContext, Difference, Role, Script } from './resource';
import type { Rendered } from './shown';

/** What a type itself has to know of a host. */
export interface HostKind {
  /** The major version of its EL family. */
  major: number;
}

/** What a resource is given beside its own fields. `Host` is what its content depends on. */
export interface Placing<Host> {
  task: string;
  notify?: Notify[];
  /** Unique on its host, where type and target are not. */
  id?: string;
  /** Writes what its file must hold, once the host has told what it must. */
  content?: (host: Host) => Buffer;
  /** The template or file on this machine that its content is made from. */
  origin?: () => string | undefined;
  /** Whether a secret of the inventory stands in a text. */
  hasSecret?: (text: string) => boolean;
}

/** One resource that one host is to have. It knows its own type and fields; nobody else has to. */
export interface BoundResource<in Host extends HostKind = HostKind> extends Role {
  /** Unique on its host: `file /etc/hosts`. */
  readonly id: string;
  readonly task: string;
  /** The word that playbooks have for its type; for people. */
  readonly type: string;
  readonly target: string;
  readonly notify: Notify[];
  readonly isDaily: boolean;
  readonly mayRepeat: boolean;
  /** What its entry came to: to be compared, and not to be looked into. */
  readonly spec: object;
  readonly about: About;
  /** What the host is asked. */
  readonly question: { script: Script; asksFor?: AskedFor };
  readonly content?: (host: Host) => Buffer;
  readonly origin?: () => string | undefined;
  /**
   * What the host said of it.
   * @param output what the question's script printed
   * @throws Error when it is no such answer, or the content cannot be written for this host
   */
  observe(output: string, host: Host): Observed;
  /** What a host that is not asked would have by it. */
  shows(host: Host): Rendered[];
}

/** One resource, and what the host said of it. */
export interface Observed {
  /** As its type reads it. */
  state: unknown;
  resource: Pick<
    BoundResource,
    'id' | 'task' | 'type' | 'target' | 'notify' | 'about' | 'origin' | keyof Role
  >;
  /** What is to be done, in order. @throws Error where the host is in a state that it cannot be reached from. */
  diff(context: DiffContext): Difference[];
}

/** @param isRead false: nobody will read what it writes, so no validator need be pleased. */
export type Bind = <Host extends HostKind>(placing: Placing<Host>, isRead?: boolean) => BoundResource<Host>;
