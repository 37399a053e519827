import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What has to be loaded before a command connects to its hosts; the rest is, while they are connected to. */

interface Built {
  inputs: Record<string, { imports: { path: string; kind: string }[] }>;
}

/** The modules that are loaded with a module. */
function loadedWith(entry: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  try {
    const options = ['--bundle', '--platform=node', `--outfile=${folder}/out.js`, '--log-level=error'];
    const texts = ['--loader:.sh=text', '--loader:.css=text', '--loader:.client.js=text'];
    const native = ['--external:*.node', '--external:cpu-features'];
    execFileSync('node_modules/esbuild/bin/esbuild', [
      entry,
      ...options,
      ...texts,
      ...native,
      `--metafile=${folder}/meta.json`,
    ]);
    const { inputs } = JSON.parse(readFileSync(`${folder}/meta.json`, 'utf8')) as Built;
    const found = new Set<string>();
    const follow = (path: string): void => {
      if (found.has(path) || !inputs[path]) return;
      found.add(path);
      // A `require` in a module of ours stands in a function.
      for (const { path: next, kind } of inputs[path].imports)
        if (kind === 'import-statement' || (kind === 'require-call' && !path.startsWith('src/')))
          follow(next);
    };
    follow(entry);
    return [...found];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isOurs = (path: string) => path.startsWith('src/');

test.each([
  // Each folder of shell is one of them: the list of its functions; and what each part of an inventory may say.
  ['plan', ['diff', 'picocolors', 'zod'], 120],
  ['status', ['picocolors', 'zod'], 118],
  ['apply', ['zod'], 135],
])(
  '%s: neither the SSH library nor what plans is there when hosts are connected to',
  (command, expected, most) => {
    const modules = loadedWith(`src/commands/${command}.ts`).filter((path) => !path.endsWith('.sh'));
    const packages = new Set(
      modules.flatMap((path) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
    );
    expect([...packages].sort()).toEqual(expected);
    expect(
      modules.filter((path) =>
        /^src\/(playbook|lint|status|execution|planning\/(planning|status))/.test(path),
      ),
    ).toEqual([]);
    const own = modules.filter(isOurs);
    expect(own).toContain('src/planning/connect-first.ts');
    expect([own.length, own.length <= most]).toEqual([own.length, true]);
  },
);
