/** A `.sh` file of this room, as its first comment and its functions' heads describe it. */
export interface Library {
  text: string;
  /** Names of the files whose functions it calls. */
  needs: readonly string[];
  /** Names of its functions, separated by spaces. */
  functions: string;
}

/** A word (argument) of a shell function. */
export type Word = string | number;
