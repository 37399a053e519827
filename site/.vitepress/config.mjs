import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A heading's address, as GitHub makes it: the links of the documents hold in both. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const entry = (text, path) => ({
  text: `${text[0].toUpperCase()}${text.slice(1)}`,
  link: `/docs/${path.replace(/\.md$/, '')}`,
});

/** The pages of a folder, by their headings. */
const folder = (text, path) => ({
  text,
  items: readdirSync(join('docs', path)).map((name) =>
    entry(/^# (.*)$/m.exec(readFileSync(join('docs', path, name), 'utf8'))[1], `${path}/${name}`),
  ),
});

/** The links of a row of the index: what its first column names, and below that what the second does. */
function item(row) {
  const [[, text, path], ...others] = [...row.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)];
  if (statSync(join('docs', path)).isDirectory()) return folder(text, path);
  const items = others.map(([, text, path]) => entry(text, path));
  return { ...entry(text, path), ...(items.length > 0 ? { items } : {}) };
}

/** All pages by what a reader wants to do, as docs/README.md has them. */
const sidebar = readFileSync('docs/README.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((part) => ({ text: part.split('\n')[0], items: part.match(/^\| \[.*$/gm).map(item) }));

export default {
  title: 'haprov',
  description: 'Agentless provisioning over SSH that knows what a high-availability pair is',
  lang: 'en',
  srcDir: 'source',
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    headers: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { haproxy: 'ini' },
    config: (md) => {
      // Braces in a document are text.
      const code = md.renderer.rules.code_inline;
      md.renderer.rules.code_inline = (...words) => code(...words).replace('<code', '<code v-pre');
      md.core.ruler.push('tables-and-pictures', ({ tokens }) => {
        for (const [index, { type, content, children }] of tokens.entries()) {
          if (type !== 'inline') continue;
          const [before, after] = [tokens[index - 1], tokens[index + 1]];
          // Markdown has no table without a head: what says nothing is none.
          if (before.type === 'th_open' && content === '') before.tag = after.tag = 'td';
          // A picture that is too wide is scrolled, by keyboard as well.
          if (children.length === 1 && children[0].type === 'image') before.attrSet('tabindex', '0');
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Tutorial', link: '/docs/tutorial' },
      { text: 'All pages', link: '/docs/' },
    ],
    sidebar,
  },
};
