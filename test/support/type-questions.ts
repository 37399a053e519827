import { parseSync } from '@swc/core';
import { resourceTypes } from '../../src/resources/types';

const names: unknown[] = resourceTypes.map(({ type }) => type);

/** A node of what the parser makes of a program. */
interface Node {
  type?: string;
  [field: string]: unknown;
}

const at = (node: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((one, key) => (one as Node | undefined)?.[key], node);
const isName = (node: unknown) => at(node, 'type') === 'StringLiteral' && names.includes(at(node, 'value'));

/** The last word of `type`, `change.type` or `change?.type`, and the one before it. */
function words(node: unknown): unknown[] {
  const last = at(node, 'type') === 'OptionalChainingExpression' ? at(node, 'base') : node;
  if (at(last, 'type') !== 'MemberExpression') return [at(last, 'value')];
  return [at(last, 'property', 'value'), words(at(last, 'object'))[0]];
}

/** What else has a "type" that is called as a resource's: what happens in a run, and how a service is checked. */
const others: unknown[] = ['event', 'check'];
function isType(node: unknown): boolean {
  const [last, before] = words(node);
  return last === 'type' && !others.includes(before);
}

function isNames(node: unknown): boolean {
  const elements = at(node, 'type') === 'ArrayExpression' ? (at(node, 'elements') as Node[]) : [];
  return elements.length > 0 && elements.every((one) => isName(one.expression));
}

function asks(node: Node): boolean {
  const { left, right } = node;
  switch (node.type) {
    case 'BinaryExpression':
      return (
        /^[!=]==?$/.test(String(node.operator)) &&
        ((isType(left) && isName(right)) || (isName(left) && isType(right)))
      );
    case 'SwitchStatement':
      return isType(node.discriminant) && (node.cases as Node[]).some(({ test }) => isName(test));
    case 'CallExpression':
      return (
        (at(node, 'callee', 'property', 'value') === 'includes' && isNames(at(node, 'callee', 'object'))) ||
        (words(node.callee)[0] === 'resourceType' && isName(at(node, 'arguments', 0, 'expression')))
      );
    case 'NewExpression':
      return isNames(at(node, 'arguments', 0, 'expression'));
    case 'TsAsExpression':
      return words(node.expression)[0] === 'spec';
    default:
      return false;
  }
}

/** How often TypeScript asks of which type a resource is, by the types' names, or looks into what its entry came to. */
export function typeQuestions(source: string): number {
  // To parse takes long, and most files have nothing of the kind.
  if (!/\bspec\b/.test(source) && !names.some((name) => source.includes(`'${name}'`))) return 0;
  let found = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (asks(node as Node)) found += 1;
    for (const part of Object.values(node)) visit(part);
  };
  visit(parseSync(source, { syntax: 'typescript', target: 'es2023' }));
  return found;
}
