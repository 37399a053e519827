import type * as z from 'zod';
import { type Source, validate } from '../document/validate';
import type { Fault } from '../errors';
import type { Notify } from './fields';
import type {
  About,
  AskedFor,
  ContentSource,
  DiffContext,
  Difference,
  ResourceType,
  Role,
  Script,
} from './resource';
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
  resource: Pick<BoundResource, 'id' | 'task' | 'type' | 'target' | 'notify' | 'about' | keyof Role>;
  /** What is to be done, in order. @throws Error where the host is in a state that it cannot be reached from. */
  diff(context: DiffContext): Difference[];
}

/** @param isRead false: nobody will read what it writes, so no validator need be pleased. */
export type Bind = <Host extends HostKind>(placing: Placing<Host>, isRead?: boolean) => BoundResource<Host>;

/** The resource of `type` with these fields. */
export function bind<Spec extends object, State, Host extends HostKind>(
  type: ResourceType<Spec, State>,
  spec: Spec,
  { task, notify = [], id, content, origin, hasSecret = () => false }: Placing<Host>,
): BoundResource<Host> {
  const target = type.target(spec);
  const touched = type.touches?.(target);
  const asksFor = type.asksFor?.(spec);
  const withContent = (context: DiffContext, host: Host): DiffContext => ({
    ...context,
    hasSecret,
    ...(content ? { content: content(host) } : {}),
  });
  const resource: BoundResource<Host> = {
    id: id ?? `${type.type} ${target}`,
    task,
    type: type.type,
    target,
    notify,
    ...(touched && 'unit' in touched ? touched : {}),
    ...(type.part ? { part: type.part } : {}),
    ...(type.isOpaque ? { isOpaque: true } : {}),
    isDaily: type.isDaily ?? false,
    mayRepeat: type.mayRepeat ?? false,
    spec,
    about: type.about?.(spec) ?? {},
    question: { script: type.probe(spec), ...(asksFor ? { asksFor } : {}) },
    ...(content ? { content } : {}),
    ...(origin ? { origin } : {}),
    observe(output, host) {
      const state = type.read(output, spec);
      const known = withContent({ packagesPending: false }, host);
      return { resource, state, diff: (context) => type.diff(spec, state, { ...known, ...context }) };
    },
    shows(host) {
      const shown = type.shows?.(spec, withContent({ packagesPending: true }, host), host.major);
      const from = origin?.();
      return (shown ?? [{ says: `${type.type} ${target}` }]).map((one) =>
        'content' in one
          ? { task, ...one, ...(from ? { origin: from } : {}) }
          : { task, type: type.type, target, ...one },
      );
    },
  };
  return resource;
}

/** A type as all but its own file see it: it makes resources of entries, whose fields are theirs. */
export interface KnownType extends Pick<ResourceType, 'type' | 'touches' | 'before'> {
  schema: z.ZodType;
  /** Checks a playbook's entry, its strings filled in. `entry` is there where it has no faults. */
  check(source: Source): { faults: readonly Fault[]; entry?: Entry };
}

/** An entry that is valid, to be bound when it is known what its content is. */
export interface Entry {
  content?: ContentSource;
  bind: Bind;
}

/** What every type's schema takes from `common`. */
interface Common {
  notify?: Notify | Notify[] | undefined;
}

export function known<Spec extends Common, State>(type: ResourceType<Spec, State>): KnownType {
  return {
    ...type,
    check(source) {
      const checked = validate(type.schema, source);
      if (!checked.ok) return checked;
      const spec = checked.value;
      const content = type.content?.(spec);
      const notify = spec.notify ? [spec.notify].flat() : [];
      return {
        faults: [],
        entry: {
          ...(content ? { content } : {}),
          bind: (placing) => bind(type, spec, { notify, ...placing }),
        },
      };
    },
  };
}
