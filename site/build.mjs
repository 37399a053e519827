// npm run site: all documents as a static site in dist-site. A link that leads nowhere fails it.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'vitepress';

const out = 'dist-site';
const source = join('site', 'source');

/** The documents stand where they stand in the repository, so that their links hold. */
const documents = [...readdirSync('.').filter((name) => name.endsWith('.md')), 'docs', 'test/lab/README.md'];

rmSync(source, { recursive: true, force: true });
for (const path of documents) cpSync(path, join(source, path), { recursive: true });
for (const page of below(source, '.md'))
  writeFileSync(page, asPage(readFileSync(page, 'utf8'), relative(source, page)));
for (const folder of [source, join(source, 'docs')])
  renameSync(join(folder, 'README.md'), join(folder, 'index.md'));
try {
  await build('site', { outDir: resolve(out) });
} finally {
  rmSync(source, { recursive: true, force: true });
}
const missing = below(out, '.html').flatMap((page) =>
  linksOf(page)
    .filter((link) => !leads(link))
    .map(({ path, anchor }) => `${page}: ${path}${anchor && `#${anchor}`}`),
);
if (missing.length > 0) {
  process.stderr.write(`links that lead nowhere:\n${missing.join('\n')}\n`);
  process.exit(1);
}

function below(folder, end) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .map((path) => join(folder, path));
}

/** The same document with links of a site: what is no page is a file of the repository, beside the pages. */
function asPage(text, page) {
  return text.replace(
    /^```[\s\S]*?^```|`[^`\n]*`(?!\])|(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)/gm,
    (all, picture, words, target, anchor = '') => {
      if (target === undefined || picture || /^[a-z]+:/.test(target)) return all;
      const path = join(dirname(page), target);
      if (path === 'README.md' || path === 'docs/README.md')
        return `[${words}](${target.replace(/README\.md$/, 'index.md')}${anchor})`;
      if (target.endsWith('.md')) return all;
      const isFolder = existsSync(path) && statSync(path).isDirectory();
      return `<a href="${target}${isFolder ? '/' : ''}" target="_self">${words}</a>`;
    },
  );
}

/** What a page links to on this site: paths from its root, and headings. */
function linksOf(page) {
  const html = readFileSync(page, 'utf8');
  return [...html.matchAll(/(?:href|src)="([^"#?]*)[^"#]*(?:#([^"]*))?"/g)]
    .filter(([, link]) => !/^[a-z]+:/.test(link))
    .map(([, link, anchor = '']) => {
      const path = decodeURI(link);
      const from = path.startsWith('/') ? path.slice(1) : path && relative(out, join(dirname(page), path));
      return {
        path: (path ? from : relative(out, page)) || 'index.html',
        anchor: decodeURIComponent(anchor),
      };
    });
}

/** Whether the site has it, with that heading. */
function leads({ path, anchor }) {
  return bring(path) && (anchor === '' || readFileSync(join(out, path), 'utf8').includes(`id="${anchor}"`));
}

/** Whether the site has it; a file of the repository that a document names is copied, and a folder gets a list. */
function bring(path) {
  const there = join(out, path);
  if (existsSync(there) && (!statSync(there).isDirectory() || existsSync(join(there, 'index.html'))))
    return true;
  if (path.startsWith('..') || !existsSync(path)) return false;
  if (!statSync(path).isDirectory()) {
    mkdirSync(dirname(there), { recursive: true });
    cpSync(path, there);
    return true;
  }
  const page = (name) => name.replace(/\.md$/, '.html');
  const names = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  for (const name of names) if (!existsSync(join(there, page(name)))) bring(join(path, name));
  mkdirSync(there, { recursive: true });
  const items = names
    .map((name) => `<li><a href="${existsSync(join(there, name)) ? name : page(name)}">${name}</a></li>`)
    .join('\n');
  writeFileSync(
    join(there, 'index.html'),
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><style>body{overflow-wrap:anywhere}</style><title>${path}</title><h1>${path}</h1><ul>\n${items}\n</ul></html>\n`,
  );
  return true;
}
