const width = 100;

/** `value` as JSON as people write it: what fits on a line stays on one. Ends with a newline. */
export function printJson(value: unknown): string {
  return `${print(value, '', 0)}\n`;
}

/** @param before how much stands on the line already. */
function print(value: unknown, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inside = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(([key, item]) => {
    const head = isList ? '' : `${JSON.stringify(key)}: `;
    return head + print(item, inside, inside.length + head.length);
  });
  const [open, close, gap] = isList ? ['[', ']', ''] : ['{', '}', ' '];
  if (parts.length === 0) return `${open}${close}`;
  const line = `${open}${gap}${parts.join(', ')}${gap}${close}`;
  if (indent !== '' && before + line.length < width && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => inside + part).join(',\n')}\n${indent}${close}`;
}
