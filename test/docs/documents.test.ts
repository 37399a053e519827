import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { deadLinks, linksOf } from '../support/links';

/** What documents say of files, headings and options is there. */

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'test/lab/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];
const read = (path: string) => readFileSync(path, 'utf8');

test.each(documents)('every link of %s leads somewhere', (document) => {
  expect(deadLinks(document)).toEqual([]);
});

test('what a document of the package links to is in the package, too', () => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  const isPacked = (path: string) =>
    ['README.md', 'LICENSE', 'package.json'].includes(path) ||
    files.some((one) => path === one || path === dirname(one) || path.startsWith(`${one}/`));
  const missing = documents.filter(isPacked).flatMap((document) =>
    linksOf(document)
      .map((link) => join(dirname(document), link.split('#')[0] || basename(document)))
      .filter((target) => !isPacked(target))
      .map((target) => `${document} → ${target}`),
  );
  expect(missing).toEqual([]);
});

test('every page stands in the index, which is the sidebar of the site', () => {
  const inIndex = linksOf('docs/README.md').map((link) => join('docs', link));
  const pages = documents.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
  expect(pages.filter((page) => !inIndex.some((link) => page === link || dirname(page) === link))).toEqual(
    [],
  );
});

/** A folder, a file, or a pattern of files with `*`. */
const isThere = (path: string) =>
  path.includes('*')
    ? existsSync(dirname(path)) &&
      readdirSync(dirname(path)).some((name) => name.endsWith(path.slice(path.lastIndexOf('*') + 1)))
    : existsSync(path) || existsSync(`src/${path}`) || existsSync(`src/${path}.ts`);

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/decisions/0002-house.md'])(
  'every file that %s names is there',
  (document) => {
    const text = read(document).replace(/^```[\s\S]*?^```/gm, '');
    const named = [...text.matchAll(/`((?:src|test|docs|schema)\/[\w./*-]+)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  },
);

const hidden = ['--write', '--man', '--docs'];
const options = [
  ...[
    read('src/cli.ts'),
    ...readdirSync('src/cli')
      .filter((name) => name !== 'other-tools.ts')
      .map((name) => read(`src/cli/${name}`)),
  ]
    .join('')
    .matchAll(/'(?:-\w, )?(--[a-z-]+)/g),
].map(([, option = '']) => option);

test.each(documents.filter((path) => !path.startsWith('test/')))(
  'every option that %s gives haprov is one',
  (document) => {
    const said = [...read(document).matchAll(/^haprov .*$|`(?:haprov |-)[^`]*`|`[a-z]+ --[^`]*`/gm)].map(
      ([words]) => words,
    );
    const strange = said
      .filter(
        (words) =>
          !/^`(npm|lab|test|git|docker|ip|firewall|semanage|sysctl|restorecon|curl|jest) /.test(words),
      )
      .flatMap((words) => [...words.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option))
      .filter((option) => ![...options, '--help', '--version'].includes(option));
    expect(strange).toEqual([]);
  },
);

test('every option is told of', () => {
  const told = documents
    .filter((path) => !path.startsWith('docs/reference/'))
    .map(read)
    .join('\n');
  expect(options.length).toBeGreaterThan(40);
  expect(
    options.filter((option) => !hidden.includes(option) && !new RegExp(`${option}(?![\\w-])`).test(told)),
  ).toEqual([]);
});
