import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * ksh hands on the exit status of a substitution where dash, bash and busybox say 0: after a `case` none of whose branches
 * does anything, and after a `for` that has nothing to go through. A function that ends so fails without a reason.
 */
function fragile(script: string): string[] {
  const cases = script.match(/^.*\bcase (?:[^\s$]|\$(?!\())*\$\(.*$/gm) ?? [];
  const loops = script.split(/^\}/m).flatMap((body) => {
    const ours = body.split('\n').filter((row) => /^ {2}\S/.test(row));
    const last = ours.at(-1)?.startsWith('  done') ? ours.slice(-2) : ours.slice(-1);
    return /^ {2}for \w+ in .*\$\(/.test(last[0] ?? '') && / {2}done|; done/.test(last.at(-1) ?? '')
      ? last
      : [];
  });
  return [...cases, ...loops.filter((row) => row.includes('for ') && !/done.*\|/.test(row))];
}

test.each([
  'case $(state) in a) ;; esac',
  '  case "$(state)" in a) ;; esac',
  'case $1:$(state) in a) ;; esac',
  'f() {\n  for x in $(list); do\n    echo $x\n  done 2>/dev/null\n}',
  'f() {\n  for x in $(list); do echo $x; done\n}',
])('seen: %s', (script) => {
  expect(fragile(script)).toHaveLength(1);
});

test.each([
  'x=$(state)\ncase $x in a) echo "$(b)" ;; esac',
  'case $x in "$(a)") ;; esac',
  'f() {\n  for x in $(list); do\n    echo $x\n  done\n  return 0\n}',
  'f() {\n  for x in $(list); do\n    echo $x\n  done | sort\n  :\n}',
  'f() {\n  x=$(list)\n  for y in $x; do\n    echo $y\n  done\n}',
])('right: %s', (script) => {
  expect(fragile(script)).toEqual([]);
});

test.each(
  ['src', 'templates', 'playbooks']
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((name) => /\.(sh|ejs)$/.test(name)),
)('%s ends as it means in ksh too', (name) => {
  expect(fragile(readFileSync(name, 'utf8'))).toEqual([]);
});
