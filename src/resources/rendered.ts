/** How `haprov render` shows resources without asking a host. */

/** A whole file that a host would have. */
interface ShownFile {
  path: string;
  owner: string;
  group: string;
  mode: string;
  /** With its secrets: nothing is masked. */
  content: Buffer;
  /** Whether the whole content is secret. */
  isSecret: boolean;
}

/** A resource in one line, such as `service httpd: enabled, running`. */
interface ShownLine {
  says: string;
  /** What it is about, where that is not the resource's own target. */
  target?: string;
  /** The target is a file of which it edits some lines only. */
  edits?: true;
}

export type Shown = ShownFile | ShownLine;

/** What a host would have by one of its resources. */
export type Rendered = RenderedFile | RenderedLine;

export interface RenderedFile extends ShownFile {
  task: string;
  /** The template or file that it is made from. */
  origin?: string;
}

export interface RenderedLine extends ShownLine {
  task: string;
  type: string;
  target: string;
}

export const isFile = <T extends Rendered>(one: T): one is Extract<T, { content: Buffer }> =>
  'content' in one;
