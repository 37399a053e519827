/** How resources show themselves where no host is asked. */

/** A whole file that a host would have. */
export interface ShownFile {
  path: string;
  owner: string;
  group: string;
  mode: string;
  /** Nothing of it is masked. */
  content: Buffer;
  /** All of it, not only the secrets of the inventory that may stand in it. */
  isSecret: boolean;
}

/** In one line, such as `service httpd: enabled, running`. */
export interface ShownLine {
  says: string;
  /** Where the resource's own target is not what it is about. */
  target?: string;
  /** The target is a file of which only some lines are made so. */
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

export const isFile = (one: Rendered): one is RenderedFile => 'content' in one;
