/** A text of this width to write beside a vertical line at `x`. */
interface FlagWish {
  x: number;
  width: number;
}

interface Flag {
  /** Where its text begins. */
  left: number;
  /** 0 is the lowest. */
  row: number;
}

const gap = 4;

/**
 * Places each flag right of its line, or left of it where the right end is too near, so that texts do not overlap and no
 * line crosses another flag's text. `wishes` are in the order of their lines.
 */
export function placeFlags(wishes: FlagWish[], rightEnd: number): Flag[] {
  const placed: (Flag & FlagWish)[] = [];
  for (const { x, width } of [...wishes].reverse()) {
    const left = x + gap + width > rightEnd ? Math.max(0, x - gap - width) : x + gap;
    const covers = (at: number, from: number, to: number) => at > from - gap && at < to + gap;
    const isFree = (row: number) =>
      placed.every((other) => {
        const end = other.left + other.width;
        if (other.row === row) return left + width + gap < other.left || left > end + gap;
        return other.row > row ? !covers(other.x, left, left + width) : !covers(x, other.left, end);
      });
    let row = 0;
    // Of two lines at one place, each crosses the other's text in every row: the top row at least has no other text.
    const top = Math.max(-1, ...placed.map((other) => other.row)) + 1;
    while (row < top && !isFree(row)) row++;
    placed.push({ x, width, left, row });
  }
  return placed.reverse().map(({ left, row }) => ({ left, row }));
}
