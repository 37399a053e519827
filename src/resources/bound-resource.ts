import type { Notify } from './fields';
import type { Rendered } from './rendered';
import type { About, BulkQuestions, DiffContext, Difference, PairRole, Script } from './resource';

/** What a resource type needs to know of a host. */
export interface HostKind {
  /** The major version of its EL family. */
  major: number;
}

/** What a resource is bound with besides its own fields. `Host` is what its content depends on. */
export interface Placing<Host> {
  task: string;
  notify?: Notify[];
  /** An id that is unique on its host, where type and target are not. */
  id?: string;
  /** Renders the content of its file for a host that has been probed. */
  content?: (host: Host) => Buffer;
  /** The template or file on this machine that its content is made from. */
  origin?: () => string | undefined;
  /** Makes the secrets of the inventory in a text unreadable. */
  mask?: (text: string) => string;
}

/** One resource that one host is to have. It answers every question about its type and fields itself. */
export interface BoundResource<in Host extends HostKind = HostKind> extends PairRole {
  /** Unique on its host: `file /etc/hosts`. */
  readonly id: string;
  readonly task: string;
  /** Its type's name in playbooks, for messages. */
  readonly type: string;
  readonly target: string;
  readonly notify: Notify[];
  readonly isDaily: boolean;
  readonly mayRepeat: boolean;
  /** Its fields, only to be compared with those of another resource. */
  readonly spec: object;
  readonly about: About;
  /** The question to the host. */
  readonly question: { script: Script; asksFor?: BulkQuestions };
  readonly content?: (host: Host) => Buffer;
  readonly origin?: () => string | undefined;
  /**
   * Reads the host's answer.
   * @param output what the question's script printed
   * @throws Error when it is not an answer to that question, or the content cannot be rendered for this host
   */
  observe(output: string, host: Host): Observed;
  /** What a host would have by it, without asking the host. */
  shows(host: Host): Rendered[];
}

/** One resource, and its state on the host. */
export interface Observed {
  /** The state as the resource's type reads it. */
  state: unknown;
  resource: Pick<
    BoundResource,
    'id' | 'task' | 'type' | 'target' | 'notify' | 'about' | 'origin' | keyof PairRole
  >;
  /** The differences, in order. @throws Error where the wanted state cannot be reached from this one. */
  diff(context: DiffContext): Difference[];
  /** Whether the host knows no such unit. */
  isUnknown: boolean;
}

/** @param isRead false where no unit will read the file that it writes, so that it is not validated. */
export type Bind = <Host extends HostKind>(placing: Placing<Host>, isRead?: boolean) => BoundResource<Host>;
