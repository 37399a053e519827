/** Lines whose end is a secret: what is kept of them, and the rest. */
const secretLines: readonly RegExp[] = [
  /^([-+]?[ \t]*auth_pass[ \t]+)\S.*$/gm,
  /^([-+]?[ \t]*stats[ \t]+auth[ \t]+[^\s:]+:)\S.*$/gm,
  /^([-+]?[ \t]*user[ \t]+\S+[ \t].*?(?:insecure-)?password[ \t]+)\S+/gm,
  /^(.*\b(?:Proxy-)?Authorization\b[: \t"']*(?:Basic|Bearer)?(?:\\?[ \t])*)\S.*$/gim,
  /^([-+]?[ \t]*(?:pre)?setenv[ \t]+(?:\w*_)?(?:pass(?:word|wd|phrase)?|secret|token|api_?key)[ \t]+)\S.*$/gim,
  /^([-+]?[ \t]*tcp-check[ \t]+send(?:-binary)?[ \t]+.*?\b(?:AUTH|PASS)(?:\\?[ \t])+)\S.*$/gim,
  /^(.*(?<![A-Za-z])(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key)\b["']?[ \t]*[=:][ \t]*["']?)[^\s"'$].*$/gim,
];

const isKey = (text: string) => text.includes('PRIVATE KEY-----');

/**
 * Whether a file of a host holds a private key, or what looks like a password.
 * @param text of the whole file
 * @param known secrets that count for nothing
 */
export function holdsSecret(text: string, known: readonly string[] = []): boolean {
  const rest = known.reduce((left, secret) => left.replaceAll(secret, '***'), text);
  return isKey(rest) || concealed(rest) !== rest;
}

/** A text with nothing of its secrets, and as many lines. */
export function concealed(text: string): string {
  if (isKey(text)) return text.replace(/[^\n]+/g, '***');
  return secretLines.reduce((shown, line) => shown.replace(line, '$1***'), text);
}
