import type * as z from 'zod';
import type { Past, RecordedStep } from './past';
import type { About, AskedFor, ContentSource, DiffContext, Difference, Role, Script } from './resource';
import type { Shown } from './shown';

/**
 * A resource type: pure functions between what the user wants, what the host says, and what is to be done. All that is
 * different from type to type is here: nobody else asks which type a resource is of.
 * `Spec` is what `schema` makes of a playbook's entry; `State` is what `read` makes of the probe's output.
 */
export interface ResourceType<Spec extends object = object, State = unknown> extends Omit<Role, 'unit'> {
  type: string;
  schema: z.ZodType<Spec>;
  /** Quick, and taken back without a trace: what `haprov push` makes. */
  isDaily?: true;
  /** Several playbooks may ask for the very same one. */
  mayRepeat?: true;
  /** What the resource is called in plans and messages: a path, a unit, the packages. */
  target(spec: Spec): string;
  about?(spec: Spec): About;
  /** What the whole file is made from that it writes; it comes back in `diff` and `shows` as bytes. */
  content?(spec: Spec): ContentSource | undefined;
  /** Prints the resource's state; changes nothing; works on a host where nothing is installed yet. */
  probe(spec: Spec): Script;
  /** What `probe` asks of the init system, of rpm and of files: asked once for all resources, since each process costs. */
  asksFor?(spec: Spec): AskedFor;
  /** @throws Error when the output is not what `probe` prints. */
  read(output: string, spec: Spec): State;
  /** What is to be done, in order; nothing when the state is as wanted. */
  diff(spec: Spec, state: State, context: DiffContext): Difference[];
  /** Otherwise it shows itself as type and target. @param major of the EL that the host is assumed to have. */
  shows?(spec: Spec, context: DiffContext, major: number): Shown[];
  /** What a step with this target has to do with: a unit, or a file that it writes whole. */
  touches?(target: string): { unit: string } | { file: string } | undefined;
  /** What was there before a recorded step; otherwise the step's own "undo" is all that takes it back. */
  before?(step: RecordedStep): Past[] | undefined;
}
