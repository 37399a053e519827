import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeFor } from '../../src/playbook/escape';
import fc from '../support/property';

const haproxy = escapeFor('haproxy/haproxy.cfg');
const keepalived = escapeFor('keepalived/keepalived.conf');
const plain = escapeFor('httpd/x.conf');

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'"\'\\ \t\n\r#${}!~@%:;/`|&<>()\u00a0\u2028\u0085\u007f\0'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});
const oneLine = hostile.filter((text) => !/[\u0000-\u0008\u000a-\u001f\u007f\u0085\u2028\u2029]/.test(text));

/** A line of haproxy.cfg, split as its manual says ("Quoting and escaping"), outside of quotes. */
function haproxyWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const rest = line.slice(at);
    const known = /^\\(?:([ \\#"'])|x([0-9a-f]{2}))/.exec(rest);
    if (known) {
      word = `${word ?? ''}${known[1] ?? String.fromCharCode(Number.parseInt(known[2] ?? '', 16))}`;
      at += known[0].length - 1;
    } else if (/^[ \t]/.test(rest)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (/^[#"'\n\r]/.test(rest)) {
      throw new Error(`${JSON.stringify(line)}: ${rest[0]} means something`);
    } else {
      word = `${word ?? ''}${rest[0]}`;
    }
  }
  return word === undefined ? words : [...words, word];
}

const hasHaproxy = (() => {
  try {
    execFileSync('haproxy', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** The word that HAProxy itself takes `written` for: it names what it does not know. */
function realWord(written: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-cfg-'));
  try {
    const file = join(folder, 'x.cfg');
    writeFileSync(file, `global\n zz${written}\n`);
    execFileSync('haproxy', ['-c', '-f', file], { encoding: 'utf8', stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr: string };
    return /unknown keyword 'zz([\s\S]*)' in 'global'/.exec(stderr)?.[1];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('haproxy.cfg', () => {
  test('whatever the value, it is one word that means it', () => {
    fc.assert(
      fc.property(oneLine.filter(Boolean), (value) => {
        const written = haproxy(value);
        expect(haproxyWords(`server ${written} check`)).toEqual(['server', value, 'check']);
        expect(written).not.toMatch(/[$\t]/);
      }),
    );
  });

  // What HAProxy 2.6 itself was seen to make of them: "\$" keeps its backslash, a tab ends the word even so.
  test.each([
    ['pa$$word', 'pa\\x24\\x24word'],
    ['a\tacl x', 'a\\x09acl\\ x'],
    ['a"b\'c', 'a\\x22b\\x27c'],
    ['a#b\\c', 'a\\#b\\\\c'],
    ['no\u00a0break', 'no\u00a0break'],
    ['10.0.0.1:80', '10.0.0.1:80'],
  ])('%j is written %s', (value, written) => {
    expect(haproxy(value)).toBe(written);
    if (hasHaproxy) expect(realWord(written)).toBe(value);
  });

  test('an empty value is refused', () => expect(() => haproxy('')).toThrow('no word'));
});

describe('keepalived.conf', () => {
  test('a value is written as it is, or refused', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const inert = value !== '' && /^[^\s"'{}#!$~@\\\u0000-\u001f\u007f\u0085]+$/.test(value);
        if (inert) expect(keepalived(value)).toBe(value);
        else expect(() => keepalived(value)).toThrow(RangeError);
      }),
    );
  });

  test.each(['a b', '"a"', 'a}', '{', '!x', '#x', '$VAR', 'a\\', 'x\ny', '', '@host'])(
    '%j is refused',
    (value) => expect(() => keepalived(value)).toThrow(RangeError),
  );
  test.each(['s3cret', '192.0.2.1/24', 'fe80::1', 'a:b;c', 42])('%j is written', (value) =>
    expect(keepalived(value)).toBe(String(value)),
  );
});

test('any other file: nothing starts a line of its own', () => {
  fc.assert(
    fc.property(hostile, (value) => {
      let written: string;
      try {
        written = plain(value);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(written).toBe(value);
      expect(written.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(1);
    }),
  );
});

test('a folder by the name of something of JavaScript’s own has no syntax of its own', () => {
  expect(escapeFor('constructor/x')('a b')).toBe('a b');
  expect(() => escapeFor('toString/x')('a\nb')).toThrow(RangeError);
});

test('a refusal does not print a long value whole', () => {
  expect(() => plain(`${'x'.repeat(500)}\n`)).toThrow(/^.{40,140}$/);
});
