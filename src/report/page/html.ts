/** A text that is HTML. Only {@link html} and {@link asHtml} make one. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template may hold: `false` and `undefined` become nothing, a list its items one after the other. */
export type Content = Html | string | number | false | undefined | readonly Content[];

/** Makes HTML of a template: escapes every `${…}` that is not {@link Html} itself, for elements and quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: Content[]): Html {
  return new Html(strings.map((string, index) => string + render(parts[index])).join(''));
}

/** Makes our own text (a style, an SVG) HTML without escaping; never use it for text from an inventory or a host. */
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
