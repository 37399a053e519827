import type { Level } from '../../status/status';
import { asHtml, type Content, type Html, html } from './html';
import style from './page.css';

/** The content of a page's `<style>`, byte for byte: the server allows it by its hash. */
export const pageStyle = style;

interface PageParts {
  title: string;
  icon: Level;
  head?: Content;
  body: Content;
}

/** A whole HTML page that loads nothing: style and icon are in it. */
export function renderDocument({ title, icon, head, body }: PageParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${iconOf(icon)}">
<style>${asHtml(style)}</style>
${head}</head>
<body>
${body}
</body>
</html>
`;
  return page.text;
}

const drawn: Record<Level, { colour: string; path: string }> = {
  ok: { colour: '#1a7f37', path: 'M4 8.5l3 3 5-6.5' },
  note: { colour: '#0969da', path: 'M8 7v4.5M8 4.5v.1' },
  unknown: { colour: '#6e3a9e', path: 'M6 6.2a2 2 0 1 1 2.6 1.9q-.6.3-.6 1.4M8 12v.1' },
  warning: { colour: '#9a6700', path: 'M8 4v5M8 12v.1' },
  broken: { colour: '#cf222e', path: 'M5 5l6 6M11 5l-6 6' },
};

/** The level's mark on a coloured disc, as a `data:` URL. */
export function iconOf(level: Level): string {
  const { colour, path } = drawn[level];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${colour}"/><path d="${path}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/**
 * `2026-03-01 03:00:00 UTC` as a `<time>` element, which the page's script turns into local time, `withDay` or without.
 */
export function renderTime(iso: string, withDay = false): Html {
  const words = iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC');
  return html`<time datetime="${iso}"${withDay && html` data-day`}>${words}</time>`;
}
