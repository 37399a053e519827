import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A Markdown document without its code blocks, whose brackets are no links. */
const prose = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');

/** The heading's address, as GitHub makes it. */
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function hasHeading(path: string, anchor: string): boolean {
  const headings = prose(readFileSync(path, 'utf8')).matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = '']) => slug(heading)).includes(anchor);
}

/** The links of a Markdown document to files and headings, as they are written; those to the web are left out. */
export function linksOf(document: string): string[] {
  const links = prose(readFileSync(document, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, ([, link = '']) => link).filter((link) => !/^https:/.test(link));
}

/**
 * Those of them that lead nowhere: no such file, or no such heading in it.
 * @param folder the links lead nowhere when they leave it
 */
export function deadLinks(document: string, folder = '.'): string[] {
  return linksOf(document).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path ? normalize(join(dirname(document), path)) : document;
    const isInside = folder === '.' ? !target.startsWith('..') : target.startsWith(join(folder, '/'));
    return !isInside || !existsSync(target) || (anchor !== undefined && !hasHeading(target, anchor));
  });
}
