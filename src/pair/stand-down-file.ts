const path = String.raw`["']?(/[\w./-]+)["']?`;
const test = String.raw`(?:\[\[?|(?:/usr)?/bin/\[|(?:(?:/usr)?/bin/)?test)`;
const end = String.raw`\s*(?:\]\]?)?\s*`;
const leaves = String.raw`exit\s+[1-9]\d*\b`;

/** Statements that end a script with a failure where a file exists. */
const statements = [
  String.raw`^${test}\s+-[efs]\s+${path}${end}&&\s*${leaves}`,
  String.raw`^(?:${test}\s+!|!\s+${test})\s+-[efs]\s+${path}${end}\|\|\s*${leaves}`,
  String.raw`^if\s+${test}\s+-[efs]\s+${path}${end};?\s*then\b(?:(?!\b(?:if|fi|else|elif)\b)[\s\S])*?\b${leaves}`,
].map((text) => new RegExp(text, 'm'));

/** A command that fails where a file exists; what follows it by `&&` runs only where the file does not exist. */
const command = new RegExp(
  String.raw`^(?:${test}\s+!|!\s+${test})\s+-[efs]\s+${path}${end}(?:$|&&(?!.*(?:\|\||;)))`,
);

/**
 * The file whose existence makes a vrrp_script fail: `test ! -e FILE`, or a script that ends with an error where it finds
 * the file. Undefined where that is not certain.
 * @param scripts path → text of the scripts on the host
 */
export function standDownFile(line: string, scripts: ReadonlyMap<string, string>): string | undefined {
  const inline = /^(?:\/usr)?(?:\/bin\/)?(?:ba|da|k)?sh\s+-c\s+(["'])(.*)\1$/.exec(line.trim())?.[2];
  const found = command.exec((inline ?? line).trim());
  if (found) return found[1];
  const [program = '', first = ''] = line.trim().split(/\s+/);
  const isShell = /^(?:\/usr)?(?:\/bin\/)?(?:ba|da|k)?sh$/.test(program);
  const text = scripts.get(isShell ? first : program);
  if (text === undefined || !/^#!.*\b(?:ba|da|k)?sh\b/.test(text)) return undefined;
  const code = text.replace(/^\s*#.*$/gm, '');
  for (const statement of statements) {
    const stands = statement.exec(code);
    if (stands) return stands[1];
  }
  return command.exec(code.trim().split('\n').at(-1) ?? '')?.[1];
}
