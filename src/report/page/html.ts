/** Text that is HTML already. Only {@link html} and {@link asHtml} make it. */
export class Html {
  constructor(readonly text: string) {}
}

export type Content = Html | string | number | false | undefined | readonly Content[];

/** A template of HTML: whatever stands in `${…}` is text and is escaped, for elements and quoted attributes alike, unless it is {@link Html} itself. */
export function html(strings: TemplateStringsArray, ...parts: Content[]): Html {
  return new Html(strings.map((string, index) => string + render(parts[index])).join(''));
}

/** Takes our own text (a style, a picture) for HTML; never what came from an inventory or a host. */
export function asHtml(text: string): Html {
  return new Html(text);
}

function render(part: Content): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part));
  return part.map(render).join('');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
