import { type Command, Help } from 'commander';
import { folded } from '../report/wrap-output';
import { foreignHint } from './other-tools';

/** Runs `program.parseAsync`. An error names its command's `--help`; `haprov help WORD` for an unknown WORD is an error. */
export async function parseWithHelp(program: Command): Promise<void> {
  for (const one of program.commands) one.showHelpAfterError(`(haprov ${one.name()} --help says more)`);
  const [, , word, name] = process.argv;
  if (word === 'help' && name !== undefined && !program.commands.some((one) => one.name() === name))
    program.error(`error: unknown command '${name}'`);
  await program.parseAsync();
}

/** Wraps help and errors to the terminal's width between words, and adds a hint to errors about other tools' words. */
export function withReadableHelp(program: Command): Command {
  return program
    .configureHelp({
      // Where the terms leave too little width, a description stands below its term.
      formatItem(term, width, description, helper) {
        const room = (this.helpWidth ?? 80) - width - 4;
        return room >= (this.minWidthToWrap ?? 0) || description === ''
          ? Help.prototype.formatItem.call(this, term, width, description, helper)
          : `  ${term}\n      ${description}`;
      },
    })
    .configureOutput({
      writeOut: (text) => folded(process.stdout).write(text),
      writeErr: (text) => folded(process.stderr).write(text),
      outputError: (text, write) => {
        const hint = foreignHint(text);
        write(hint ? `${text.replace(/\n\(Did you mean .*\)/, '')}${hint}\n` : text);
      },
    });
}
