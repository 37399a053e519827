import type * as z from 'zod';
import { type Source, validate } from '../document/validate';
import type { Fault } from '../errors';
import type { Bind, BoundResource, HostKind, Placing } from './bound-resource';
import type { Notify } from './fields';
import { keptSecret } from './kept-secret';
import type { ContentSource, DiffContext, Difference } from './resource';
import type { ResourceType } from './resource-type';

/** Makes a resource of a type with these fields. */
export function bind<Spec extends object, State, Host extends HostKind>(
  type: ResourceType<Spec, State>,
  spec: Spec,
  { task, notify = [], id, content, origin, mask = (text) => text }: Placing<Host>,
): BoundResource<Host> {
  const name = type.target(spec);
  // A command is its own name, and its record outlives it on the host.
  const target = type.isOpaque ? mask(name) : name;
  const hasSecret = (text: string) => mask(text) !== text;
  const marked = (one: Difference): Difference => {
    const { run, undo = '', validator = '' } = one.step;
    return {
      ...one,
      step: keptSecret(one.step, hasSecret([run, undo, validator].join('\n')) ? 'lines' : undefined),
    };
  };
  const touched = type.touches?.(target);
  const asksFor = type.asksFor?.(spec);
  const withContent = (context: DiffContext, host: Host): DiffContext => ({
    ...context,
    hasSecret,
    ...(content ? { content: content(host) } : {}),
  });
  const resource: BoundResource<Host> = {
    id: id ?? `${type.type} ${name}`,
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
      const diff = (context: DiffContext) => type.diff(spec, state, { ...known, ...context }).map(marked);
      return { resource, state, diff, isUnknown: type.isUnknown?.(state) ?? false };
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

/** A resource type as other files see it: it makes entries of playbooks into resources. */
export interface KnownType extends Pick<ResourceType, 'type' | 'touches' | 'before'> {
  schema: z.ZodType;
  /** Checks a playbook's entry whose variables are filled in. `entry` is absent where it has faults. */
  check(source: Source): { faults: readonly Fault[]; entry?: Entry };
}

/** A valid entry, to be bound once its content can be loaded. */
export interface Entry {
  content?: ContentSource;
  bind: Bind;
}

/** The fields of `common` in every type's schema. */
interface Common {
  notify?: Notify | Notify[] | undefined;
}

/** A resource type without the types of its own fields and state. */
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
