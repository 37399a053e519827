// Writes the types of the shell's functions, bundles the program into two files, a library beside them, and a loader that starts them fast, and writes
// the JSON schemas from the validators, and the manual pages from both.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Parts of ssh2 that haprov has no use for, and native helpers that no host of ours has: they would only be loaded. */
const unused = /^(\.\/(http-agents|server|keygen|protocol\/SFTP)\.js|cpu-features|.*\.node)$/;
const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: unused }, ({ path, importer }) =>
      /node_modules\/ssh2\//.test(importer) ? { path, namespace: 'unused' } : undefined,
    );
    // Whoever can do without a helper looks whether it is there.
    onLoad({ filter: /./, namespace: 'unused' }, ({ path }) => ({
      contents: path.startsWith('.') && path.endsWith('.js') ? '' : "throw new Error('not built in')",
    }));
  },
};

/** Whoever starts the program while it is built anew has the old file or the new one, never a part of one. */
function put(path, text, mode = 0o644) {
  const next = `${path}.${process.pid}`;
  writeFileSync(next, text);
  chmodSync(next, mode);
  renameSync(next, path);
}

/**
 * As big as half of haprov, and needed only where an authority is asked for a certificate: a file of its own, which that loads.
 * By the path that it is loaded by: its first file.
 */
const besides = new Map();
const besideProgram = {
  name: 'beside-program',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/library$/ }, ({ importer, resolveDir }) => {
      if (!importer.endsWith('/src/acme/order.ts')) return undefined;
      besides.set('./acme.js', join(resolveDir, 'library.ts'));
      return { path: './acme.js', external: true };
    }),
};

const common = {
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
};

const generator = await build({
  ...common,
  format: 'esm',
  entryPoints: [fileURLToPath(new URL('src/shell/generate.ts', import.meta.url))],
});
const source = Buffer.from(generator.outputFiles[0].text).toString('base64');
const { generated } = await import(`data:text/javascript;base64,${source}`);
try {
  for (const [path, text] of generated('src/shell')) put(path, text);
} catch (error) {
  // Its trace would be of the generator, which is not where the mistake is.
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/**
 * The command line is a file of its own, which says help and errors without the rest: what it imports when a command runs
 * is in the other file, whose modules are loaded by their paths.
 */
const later = new Map();
const withoutCommands = {
  name: 'without-commands',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = relative(process.cwd(), join(resolveDir, path));
      later.set(file, `${JSON.stringify(file)}: () => require(${JSON.stringify(`./${file}`)}),`);
      return { path: file, namespace: 'later' };
    });
    onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
      contents: `module.exports = require('./program.js')[${JSON.stringify(path)}]()`,
    }));
    onResolve({ filter: /^\.\/program\.js$/, namespace: 'later' }, ({ path }) => ({ path, external: true }));
  },
};

const text = {
  ...common,
  metafile: true,
  loader: { '.sh': 'text', '.css': 'text', '.client.js': 'text' },
  define: { __HAPROV_VERSION__: JSON.stringify(version) },
};
const ofCommands = await build({
  ...text,
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/cli.js',
  plugins: [withoutCommands],
});
// What other programs import is in the same file.
later.set('src/index', '"src/index": () => require("./src/index"),');
const ofProgram = await build({
  ...text,
  stdin: { contents: `module.exports = {\n${[...later.values()].sort().join('\n')}\n};\n`, resolveDir: '.' },
  outfile: 'dist/program.js',
  plugins: [withoutUnused, besideProgram],
});
const ofBesides = await Promise.all(
  [...besides].map(([path, first]) => build({ ...text, entryPoints: [first], outfile: join('dist', path) })),
);
const [commands, program] = [ofCommands, ofProgram].map(({ outputFiles: [file] }) => {
  // esbuild leaves what is not ASCII in tagged templates, patterns and comments as it is; the loader reads Latin-1.
  const ascii = file.text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  // The loader runs it as a script, which cannot import: everything has to be bundled, or required.
  const left = /.*\bimport\s*\(.*/.exec(ascii);
  if (left)
    throw new Error(
      `${relative('.', file.path)} would import when it runs, and cannot: ${left[0].trim().slice(0, 200)}`,
    );
  return ascii;
});
const hash = createHash('sha256').update(commands).update(program).digest('hex').slice(0, 16);
const loader = await build({
  ...common,
  entryPoints: ['src/start.ts'],
  outfile: 'dist/haprov.js',
  define: { __PROGRAM_HASH__: JSON.stringify(hash) },
  banner: { js: '#!/usr/bin/env node' },
});
mkdirSync('dist', { recursive: true });
put('dist/cli.js', commands);
put('dist/program.js', program);
for (const {
  outputFiles: [file],
} of ofBesides)
  put(relative('.', file.path), file.text);
put('dist/haprov.js', loader.outputFiles[0].text, 0o755);
// Each name by itself, so that Node finds them where the file is imported as a module.
const names = Object.keys(createRequire(import.meta.url)('./dist/program.js')['src/index']());
put(
  'dist/index.js',
  `'use strict';\nconst library = require('./program.js')['src/index']();\n${names.map((name) => `exports.${name} = library.${name};\n`).join('')}`,
);

put(
  'dist/THIRD-PARTY-LICENSES.txt',
  licencesOf([ofCommands, ofProgram, ...ofBesides].flatMap(({ metafile }) => Object.keys(metafile.inputs))),
);

/** The licence of every package that a file of the bundle comes from. */
function licencesOf(inputs) {
  const folders = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const about = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
    const text = (file ? readFileSync(`${folder}/${file}`, 'utf8') : licenceInReadme(folder)).trim();
    return `${about.name} ${about.version} (${about.license ?? 'see below'})\n\n${text}\n`;
  });
  return `haprov has these packages built in.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

for (const words of [
  ['schema', '--write', 'schema'],
  ['reference', '--man', 'dist/man'],
]) {
  const { status } = spawnSync(process.execPath, ['dist/haprov.js', ...words], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Old packages have it at the end of what they say of themselves. */
function licenceInReadme(folder) {
  const readme = readFileSync(`${folder}/README.md`, 'utf8');
  const [, text] = /\n(?:#+ Licen[cs]e|Licen[cs]e\n-+)\n([\s\S]*)/i.exec(readme) ?? [];
  if (!text?.includes('Copyright')) throw new Error(`${folder} has no text of its licence`);
  return text;
}
