/** One key of an inventory or a playbook, as its JSON Schema has it. */
export interface Key {
  /** From the top, with NAME for a name of the user's and [] for an item of a list: `services.NAME.routes[].host`. */
  path: string;
  /** What it may be: `a number from 1 to 65535`. */
  values: string;
  isNeeded: boolean;
  /** What holds where it is not said, as JSON. */
  fallback?: string;
  about: string;
  /** Another key that has the very same keys below it. */
  like?: string;
}

interface Node {
  type?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  $ref?: string;
}

/** All keys, each behind the one that it stands below. Resources of a playbook begin with their type: `file.mode`. */
export function keysOf(schema: object): Key[] {
  const keys = new Map<string, Key>();
  const seen = new Map<string, string>();
  const walk = (node: Node, path: string, isChoice = false): void => {
    for (const [name, below] of Object.entries(node.properties ?? {})) {
      const at = path === '' ? name : `${path}.${name}`;
      const known = keys.get(at);
      const values = valuesOf(below);
      if (known) {
        if (!known.values.split(' or ').includes(values)) known.values = `${known.values} or ${values}`;
      } else {
        const shape = shapeOf(below);
        const like = shape && seen.get(shape);
        if (shape && !like) seen.set(shape, at);
        keys.set(at, {
          path: at,
          values,
          isNeeded: !isChoice && (node.required?.includes(name) ?? false),
          ...(below.default === undefined ? {} : { fallback: JSON.stringify(below.default) }),
          about: below.description ?? '',
          ...(like === undefined ? {} : { like }),
        });
      }
      walk(below, at);
    }
    if (typeof node.additionalProperties === 'object') walk(node.additionalProperties, `${path}.NAME`);
    if (node.items) walk(node.items, `${path}[]`);
    const several = alternatives(node);
    const isOneOfSeveral = several.filter(({ properties }) => properties).length > 1;
    for (const one of several) walk(one, typeOf(one) ?? path, isChoice || (isOneOfSeveral && !typeOf(one)));
  };
  walk(schema as Node, '');
  return [...keys.values()];
}

const alternatives = (node: Node) =>
  [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter((one) => !isStandIn(one));

/** A resource's type, where the node is one of several kinds of resources. */
const typeOf = ({ properties }: Node): string | undefined =>
  typeof properties?.type?.const === 'string' ? properties.type.const : undefined;

/** All that stands below a key, where other keys do; two that are equal are told once. */
function shapeOf({ description: _, default: __, ...below }: Node): string | undefined {
  const shape = JSON.stringify(below);
  return /"properties":\{"(?!var")/.test(shape) ? shape : undefined;
}

/** What may stand in place of any value is told once, and not at each. */
function isStandIn({ $ref, pattern, properties, anyOf }: Node): boolean {
  if ($ref?.endsWith('/elsewhere') || pattern === '<%') return true;
  if (anyOf?.length === 2 && anyOf.every(isStandIn)) return true;
  return Object.keys(properties ?? {}).join() === 'var';
}

function valuesOf(node: Node): string {
  const several = alternatives(node);
  if (several.length > 0) {
    const words = several.map(valuesOf);
    return [...new Set(words)].join(' or ');
  }
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return `one of ${node.enum.map((word) => JSON.stringify(word)).join(', ')}`;
  if (node.$ref) return 'anything';
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'integer' || node.type === 'number') return numbers(node);
  if (node.type === 'array') return node.items ? `a list: ${valuesOf(node.items)}` : 'a list';
  if (node.type === 'string') return 'text';
  if (typeof node.additionalProperties === 'object')
    return `an object by names: ${valuesOf(node.additionalProperties)}`;
  return 'an object';
}

function numbers({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Node): string {
  return maximum >= Number.MAX_SAFE_INTEGER ? 'a number' : `a number from ${minimum} to ${maximum}`;
}

/** The keys that a page lists: those below one that is like another are told there. */
export function toldOnce(keys: readonly Key[]): Key[] {
  const alike = keys.filter(({ like }) => like !== undefined).map(({ path }) => `${path}.`);
  return keys.filter(({ path }) => !alike.some((above) => path.startsWith(above)));
}
