/** A piece of a line of Markdown. */
export interface Span {
  kind: 'plain' | 'code' | 'strong' | 'link';
  text: string;
  /** Where a link leads. */
  to?: string;
}

/** The pieces of a paragraph or a table's cell. */
export function spansOf(markdown: string): Span[] {
  const pieces = /`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]*)\]\(([^)\s]+)\)/g;
  const spans: Span[] = [];
  let end = 0;
  for (const found of markdown.matchAll(pieces)) {
    const [all, code, strong, link, to] = found;
    if (found.index > end) spans.push({ kind: 'plain', text: markdown.slice(end, found.index) });
    if (code !== undefined) spans.push({ kind: 'code', text: code });
    else if (strong !== undefined) spans.push({ kind: 'strong', text: strong });
    else spans.push({ kind: 'link', text: link ?? '', to: to ?? '' });
    end = found.index + all.length;
  }
  return end < markdown.length ? [...spans, { kind: 'plain', text: markdown.slice(end) }] : spans;
}

/** The words of a paragraph without its marks. */
export function plain(markdown: string): string {
  return spansOf(markdown)
    .map(({ kind, text }) => (kind === 'link' || kind === 'strong' ? plain(text) : text))
    .join('');
}
