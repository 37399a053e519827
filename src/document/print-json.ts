const width = 100;

/** Writes `value` as JSON for people: what fits into 100 columns stays on one line. Ends with a newline. */
export function printJson(value: unknown): string {
  return `${print(value, '', 0)}\n`;
}

/** @param before how many columns of the line are taken already. */
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
