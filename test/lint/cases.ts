import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

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
