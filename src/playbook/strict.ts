/**
 * `value` such that reading what is not there throws, however deep: `vars.prot` in a template is an error, not the
 * word "undefined". `'port' in vars` still asks without throwing.
 */
export function strict<T>(value: T, path: string): T {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol' || Object.hasOwn(target, key)) {
        return typeof key === 'symbol'
          ? found
          : strict(found, Array.isArray(target) ? `${path}[${key}]` : `${path}.${key}`);
      }
      // Methods of lists and maps are called on the thing itself.
      if (typeof found === 'function') return found;
      // What JavaScript itself asks of any object.
      if (key === 'toJSON' || key === 'then') return undefined;
      throw new ReferenceError(`${path} has no "${key}"${known(target)}`);
    },
    // Templates are rendered more than once, and for one host after the other: none may leave anything behind.
    set: () => refuse(path),
    defineProperty: () => refuse(path),
    deleteProperty: () => refuse(path),
  }) as T;
}

function refuse(path: string): never {
  throw new TypeError(`${path} cannot be changed by a template: make a copy, e.g. [...list].sort()`);
}

function known(target: object): string {
  const keys = Object.keys(target);
  return keys.length > 0 && !Array.isArray(target) ? `; it has ${keys.join(', ')}` : '';
}
