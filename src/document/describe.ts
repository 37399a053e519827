/** Says what `value` is, for a message: `is "80", in quotes`. What was `expected` decides which property is named. */
export function describe(value: unknown, expected: string): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty (null)';
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list';
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    if (keys.includes('env') && keys.length > 1)
      return `is an object with the keys ${short(keys.join(', '))}; { "env": NAME } has no other key`;
    if (typeof (value as { command?: unknown }).command === 'string')
      return 'is a command in one text: its words stand in a list, as { "command": ["pass", "show", "lb/stats"] }';
    return keys.length === 0
      ? 'is empty'
      : `is an object with the key${keys.length > 1 ? 's' : ''} ${short(keys.join(', '))}`;
  }
  if (typeof value === 'string' && value !== '' && isUnquoted(value, expected))
    return `is ${JSON.stringify(value)}, in quotes`;
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  const isToldAsNumber = !expected.startsWith('an object') && /number|port|seconds|from \d/.test(expected);
  const isInQuotes = expected
    .replace(/^one of: /, '')
    .split(', ')
    .includes(shown)
    ? `: in quotes, "${shown}", it is taken`
    : '';
  const kind = typeof value === 'number' && !isToldAsNumber ? `, a number${isInQuotes}` : '';
  return `is ${short(shown)}${kind}`;
}

/** Whether a number or boolean was expected and written as a string. */
function isUnquoted(value: string, expected: string): boolean {
  return /from \d+ to \d+/.test(expected)
    ? /^-?\d+$/.test(value)
    : /^true or false/.test(expected) && /^(?:true|false)$/.test(value);
}

const short = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
