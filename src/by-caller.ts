/**
 * What is remembered for one caller, who is known by its environment: nobody else is given it, and it is forgotten with it.
 * @param make makes what each begins with
 */
export function byCaller<T>(make: () => T): (env: NodeJS.ProcessEnv) => T {
  const all = new WeakMap<NodeJS.ProcessEnv, T>();
  return (env) => {
    const own = all.get(env) ?? make();
    all.set(env, own);
    return own;
  };
}
