import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { program } from '../support/program';
import { edit, get, haprov, inFolder, set, useSecretFolder } from '../support/secret-folder';

useSecretFolder();

describe('edit', () => {
  beforeEach(() => {
    set('a', 'one-secret');
    set('b', 'two-secret');
  });
  const left = () => readdirSync(inFolder('memory'));

  test('adds, changes and takes out, in a private file of which nothing is left', () => {
    const done = edit(
      '[ "$(stat -c %a "$file")" = 600 ] || exit 9\ncp "$file" "$file~"\nprintf "a: three\\nc: |\\n  l1\\n  l2\\n" >"$file"',
    );
    expect(done).toMatchObject({ code: 0, stdout: 'added: c\nchanged: a\nremoved: b\n' });
    expect([get('a'), get('b'), get('c')]).toEqual(['three\n', '', 'l1\nl2\n\n']);
    expect(left()).toEqual([]);
  });

  test.each([
    ['fails', 'exit 1', 1, 'the editor failed with exit code 1: nothing was changed'],
    ['is not there', 'exec ./no-such-editor', 1, 'the editor failed with exit code 127'],
    ['takes the file away', 'rm "$file"', 0, ''],
  ])('an editor that %s changes nothing', (_what, script, code, says) => {
    const done = edit(script);
    expect(done.code).toBe(code);
    expect(done.stderr).toContain(says);
    expect([get('a'), get('b')]).toEqual(['one-secret\n', 'two-secret\n']);
    expect([left(), existsSync(inFolder('secrets.age.draft'))]).toEqual([[], false]);
  });

  test.each([
    ['no YAML', 'echo "a: \\"four-secret" >"$file"', 'is no YAML from here on'],
    ['a name twice', 'echo "a: four-secret\na: four-secret" >"$file"', 'a name that stands there twice'],
    ['no names', 'echo "four-secret" >"$file"', 'is no list of names'],
    ['no text', 'echo "a: [four-secret]" >"$file"', 'a: is no text'],
    ['nothing', 'echo "a: four-secret\nb:" >"$file"', 'b: is empty'],
    ['a bad name', 'echo "a b: four-secret" >"$file"', 'has a name that is none'],
    ['no UTF-8', `printf 'a: four-secret\\344\\n' >"$file"`, 'is no UTF-8 text'],
    ['a failure after it was saved', 'echo "a: four-secret" >"$file"; exit 1', 'the editor failed'],
  ])(
    '%s: nothing is changed, and what was written is kept for the next edit, encrypted',
    (_what, script, says) => {
      const done = edit(script);
      expect(done.code).not.toBe(0);
      expect(done.stderr).toContain(says);
      expect(done.stderr).toContain('is kept, encrypted, in');
      expect(done.stderr).not.toContain('four-secret');
      expect([get('a'), get('b'), left()]).toEqual(['one-secret\n', 'two-secret\n', []]);
      expect(readFileSync(inFolder('secrets.age.draft'), 'latin1')).not.toContain('four');
      expect(edit('grep -q four-secret "$file" || exit 9; echo "a: five" >"$file"')).toMatchObject({
        code: 0,
        stdout: 'changed: a\nremoved: b\n',
      });
      expect([get('a'), get('b'), existsSync(inFolder('secrets.age.draft'))]).toEqual(['five\n', '', false]);
    },
  );

  test('what somebody else sets meanwhile stays, and where both changed one thing, neither is lost', () => {
    const other = (name: string) =>
      `printf other | "${process.execPath}" "${program}" secret set ${name} >/dev/null`;
    expect(edit(`${other('b')}\nsed -i s/one-secret/mine/ "$file"`)).toMatchObject({
      code: 0,
      stdout: 'changed: a\n',
    });
    expect([get('a'), get('b')]).toEqual(['mine\n', 'other\n']);
    const both = edit(`${other('a')}\nsed -i s/mine/ours/ "$file"`);
    expect([both.code, both.stderr]).toEqual([
      1,
      expect.stringContaining('somebody else has changed a meanwhile'),
    ]);
    expect(get('a')).toBe('other\n');
    // The next one shows theirs, and then takes ours.
    expect(both.stderr.replace(/\s+/g, ' ')).toContain(
      'haprov secret edit inventory.json shows what they have set, and takes yours',
    );
    const settled = edit('grep -q \'somebody else has set a to "other"\' "$file" && grep -q ours "$file"');
    expect(settled).toMatchObject({ code: 0, stdout: 'changed: a\n' });
    expect([get('a'), existsSync(inFolder('secrets.age.draft'))]).toEqual(['ours\n', false]);
  });

  test('a text that YAML would take for something else is refused, and not shown', () => {
    for (const value of ['*LeakStar', '!Leak x', '&x Leak', 'pass #Leak', '@Leak']) {
      const done = edit(`cat >"$file" <<'E'\na: ${value}\nb: two-secret\nE`);
      expect([done.code, done.stdout]).toEqual([2, '']);
      expect(done.stderr).toMatch(/^inventory: inventory.json\nerror: the edited text:1:\d: a: /);
      expect(done.stderr).not.toContain('Leak');
    }
    expect(get('a')).toBe('one-secret\n');
  });

  test.each([
    ['all', ': >"$file"', 'say --yes to remove a, b, stats'],
    ['what the inventory uses', 'sed -i /^stats/d "$file"', 'say --yes to remove stats'],
  ])('%s may go with --yes only, where nobody can be asked', (_what, script, says) => {
    set('stats', 'three-secret');
    const refused = edit(script);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(refused.stderr).toContain('is kept, encrypted, in');
    expect(get('stats')).toBe('three-secret\n');
    rmSync(inFolder('secrets.age.draft'));
    const done = edit(script, '--yes');
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/^removed: (?:a, b, )?stats\n$/)]);
    expect(get('stats')).toBe('');
  });

  test.each(['vi', 'vim', 'nvim'])('%s is told to keep no copies, if it knows how', (name) => {
    for (const [version, more] of [
      ['VIM - Vi IMproved', '-n -i NONE -c silent! set'],
      ['NVIM v0.9', '-n -i NONE -c silent! set'],
      ['BusyBox', ''],
    ]) {
      writeFileSync(
        inFolder(name),
        `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version}"; else echo "$*" >"$HOME/words"; fi\n`,
        { mode: 0o755 },
      );
      haprov(['secret', 'edit'], { env: { EDITOR: inFolder(name) } });
      const words = readFileSync(inFolder('words'), 'utf8');
      expect(words).toMatch(/secrets\.yaml\n$/);
      expect(words.startsWith(more || inFolder('memory'))).toBe(true);
    }
  });

  test('what an edit that was killed has left is wiped by the next, and nothing of one that goes on', () => {
    const other = inFolder('memory/haprov-secrets.elsewhere:4194399.abcdef');
    const own = inFolder(`memory/haprov-secrets.${hostname()}:${process.pid}.abcdef`);
    for (const place of [other, own]) mkdirSync(place);
    expect(haprov(['secret', 'edit'], { env: { EDITOR: 'exec sh -c "kill -9 $PPID"' } }).code).toBe(null);
    expect(left().filter((name) => name.startsWith('haprov-secrets.'))).toHaveLength(3);
    expect(edit('true').code).toBe(0);
    expect(
      left()
        .map((name) => inFolder(`memory/${name}`))
        .sort(),
    ).toEqual([other, own].sort());
  });

  test('a draft that cannot be read is told of', () => {
    writeFileSync(inFolder('secrets.age.draft'), 'text');
    const { code, stderr } = edit('true');
    expect([code, stderr]).toEqual([2, expect.stringContaining('secrets.age.draft: cannot be read')]);
  });

  test('an editor that takes its copies away while they are wiped keeps nothing there', () => {
    const done = edit(
      'mkdir "$(dirname "$file")/.x"; ln -s /nowhere "$file.link"; : >"$file.swp"; chmod 0 "$file.swp"',
    );
    expect([done.code, left()]).toEqual([0, []]);
  });
});
