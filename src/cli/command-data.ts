import type { Command, Help } from 'commander';
import type { CommandData, Term } from '../reference/command-data';

/** All that the help of a command and of those below it says, as data. */
export function commandData(command: Command, above = ''): CommandData {
  const help = command.createHelp();
  const name = `${above}${command.name()}`;
  const grouped = help.groupItems(
    [...command.options],
    help.visibleOptions(command),
    (option) => option.helpGroupHeading ?? 'Options:',
  );
  return {
    name,
    about: command.description(),
    usage: command.usage(),
    arguments: help.visibleArguments(command).map((argument) => ({
      term: help.argumentTerm(argument),
      about: help.argumentDescription(argument),
    })),
    options: [...grouped].map(([heading, options]) => ({
      title: heading.replace(/:$/, ''),
      terms: options.map(
        (option): Term => ({ term: help.optionTerm(option), about: help.optionDescription(option) }),
      ),
    })),
    after: after(command),
    commands: commandsBelow(command, help).map((one) => commandData(one, `${name} `)),
  };
}

/** Without `help`, which commander adds by itself. */
const commandsBelow = (command: Command, help: Help) =>
  help.visibleCommands(command).filter((one) => command.commands.includes(one));

/** The texts of addHelpText, which commander tells its listeners only. */
function after(command: Command): string {
  const said: string[] = [];
  // It is one of Node's emitters, which its types leave out.
  (command as unknown as NodeJS.EventEmitter).emit('afterHelp', {
    error: false,
    command,
    write: (text: string) => said.push(text),
  });
  return said.join('').trim();
}
