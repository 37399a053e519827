/** Whether a name is met by a pattern of OpenSSH, with `*` and `?`. */
export function hostPattern(pattern: string): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => name === pattern;
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  const met = new RegExp(`^${source}$`);
  return (name) => met.test(name);
}
