import { oneOf, suggestion } from '../document/suggest';
import { TemplateError } from './template';

/** Why a template or a playbook's string cannot be filled in, in words that say what there is instead. */
export function explain(error: unknown, context: object): string {
  const why = error instanceof TemplateError ? error.why : (error as Error).message;
  const unknown = /^([\w$]+) is not defined$/.exec(why)?.[1];
  if (unknown !== undefined) return noSuch(`there is no "${unknown}"`, unknown, Object.keys(context));
  const open = /matching close tag for "(.*)"/.exec(why)?.[1];
  if (open !== undefined) return `the tag ${open} is never closed with %>`;
  return why === 'Unexpected end of input' ? 'a bracket that is opened here is never closed' : why;
}

/** `problem`, and what was probably meant, or else what there is. */
export function noSuch(problem: string, typed: string, known: readonly string[]): string {
  const meant = suggestion(typed, oneOf(known));
  if (meant !== undefined) return `${problem}; did you mean "${meant}"?`;
  return known.length > 0 ? `${problem}; there is ${known.join(', ')}` : problem;
}
