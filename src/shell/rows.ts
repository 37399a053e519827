/** No row that haprov's scripts print comes near. */
const longest = 1 << 20;

/** Reads rows as they come in, in pieces of any size; one that is too long for any of ours is left out. */
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
