import { structuredPatch } from 'diff';
import pc from 'picocolors';
import { count, visible, visibleLines } from '../text/format';
import { lineEndsChange } from '../text/line-ends';

/** A file's text before and after, with masked secrets; null where there is no file. */
export interface TextChange {
  path: string;
  from: string | null;
  to: string | null;
}

const MAX_CHANGED_LINES = 2000;

/**
 * A unified diff, coloured as git's. Makes carriage returns and other control characters visible; only summarizes binary
 * content and very long diffs. No newline at the end.
 */
export function renderDiff(change: TextChange, options: { color: boolean }): string {
  const colors = pc.createColors(options.color);
  const { from, to } = change;
  const path = visible(change.path);
  const header = [
    colors.bold(`--- ${from === null ? '/dev/null' : path}`),
    colors.bold(`+++ ${to === null ? '/dev/null' : path}`),
  ];
  const summary = (text: string): string => [...header, colors.dim(`(${text})`)].join('\n');

  if (from?.includes('\0') || to?.includes('\0')) {
    return summary(`binary content, ${describeSize(from)} → ${describeSize(to)}`);
  }
  if ((from ?? '') === (to ?? '')) {
    return summary(from === to ? 'only values that are not shown differ' : 'an empty file');
  }
  const ends = lineEndsChange(from ?? '', to ?? '');
  if (ends) return summary(`the line ends change: ${ends}, ${count(lineCount(from), 'line')}`);
  const patch = structuredPatch(path, path, from ?? '', to ?? '', '', '', {
    context: 3,
    maxEditLength: MAX_CHANGED_LINES,
  });
  if (!patch) {
    const size = `${count(lineCount(from), 'line')} → ${count(lineCount(to), 'line')}`;
    return summary(`more than ${MAX_CHANGED_LINES} changed lines, not shown: ${size}`);
  }

  const rows = [...header];
  for (const hunk of patch.hunks) {
    rows.push(
      colors.cyan(`@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`),
    );
    for (const line of hunk.lines) rows.push(paintLine(visibleLines(line), colors));
  }
  return rows.join('\n');
}

function paintLine(line: string, colors: ReturnType<typeof pc.createColors>): string {
  if (line.startsWith('+')) return colors.green(line);
  if (line.startsWith('-')) return colors.red(line);
  return line;
}

/** A range without lines names the line before it, as diff(1) does. */
function range(start: number, lines: number): string {
  const first = lines === 0 ? start - 1 : start;
  return lines === 1 ? String(first) : `${first},${lines}`;
}

function describeSize(text: string | null): string {
  return text === null ? 'no file' : count(Buffer.byteLength(text), 'byte');
}

function lineCount(text: string | null): number {
  return text ? text.replace(/\n$/, '').split('\n').length : 0;
}
