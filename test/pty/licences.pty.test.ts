import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.env.HAPROV_INSTALLED ?? '', 'node_modules/haprov/dist');
const beside = (name: string) => readFileSync(join(folder, name), 'utf8');

/** The packages that are built into a text. */
function packagesIn(text: string): (string | undefined)[] {
  const inside = text.matchAll(/^\s*\/\/ node_modules\/(?:.*\/node_modules\/)?((?:@[^/\n]+\/)?[^/\n]+)\//gm);
  return [...new Set(Array.from(inside, ([, name]) => name))];
}

test('what help and errors of the command line need to load is small', () => {
  expect(packagesIn(beside('cli.js'))).toEqual(['commander']);
  expect(beside('cli.js').length).toBeLessThan(200_000);
});

test('what asks an authority is in a file of its own, which nothing else needs to load', () => {
  expect(packagesIn(beside('acme.js'))).toEqual(
    expect.arrayContaining(['acme-client', 'axios', 'node-forge']),
  );
  expect(packagesIn(beside('program.js'))).not.toContain('acme-client');
});

test('the licence of every package that is in the program is beside it', () => {
  const packages = packagesIn(beside('cli.js') + beside('program.js') + beside('acme.js'));
  expect(packages).toEqual(expect.arrayContaining(['ssh2', 'commander', 'ejs', 'zod', 'yaml', 'listr2']));
  const licences = beside('THIRD-PARTY-LICENSES.txt');
  const told = Array.from(licences.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \(.*\)$/gm), ([, name]) => name);
  expect(packages.filter((name) => !told.includes(name))).toEqual([]);
  expect(licences).toContain('Apache License');
  expect(licences.match(/Copyright/gi)?.length).toBeGreaterThan(packages.length / 2);
});
