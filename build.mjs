// Bundles the program into one file that starts fast, and writes the JSON schemas from the validators.

import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

await build({
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/haprov.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: false,
  legalComments: 'none',
  loader: { '.sh': 'text' },
  // ssh2 falls back to JavaScript when its native helpers are absent.
  external: ['cpu-features', '*.node'],
  define: { __HAPROV_VERSION__: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync('dist/haprov.js', 0o755);

const schema = spawnSync(process.execPath, ['dist/haprov.js', 'schema', '--write', 'schema'], {
  stdio: 'inherit',
});
process.exit(schema.status ?? 1);
