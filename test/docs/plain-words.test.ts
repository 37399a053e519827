import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Words that leave open who does what, or how many: a sentence with an actor and a verb stands in their place. */

const phrases = /\bwhoever\b|\b(?:is|are|was|were) to be\b|\bso many\b/gi;
/** A sentence may go on in the next line, also of a comment or a joined string. */
const found = (text: string) =>
  [...text.replace(/(?:['"`]\s*\+\s*['"`]|[\s*#>/])+/g, ' ').matchAll(phrases)].map(
    ({ index, input, 0: phrase }) => input.slice(Math.max(0, index - 40), index + phrase.length + 40),
  );

const under = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    // A decision stays as it was written.
    .filter(
      (path) =>
        !path.startsWith('docs/decisions/') && statSync(path).isFile() && !/\.(?:svg|png)$/.test(path),
    );

test.each([
  ['CONTRIBUTING.md', 'ARCHITECTURE.md', 'README.md', 'SECURITY.md', 'test/lab/README.md'],
  ...['docs', 'src', 'examples', 'playbooks', 'templates'].map(under),
])('%s and its neighbours name the actor, then the verb', (...paths) => {
  expect(paths.flatMap((path) => found(readFileSync(path, 'utf8')).map((one) => `${path}: ${one}`))).toEqual(
    [],
  );
});

test.each([
  ['Whoever comes last waits.', 1],
  ['says what\nis to be done, in so\n * many words', 2],
  ['the files are to\n  # be read', 1],
  ["'it was ' +\n  'to be expected'", 1],
  ['what the run must do to each host that has N servers, and is told', 0],
])('phrases are seen over line breaks: %j', (text, count) => {
  expect(found(text)).toHaveLength(count);
});
