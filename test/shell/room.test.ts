import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generated, readRoom } from '../../src/shell/generate';
import { call, compose, composeFor, type Functions } from '../../src/shell/library';

/** The room of shell: what its files say of themselves is so, and TypeScript knows it. */

test.each([...generated('src/shell')])('%s is what the shell beside it says: npm run build', (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('what awk gets in its environment, which can be looked at, is names, paths, times, labels and rows of the firewall', () => {
  const texts = readdirSync('src/shell', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sh'))
    .map((name) => readFileSync(join('src/shell', name), 'utf8'));
  const given = new Set(
    texts.flatMap((text) => [...text.matchAll(/ENVIRON\["?(\w+)/g)].map(([, name]) => name)),
  );
  expect([...given].sort()).toEqual([
    'MOUNT',
    'NAME',
    'OTHER',
    'RECORD',
    'ROW',
    'ROWS',
    'SINCE',
    'TEXT',
    'WANTED',
  ]);
});

describe('a room', () => {
  let room: string;
  beforeEach(() => {
    room = mkdtempSync(join(tmpdir(), 'haprov-room-'));
  });
  afterEach(() => rmSync(room, { recursive: true }));

  const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(room, name)), { recursive: true });
      writeFileSync(join(room, name), text);
    }
  };

  test('where each says what it needs has words for each function', () => {
    write({
      'a/one.sh':
        '# One.\n# Needs: two\n\nfirst() { # PATH on|off [OWNER GROUP] NAME... <STDIN   what it does\n  second "$1"\n}\n',
      'b/two.sh': 'second() { echo "$1"; } # UID:GID\nthird() (\n  if second x; then :; fi\n)\n',
    });
    const [[, one] = [], [, two] = []] = [...generated(room)];
    expect(one).toContain(
      "first: [path: Word, which: 'on' | 'off', owner?: Word, group?: Word, ...name: Word[]];",
    );
    expect(one).toContain("needs: ['two']");
    expect(two).toContain('second: [uid_gid: Word];\n  third: [];');
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'calls what it does not need',
      { 'a/one.sh': 'first() { if second; then :; fi; }\n', 'a/two.sh': 'second() { :; }\n' },
      'one.sh calls second, and does not say that it needs two',
    ],
    [
      'calls it in a branch of a case, on a row of its own or not',
      {
        'a/one.sh': 'first() { # A\n  case $1 in a) ;; *) second ;; esac\n}\n',
        'a/two.sh': 'second() { :; }\n',
      },
      'one.sh calls second, and does not say that it needs two',
    ],
    [
      'needs what it does not call',
      { 'a/one.sh': '# Needs: two\nfirst() { :; }\n', 'a/two.sh': 'second() { :; }\n' },
      'one.sh says that it needs two, and calls no function of it',
    ],
    [
      'has a function whose head lacks a word',
      { 'a/one.sh': 'first() { # PATH\n  echo "$1" "${2-}"\n}\n' },
      'one.sh: the head of first tells of 1 words, and it reads 2',
    ],
    [
      'has a function without a head that counts its words',
      { 'a/one.sh': 'first() { for each in "$@"; do :; done; }\n' },
      'one.sh: the head of first tells of 0 words, and it reads all',
    ],
    [
      'calls one with a word that its head does not tell of',
      { 'a/one.sh': 'first() { :; } # on|off NAME\nsecond() { [ -n "$1" ] && first offf x; } # NAME\n' },
      'one.sh calls first with offf, which its head does not tell of',
    ],
    [
      'calls one with any of many words, of which its head does not tell of all',
      { 'a/one.sh': 'first() { :; } # on|off...\nsecond() {\n  first on off onn\n}\n' },
      'one.sh calls first with onn, which its head does not tell of',
    ],
    [
      'reads what nobody gives it',
      {
        'a/one.sh': '# Needs: two\nfirst() { second; echo "$real"; }\n',
        'a/two.sh': 'second() { real=x; }\n',
      },
      'one.sh reads $real, which no file gives that it needs, and is not given it',
    ],
    [
      'gives what nobody reads',
      { 'a/one.sh': '# Gives: real\nfirst() { real=x; }\n' },
      'one.sh says $real of itself, and nobody reads or sets it',
    ],
    [
      'is given what it does not read',
      { 'a/one.sh': '# Given: home\nfirst() { :; }\n' },
      'one.sh says $home of itself, and nobody reads or sets it',
    ],
    [
      'has a file of the name of another',
      { 'a/one.sh': 'first() { :; }\n', 'b/one.sh': 'second() { :; }\n' },
      'there are 2 files one.sh',
    ],
  ])('that %s is refused', (_, files, why) => {
    write(files);
    expect(() => readRoom(room)).toThrow(why);
  });

  test.each([
    ['by a file that it needs', '# Needs: two\nfirst() { second; echo "$real"; }\n'],
    ['by one that this needs', '# Needs: three\nfirst() { third; echo "$real"; }\n'],
  ])('a variable may be given %s', (_, text) => {
    write({
      'a/one.sh': text,
      'a/two.sh': '# Gives: real\nsecond() { real=x; }\n',
      'a/three.sh': '# Needs: two\nthird() { second; }\n',
    });
    expect(readRoom(room).get('a')).toHaveLength(3);
  });

  test.each([
    ['by the program that it is a part of', '# Given: home\nfirst() { echo "$home"; }\n'],
    [
      'by itself',
      'first() { for one in a; do read -r two three <x; echo "$one$two$three${four:=x}"; done; }\n',
    ],
    ['nowhere: it is one of awk, or of a text', `first() { awk "{ print \\$one }"; echo '$two'; }\n`],
  ])('what a file reads is set %s', (_, text) => {
    write({ 'a/one.sh': text });
    expect(readRoom(room).get('a')).toHaveLength(1);
  });

  test.each([
    ['an awk field', "first() { awk '{ print $3 }'; }\n"],
    ['a word after "set --"', 'first() {\n  set -- a b\n  echo "$2"\n}\n'],
    ['a word in a comment', 'first() {\n  # $1 is nothing.\n  :\n}\n'],
  ])('%s is no word of a function', (_, text) => {
    write({ 'a/one.sh': text });
    expect(readRoom(room).get('a')).toMatchObject([{ name: 'one' }]);
  });
});

describe('a call', () => {
  test('quotes each word, and leaves out what is not there', () => {
    expect(call('stage_file', "/etc/it's", 'root', 'root', '0644')).toBe(
      "stage_file '/etc/it'\\''s' root root 0644",
    );
    expect(call('unlock_dead', 'run', undefined)).toBe('unlock_dead run');
    expect(call('observe', 10001, 'a b', '')).toBe("observe 10001 'a b' ''");
  });

  test('of a function that is not there, or with other words, does not compile', () => {
    // @ts-expect-error no function has this name
    const name: keyof Functions = 'stage_fil';
    // @ts-expect-error a word too few
    const few: Functions['stage_file'] = ['/etc/a', 'root', 'root'];
    // @ts-expect-error a word too many
    const many: Functions['drop_drain'] = ['x'];
    // @ts-expect-error none of its words
    const other: Functions['change_drained'] = ['addd', 'a/b'];
    expect([name, few, many, other]).toHaveLength(4);
  });
});

describe('a script', () => {
  const has = (script: string, name: string) => script.split(`\n${name}() `).length - 1;

  test('has what is called in it, each file once, and no more', () => {
    const script = compose(call('end_hung', 1), call('end_hung', 2));
    expect(has(`\n${script}`, 'end_hung')).toBe(1);
    expect(has(script, 'have')).toBe(0);
  });

  test('has what its files need before them, whoever asks first', () => {
    for (const rows of [
      ['probe_facts', 'walk /'],
      ['walk /', 'probe_facts'],
    ]) {
      const script = `\n${compose(...rows)}`;
      expect(script.indexOf('\nhave() ')).toBeGreaterThanOrEqual(0);
      expect(script.indexOf('\nhave() ')).toBeLessThan(script.indexOf('\nprobe_facts() '));
      expect(script.indexOf('\ntell_label() ')).toBeLessThan(script.indexOf('\nwalk() '));
    }
  });

  test('that begins with what a run does anew has it after what it replaces', () => {
    const script = composeFor(['attempt true', 'have x']);
    expect(script.indexOf('note_command() { :; }')).toBeLessThan(script.indexOf('note_command() { printf'));
    expect(script.indexOf('note_command() { :; }')).toBeGreaterThanOrEqual(0);
  });

  test('does not say to a host what a file needs', () => {
    expect(compose('probe_facts', 'walk /')).not.toMatch(/^# (Needs|May need):/m);
  });
});
