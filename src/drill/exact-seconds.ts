/** Milliseconds as `0.05 s`, `12.95 s`, `125 s`. */
export function exactSeconds(ms: number): string {
  const value = ms / 1000;
  return `${value.toFixed(value < 100 ? 2 : 0)} s`;
}
