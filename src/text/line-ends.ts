const withUnixEnds = (text: string): string => text.replaceAll('\r\n', '\n');

/** How the line ends of two texts differ that differ in nothing else; undefined where more does, or one of them has both. */
export function lineEndsChange(from: string, to: string): 'CRLF → LF' | 'LF → CRLF' | undefined {
  if (from === to || withUnixEnds(from) !== withUnixEnds(to)) return undefined;
  const dos = (text: string) => withUnixEnds(text).replaceAll('\n', '\r\n');
  if (from === dos(to) && to === withUnixEnds(to)) return 'CRLF → LF';
  return to === dos(from) && from === withUnixEnds(from) ? 'LF → CRLF' : undefined;
}
