/** What a piece of a page says, on one line. */
export function textOf(piece: string): string {
  const text = piece.replace(/<span aria-hidden="true">.*?<\/span>/g, '').replace(/<[^>]*>/g, ' ');
  const characters: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
  return text
    .replace(/&([\w#]+);/g, (whole, name: string) => characters[name] ?? whole)
    .replace(/\s+/g, ' ')
    .trim();
}
