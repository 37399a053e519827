import { relative } from 'node:path';
import pc from 'picocolors';
import { installation } from '../playbook/playbook';
import { isFile, type Rendered } from '../resources/rendered';
import { indent, visible, visibleLines } from '../text/format';

/** One host, and the resources that it would have, with masked contents. */
export interface ShownHost {
  host: string;
  address: string;
  resources: Rendered[];
}

/** The resources of each host as text, in the playbooks' order. No newline at the end. */
export function renderHosts(hosts: readonly ShownHost[], { color }: { color: boolean }): string {
  const { bold } = pc.createColors(color);
  return hosts
    .map(({ host, address, resources }) => {
      const rows = [bold(`${visible(host)} (${visible(address)})`)];
      let task: string | undefined;
      for (const resource of resources) {
        if (resource.task !== task) rows.push(`  ${bold(visible(resource.task))}`);
        task = resource.task;
        rows.push(indent(renderOne(resource, color), '    '));
      }
      return rows.join('\n');
    })
    .join('\n\n');
}

function renderOne(resource: Rendered, color: boolean): string {
  const { cyan, dim } = pc.createColors(color);
  if (!isFile(resource)) return visible(resource.says);
  const { path, owner, group, mode, content, origin } = resource;
  const head = `${cyan(`file ${visible(path)}`)} ${visible(owner)}:${visible(group)} ${mode}`;
  const from = origin === undefined ? [] : [dim(`# from ${visible(describeOrigin(origin))}`)];
  return [head, ...from, ...rowsOf(content).map((row) => `${dim('|')} ${row}`.trimEnd())].join('\n');
}

function rowsOf(content: Buffer): string[] {
  const text = asText(content);
  if (text === undefined) return [`(${content.length} bytes that are not text)`];
  if (text === '') return [];
  const rows = visibleLines(text.replace(/\n$/, '')).split('\n');
  return text.endsWith('\n') ? rows : [...rows, '(no newline at the end)'];
}

/** Where a template or file comes from: shipped with haprov, or the user's own. */
function describeOrigin(file: string): string {
  const shipped = relative(installation, file);
  if (!shipped.startsWith('..')) return `${shipped}, shipped with haprov`;
  const here = relative(process.cwd(), file);
  return `${here.startsWith('..') ? file : here}, your own`;
}

/** The bytes as text; undefined where they are not UTF-8. */
export function asText(content: Buffer): string | undefined {
  const text = content.toString();
  return Buffer.from(text).equals(content) ? text : undefined;
}
