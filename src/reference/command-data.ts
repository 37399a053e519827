/** What a document says of one command: made of the command line itself (`cli/command-data`). */
export interface CommandData {
  /** As it is typed: `haprov plan`. */
  name: string;
  about: string;
  /** What may follow its name: `[options] <inventory>`. */
  usage: string;
  arguments: Term[];
  options: { title: string; terms: Term[] }[];
  /** What its help says after the options. */
  after: string;
  commands: CommandData[];
}

export interface Term {
  term: string;
  about: string;
}

/** A command and all below it, in the order of the help. */
export function withAllBelow(command: CommandData): CommandData[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}
