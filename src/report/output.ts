/** Where text goes: the part of a `NodeJS.WriteStream` that is used, so that a test can replace it. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export type Environment = Record<string, string | undefined>;

/** Whether to colour what goes to `stream`. `NO_COLOR` wins over `FORCE_COLOR`, and both over whether it is a terminal. */
export function wantsColor(env: Environment, stream: { isTTY?: boolean }): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Whether `stream` is a terminal that can be redrawn; one that reports no size would get one character a line. */
export function canRedraw(env: Environment, stream: Output, isTTY: boolean): boolean {
  return isTTY && env.TERM !== 'dumb' && Number(stream.columns) > 0 && stream.rows !== 0;
}
