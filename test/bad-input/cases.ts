import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { scratch } from '../support/scratch';

/** One kind of bad input, as `cases/*.yaml` tell it. */
export interface BadInput {
  name: string;
  env?: Record<string, string>;
  /** Name → text; the inventory is the one called `inventory.*`. */
  files?: Record<string, string>;
  base64?: Record<string, string>;
  folders?: string[];
  faults: { at: string; path?: string; says: string; expected?: string }[];
}

const hosts = [
  'hosts:',
  '  a: { address: 10.0.0.1, priority: 101 }',
  '  b: { address: 10.0.0.2, priority: 100 }',
  '',
].join('\n');
const deep = (open: string, close: string) => open.repeat(50_000) + close.repeat(50_000);
const large: Record<string, string> = {
  hosts,
  nested: `{"a":${deep('[', ']')}}`,
  flow: deep('[', ']'),
  long: 'x'.repeat(10_000),
};

/** Every case, with what stands for something long in its place. */
export function badInputs(): BadInput[] {
  const folder = join(__dirname, 'cases');
  return readdirSync(folder)
    .sort()
    .flatMap((file) => parse(readFileSync(join(folder, file), 'utf8')) as BadInput[])
    .map((one) => ({
      ...one,
      files: Object.fromEntries(Object.entries(one.files ?? {}).map(([name, text]) => [name, expand(text)])),
    }));
}

/** A text with `{{hosts}}` and the like filled in; `{{nested}}` is a whole document. */
function expand(text: string): string {
  return text.replace(/\{\{(\w+)\}\}/g, (all, word: string) => large[word] ?? all);
}

/** Writes the case's files into a folder of its own, gives that and the inventory's file to `use`, and cleans up. */
export async function withFiles<T>(
  one: Pick<BadInput, 'files' | 'base64' | 'folders'>,
  use: (folder: string, inventory: string) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(scratch, 'haprov-bad-'));
  const bytes = Object.entries(one.base64 ?? {}).map(
    ([name, text]) => [name, Buffer.from(text, 'base64')] as const,
  );
  const texts = Object.entries(one.files ?? {}).map(([name, text]) => [name, Buffer.from(text)] as const);
  const all = [...texts, ...bytes];
  try {
    for (const name of one.folders ?? []) mkdirSync(join(folder, name), { recursive: true });
    for (const [name, content] of all) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const names = [...all.map(([name]) => name), ...(one.folders ?? []), 'inventory.json'];
    return await use(folder, join(folder, names.find((name) => name.startsWith('inventory.')) ?? ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
