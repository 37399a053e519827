/** In characters; far more than any row that haprov's scripts print. */
const longest = 1 << 20;

/** Returns a function that takes text in pieces of any size and calls `onRow` for each line; drops lines that are too long. */
export function rowReader(onRow: (row: string) => void): (chunk: string) => void {
  let begun: string[] = [];
  let length = 0;
  const add = (part: string): void => {
    length += part.length;
    if (length <= longest) begun.push(part);
  };
  return (chunk) => {
    const [first = '', ...rows] = chunk.split('\n');
    add(first);
    for (const row of rows) {
      if (length <= longest) onRow(begun.join(''));
      begun = [];
      length = 0;
      add(row);
    }
  };
}
