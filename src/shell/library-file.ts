/** A `.sh` file of this room, as its first comment and its functions' heads tell of it. */
export interface Library {
  text: string;
  /** Names of the files whose functions it calls. */
  needs: readonly string[];
  /** Names of its functions, with blanks between. */
  functions: string;
}

export type Word = string | number;
