import type { Secrets } from '../inventory/secrets';

/** Writes one inventory value into a file of some syntax, as one inert word. @throws RangeError where it cannot be. */
export type Escape = (value: unknown) => string;

/** For any file: what could start a new line is refused. */
const plain: Escape = (value) => {
  const text = String(value);
  const bad = /[\u0000-\u0008\u000a-\u001f\u007f\u0085\u2028\u2029]/.exec(text);
  if (bad) throw new RangeError(`a value holds a control character, which could start a line of its own`);
  return text;
};

/**
 * haproxy.cfg, "Quoting and escaping": every version since 1.5 knows `\xHH`, while a backslash before a tab or a `$`
 * stays where it is.
 */
const haproxy: Escape = (value) => haproxyBytes(plain(value));

/** As in haproxy.cfg, with the control characters that go over the wire. */
export const haproxyBytes: Escape = (value) => {
  const text = String(value);
  if (text === '') throw new RangeError('an empty value is no word of haproxy.cfg');
  if (text.includes('\0')) throw new RangeError('a word of haproxy.cfg cannot hold a NUL');
  return text
    .replace(/[ #\\]/g, '\\$&')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replace(/[\u0001-\u001f"'$]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
};

/** keepalived.conf has no escape: what would end the word, or start a comment, block, or substitution is refused. */
const keepalived: Escape = (value) => {
  const text = plain(value);
  if (text === '' || /[\s"'{}#!$~@\\]/.test(text)) {
    throw new RangeError(
      `a value cannot be written into keepalived.conf: it is empty or has white space, a quote, a brace or one of # ! $ ~ @ \\`,
    );
  }
  return text;
};

const bySyntax = new Map([
  ['haproxy', haproxy],
  ['keepalived', keepalived],
]);

/** The escape for a template, by the folder it is in: `haproxy/haproxy.cfg` is written in HAProxy's syntax. */
export function escapeFor(template: string): Escape {
  return bySyntax.get(template.split('/')[0] ?? '') ?? plain;
}

export const escapePlain = plain;

/** A secret stays one in the form that a file's syntax gives it. */
export const keepingSecret =
  (write: Escape, secrets: Secrets): Escape =>
  (value) => {
    const written = write(value);
    const plain = String(value);
    if (written !== plain && secrets.mask(plain) !== plain) secrets.add(written);
    return written;
  };
