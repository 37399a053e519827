import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { hostsOf, languageOf } from '../../src/lint/given-files';
import type { Versions } from '../../src/lint/host-files';
import { lintFiles } from '../../src/lint/lint';
import type { Finding } from '../../src/plan/plan';

/** Files by themselves, and all that there is to say of them, in any order. */
export interface FileCase {
  about: string;
  /** Of what the findings are, where that is not the case's own name. */
  rules?: string[];
  versions?: Versions;
  now?: string;
  /** What is not here decides what a program makes of it. */
  isUnsure?: boolean;
  files: Record<string, string>;
  finds?: { severity: string; where: string; says: string }[];
}

const pem = (name: string) => readFileSync(join(__dirname, name), 'utf8');

/** What the rules say of a case's files. */
export function lintTexts({
  files,
  versions = {},
  now = '2025-07-01',
}: Pick<FileCase, 'files' | 'versions' | 'now'>): Finding[] {
  const given = Object.entries(files).map(([name, text]) => {
    const whole = text.replace('{{certificate}}', pem('c.pem')).replace('{{late}}', pem('late.pem'));
    const language = languageOf(whole);
    return { path: join('/given', name), text: whole, ...(language ? { language } : {}) };
  });
  const shown = (path: string) => path.replace('/given/', '');
  const hosts = hostsOf(given, versions, (path) => files[basename(path)]);
  return lintFiles(hosts, new Date(now), new Set(), shown);
}

/** The cases of a folder beside this, each with its file's name and what it is about. */
export const casesIn = <T extends { about: string }>(folder: string): [string, string, T][] =>
  readdirSync(join(__dirname, folder)).flatMap((file) =>
    (parse(readFileSync(join(__dirname, folder, file), 'utf8')) as T[]).map((one): [string, string, T] => [
      file.replace('.yaml', ''),
      one.about,
      one,
    ]),
  );

/** `FILE:{{weight >>1}}` with the place of the 1 behind the first "weight " of a text. */
export function placeIn(where: string, text: string): string {
  const [, before = '', word = ''] = /\{\{(.*>>)?(.*)\}\}/.exec(where) ?? [];
  const words = before.replace(/>>$/, '') + word;
  const rows = text.split('\n');
  const line = rows.findIndex((row) => row.includes(words)) + 1;
  const column = (rows[line - 1] ?? '').indexOf(words) + words.length - word.length + 1;
  return where.replace(/\{\{.*\}\}/, `${line}:${column}`);
}
