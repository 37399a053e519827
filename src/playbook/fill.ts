import type { Path } from '../document/document';
import { escapePlain } from './escape';
import { explain, noSuch } from './explain';
import { ExpressionError, evaluate } from './expression';
import { oneValue } from './template';

/** A string or variable of a playbook that cannot be filled in. */
export interface Unfilled {
  path: Path;
  message: string;
}

/**
 * Fills in the strings of a playbook's entry: `<%= … %>` inside one, or `{ "var": "a.b" }` for a value as it is; a field
 * whose variable is null is left out.
 * @param unfilled is told of what cannot be; `undefined` stands in its place.
 */
export function fill(
  node: unknown,
  path: Path,
  context: Record<string, unknown>,
  unfilled: Unfilled[],
): unknown {
  const attempt = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      unfilled.push({ path, message: explain(error, context) });
      return undefined;
    }
  };
  if (typeof node === 'string') {
    return node.includes('<%') ? attempt(() => fillText(node, context)) : node;
  }
  if (Array.isArray(node)) return node.map((item, index) => fill(item, [...path, index], context, unfilled));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node);
  const variable = (node as { var?: unknown }).var;
  if (entries.length === 1 && typeof variable === 'string') return attempt(() => lookUp(context, variable));
  return Object.fromEntries(
    entries
      .map(([key, value]) => [key, value, fill(value, [...path, key], context, unfilled)] as const)
      .filter(([, value, filled]) => filled !== null || value === null)
      .map(([key, , filled]) => [key, filled]),
  );
}

/** `<%= … %>` is worked out, `<%%` is `<%`; there are no other tags in a playbook. */
function fillText(text: string, context: Record<string, unknown>): string {
  return text.replace(
    /<%%|<%([=_#-]?)([\s\S]*?)(%>|$)/g,
    (tag, kind: string, inside: string, end: string) => {
      if (tag === '<%%') return '<%';
      if (end === '') throw new ExpressionError(`the tag <%${kind} is never closed with %>`);
      if (kind !== '=')
        throw new ExpressionError(
          `a playbook has no code: <%= … %> writes a value, and <%${kind} … %> goes into a template`,
        );
      return escapePlain(oneValue(evaluate(inside, context)));
    },
  );
}

/** A copy of what the dotted `name` stands for. @throws ReferenceError, naming what there is instead. */
function lookUp(context: Record<string, unknown>, name: string): unknown {
  let value: unknown = context;
  let walked = '';
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      const known = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      const why = walked ? `${walked} has no "${part}"` : `there is no variable "${part}"`;
      throw new ReferenceError(noSuch(why, part, known));
    }
    value = (value as Record<string, unknown>)[part];
    walked = walked ? `${walked}.${part}` : part;
  }
  // Without the watching that templates get.
  return JSON.parse(JSON.stringify(value));
}
