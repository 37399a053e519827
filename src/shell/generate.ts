import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionNames, type HeadWord, readShellFile, type ShellFile } from './parse-shell';

/**
 * Generates what TypeScript knows of the `.sh` files of this room: in each folder a `functions.ts` with the types of each
 * function's words, and the files that each file needs. `npm run build` writes it; a test checks that it is up to date.
 */

/**
 * Folder → its files.
 * @throws Error naming each file that calls functions of a file which it does not need, or reads a variable that nobody
 * gives it, and each function that reads more words than its head names
 */
export function readRoom(room: string): Map<string, ShellFile[]> {
  const folders = readdirSync(room, { withFileTypes: true }).filter((one) => one.isDirectory());
  const texts = folders.flatMap(({ name: folder }) =>
    readdirSync(join(room, folder))
      .filter((name) => name.endsWith('.sh'))
      .sort()
      .map((name) => ({
        folder,
        name: name.slice(0, -3),
        text: readFileSync(join(room, folder, name), 'utf8'),
      })),
  );
  const known = new Set(texts.flatMap(({ text }) => functionNames(text)));
  const read = texts.map(({ folder, name, text }) => ({ folder, file: readShellFile(name, text, known) }));
  const files = read.map(({ file }) => file);
  const faults = files.flatMap((file) => faultsOf(file, files));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const room_ = new Map<string, ShellFile[]>();
  for (const { folder, file } of read) room_.set(folder, [...(room_.get(folder) ?? []), file]);
  return room_;
}

function faultsOf(file: ShellFile, files: readonly ShellFile[]): string[] {
  const owners = (name: string) =>
    files.filter(({ functions }) => functions.some((one) => one.name === name));
  const around = closureOf(file, files);
  const said = [file.name, ...file.needs, ...file.mayNeed];
  const called = [...new Set(file.functions.flatMap(({ calls }) => calls))].map((name) => ({
    name,
    from: owners(name).map((one) => one.name),
  }));
  const heads = new Map(files.flatMap(({ functions }) => functions.map((one) => [one.name, one.words])));
  const same = files.filter(({ name }) => name === file.name).length;
  return [
    ...(same > 1 ? [`there are ${same} files ${file.name}.sh`] : []),
    ...file.functions.flatMap(({ name, words, reads, readsAll }) =>
      (reads > words.length && !words.some(({ isRest }) => isRest)) || (readsAll && words.length === 0)
        ? [
            `${file.name}.sh: the head of ${name} tells of ${words.length} words, and it reads ${readsAll ? 'all' : reads}`,
          ]
        : [],
    ),
    ...[...file.reads]
      .filter((name) => !file.sets.has(name) && !file.given.includes(name))
      .filter((name) => !around.some(({ gives }) => gives.includes(name)))
      .map(
        (name) => `${file.name}.sh reads $${name}, which no file gives that it needs, and is not given it`,
      ),
    ...[...file.gives, ...file.given]
      .filter((name) =>
        file.gives.includes(name)
          ? !file.sets.has(name) || !files.some((one) => one !== file && one.reads.has(name))
          : !file.reads.has(name),
      )
      .map((name) => `${file.name}.sh says $${name} of itself, and nobody reads or sets it`),
    ...file.functions.flatMap(({ plainCalls }) =>
      plainCalls.flatMap(({ name, words }) =>
        words.flatMap((word, at) => {
          const own = heads.get(name) ?? [];
          const { oneOf } = own[at] ?? own.findLast(({ isRest }) => isRest) ?? {};
          return oneOf && !oneOf.includes(word)
            ? [`${file.name}.sh calls ${name} with ${word}, which its head does not tell of`]
            : [];
        }),
      ),
    ),
    ...called
      .filter(({ from }) => !from.some((one) => said.includes(one)))
      .map(
        ({ name, from }) =>
          `${file.name}.sh calls ${name}, and does not say that it needs ${from.join(' or ')}`,
      ),
    ...said
      .slice(1)
      .filter((need) => !file.byWord.includes(need) && !called.some(({ from }) => from.includes(need)))
      .map((need) => `${file.name}.sh says that it needs ${need}, and calls no function of it`),
  ];
}

/** The files that a file needs, directly or through others. */
function closureOf(file: ShellFile, files: readonly ShellFile[], found = new Set<ShellFile>()): ShellFile[] {
  const needed = files.filter(({ name }) => file.needs.includes(name) || file.mayNeed.includes(name));
  for (const one of needed) {
    if (found.has(one)) continue;
    found.add(one);
    closureOf(one, files, found);
  }
  return [...found];
}

/** Path → text of each generated file. */
export function generated(room: string): Map<string, string> {
  return new Map(
    [...readRoom(room)].map(([folder, files]) => [join(room, folder, 'functions.ts'), moduleOf(files)]),
  );
}

const moduleOf = (files: readonly ShellFile[]): string =>
  [
    '// Made by `npm run build` from the .sh files beside it.',
    "import type { Library, Word } from '../library-file';",
    ...files.map(({ name }) => `import ${variable(name)} from './${name}.sh';`),
    '',
    'export const libraries = {',
    ...files.map(
      ({ name, needs, functions }) =>
        `  '${name}': { text: ${variable(name)}, needs: [${needs.map((one) => `'${one}'`).join(', ')}], functions: '${functions.map((one) => one.name).join(' ')}' },`,
    ),
    '} satisfies Record<string, Library>;',
    '',
    'export interface Functions {',
    ...files.flatMap(({ name, functions }) => [
      `  // ${name}.sh`,
      ...functions.map((one) => `  ${one.name}: [${one.words.map(typeOf).join(', ')}];`),
    ]),
    '}',
    '',
  ].join('\n');

const variable = (name: string) =>
  `${name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Text`;

function typeOf({ name, oneOf, isOptional, isRest }: HeadWord, at: number, all: readonly HeadWord[]): string {
  const twice = all.findIndex((one) => one.name === name) < at;
  const type = oneOf ? oneOf.map((one) => `'${one}'`).join(' | ') : 'Word';
  const label = `${twice ? `${name}${at + 1}` : name}`;
  return isRest
    ? `...${label}: ${oneOf ? `(${type})` : type}[]`
    : `${label}${isOptional ? '?' : ''}: ${type}`;
}
