/** Where text goes: as much of a `NodeJS.WriteStream` as is needed, so that a test can listen. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export type Environment = Record<string, string | undefined>;

/** Whether to colour what goes to `stream`. `NO_COLOR` wins over `FORCE_COLOR`; both win over what the stream is. */
export function wantsColor(env: Environment, stream: { isTTY?: boolean }): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Whether a terminal is there that can be redrawn. One that says it has no size would get one character a line. */
export function canRedraw(env: Environment, stream: Output, isTTY: boolean): boolean {
  return isTTY && env.TERM !== 'dumb' && Number(stream.columns) > 0 && stream.rows !== 0;
}
