import type * as z from 'zod';
import type { Past, RecordedStep } from './before-step';
import type { Shown } from './rendered';
import type {
  About,
  BulkQuestions,
  ContentSource,
  DiffContext,
  Difference,
  PairRole,
  Script,
} from './resource';

/**
 * A resource type: pure functions between the wanted state, the host's state, and the steps. All that differs from type to
 * type is here, so that no other file asks for a resource's type.
 * `Spec` is what `schema` makes of a playbook's entry; `State` is what `read` makes of the probe's output.
 */
export interface ResourceType<Spec extends object = object, State = unknown> extends Omit<PairRole, 'unit'> {
  type: string;
  schema: z.ZodType<Spec>;
  /** Its changes are quick and can be undone completely, so `haprov push` makes them. */
  isDaily?: true;
  /** Several playbooks may have the same resource. */
  mayRepeat?: true;
  /** The resource's name in plans and messages: a path, a unit, the packages. */
  target(spec: Spec): string;
  about?(spec: Spec): About;
  /** The source of the whole file that it writes; `diff` and `shows` get the rendered bytes. */
  content?(spec: Spec): ContentSource | undefined;
  /** The script that prints the resource's state. It changes nothing, and works where nothing is installed yet. */
  probe(spec: Spec): Script;
  /** What `probe` asks the init system, rpm and the file system; the probe asks once for all resources, to save processes. */
  asksFor?(spec: Spec): BulkQuestions;
  /** Reads what `probe` printed. @throws Error when it is something else. */
  read(output: string, spec: Spec): State;
  /** The differences, in order; none when the state is the wanted one. */
  diff(spec: Spec, state: State, context: DiffContext): Difference[];
  /** Whether the host knows nothing by its name. */
  isUnknown?(state: State): boolean;
  /** How `render` shows it; by default as type and target. @param major the assumed EL major version. */
  shows?(spec: Spec, context: DiffContext, major: number): Shown[];
  /** The unit that a step with this target moves, or the file that it writes whole. */
  touches?(target: string): { unit: string } | { file: string } | undefined;
  /** The state before a recorded step; without it, a rollback uses the step's own undo. */
  before?(step: RecordedStep): Past[] | undefined;
}
