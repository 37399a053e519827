import { type Command, Help } from 'commander';
import { folded } from '../report/fold';
import { foreignHint } from './foreign';

/** As `program.parseAsync`: a complaint names the help of its own command, and `help` of no command is one. */
export async function parseWithHelp(program: Command): Promise<void> {
  for (const one of program.commands) one.showHelpAfterError(`(haprov ${one.name()} --help says more)`);
  const [, , word, name] = process.argv;
  if (word === 'help' && name !== undefined && !program.commands.some((one) => one.name() === name))
    program.error(`error: unknown command '${name}'`);
  await program.parseAsync();
}

/** Help and complaints as wide as the terminal is, in whole words, with a hint for who knows another tool. */
export function withReadableHelp(program: Command): Command {
  return program
    .configureHelp({
      // Where there is too little room beside the terms, what they mean stands below them.
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
