/** Throws where `text` is not well-formed XML, as far as a diagram needs any: elements, attributes, text, references. */
export function checkXml(text: string): void {
  const open: string[] = [];
  const token =
    /<([a-z]+)((?: [a-zA-Z:-]+="[^"<&]*")*)(\/?)>|<\/([a-z]+)>|((?:[^<>&\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&(?:amp|lt|gt|quot);)+)/gy;
  let at = 0;
  for (const [whole, name, , closed, end] of text.matchAll(token)) {
    at += whole.length;
    if (name && !closed) open.push(name);
    if (end && open.pop() !== end) throw new Error(`</${end}> at ${at} closes something else`);
    if (open.length === 0 && at < text.length) throw new Error(`something after the root, at ${at}`);
  }
  if (at < text.length) throw new Error(`not XML at ${at}: ${text.slice(at, at + 60)}`);
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
}

const node = String.raw`[a-z]\w*`;
const quoted = String.raw`"(?:[^"\n#;<>&\x60]|#\d+;|<br/>)+"`;
const rows = [
  `flowchart LR`,
  `${node}(?:\\(\\[${quoted}\\]\\)|\\[${quoted}\\])`,
  `subgraph ${node}\\[${quoted}\\]`,
  'end',
  `${node} (?:-->|-\\.->)(?:\\|${quoted}\\|)? ${node}`,
  `classDef ${node} [\\w:#, -]+`,
  `class ${node}(?:,${node})* ${node}`,
  `linkStyle \\d+(?:,\\d+)* stroke:#\\w+`,
].map((row) => new RegExp(`^ *${row}$`, 'u'));

/** Throws at the first line that is none of those that a diagram may have. */
export function checkMermaid(text: string): void {
  const [, title = '', , ...lines] = text.split('\n');
  JSON.parse(title.replace(/^title: /, ''));
  for (const line of lines)
    if (!rows.some((row) => row.test(line))) throw new Error(`not a line of a flowchart: ${line}`);
}
