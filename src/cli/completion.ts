import type { Argument, Command, Option } from 'commander';
import type { NameKind } from '../reference/names';
import { collect } from './values';
import { isInventory } from './words';

/** What the word that is being typed may become. */
export interface Completion {
  /** Whole words, each with what it means. */
  words: Candidate[];
  /** Names that only the inventory, or haprov's documents, know; several behind commas where `isList`. */
  names?: NameKind | 'scenarios';
  isList?: boolean;
  /** Paths that the shell itself completes. */
  paths?: 'files' | 'folders' | 'inventories';
  /** What is typed of it, and what stands before that in the same word, such as `--limit=`. */
  typed: string;
  before: string;
  /** The words so far that are no option: one of them may be the inventory. */
  said: string[];
}

export type Candidate = readonly [word: string, about: string];

/** By the option or the argument, as the command line names it. */
const ofOptions: Record<string, Completion['names']> = {
  '--limit <names>': 'groups',
  '--only <names>': 'only',
  '--host <name>': 'hosts',
  '--to <run>': 'runs',
  '--allow <rule>': 'rules',
  '--scenario <names>': 'scenarios',
};
const ofArguments: Record<string, NameKind> = {
  host: 'hosts',
  hosts: 'groups',
  run: 'runs',
  word: 'explained',
};
const ofNames: Record<string, NameKind> = { eject: 'shipped', set: 'secrets', get: 'secrets' };
const paths: Record<string, Completion['paths']> = {
  '<file>': 'files',
  '<path>': 'files',
  '<hosts>': 'files',
  '<folder>': 'folders',
};

/**
 * What the last of `words` may become.
 * @param words those behind `haprov`, the one that is being typed last, though it be empty; bash has a word of its own for "="
 */
export function completionOf(program: Command, words: readonly string[]): Completion {
  let command = program;
  let pending: Option | undefined;
  let isOptionPast = false;
  const said: string[] = [];
  const given = new Set<Option>();
  for (const word of words.slice(0, -1)) {
    if (word === '=') continue;
    if (pending) {
      pending = undefined;
      continue;
    }
    if (word === '--') isOptionPast = true;
    else if (word.startsWith('-') && !isOptionPast) {
      const [name = '', value] = word.split('=');
      const option = optionOf(command, name);
      if (option) given.add(option);
      if (value === undefined && option?.required) pending = option;
    } else {
      const next = said.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (next) command = next;
      else said.push(word);
    }
  }
  const last = words.at(-1) ?? '';
  const typed = last === '=' ? '' : last;
  const nothing = { words: [], typed, before: '', said };
  if (pending) return { ...nothing, ...valuesOf(pending) };
  if (typed.startsWith('-') && !isOptionPast) {
    const [, name = '', value] = /^(--[a-z-]+)=(.*)$/s.exec(typed) ?? [];
    const option = optionOf(command, name);
    if (value !== undefined)
      return option ? { ...nothing, ...valuesOf(option), typed: value, before: `${name}=` } : nothing;
    return { ...nothing, words: options(command, given) };
  }
  if (command.commands.length > 0 && said.length === 0)
    return { ...nothing, words: visible(command).map((one) => [one.name(), one.description()]) };
  return { ...nothing, ...valuesOfArgument(command, said) };
}

const optionOf = (command: Command, name: string) =>
  command.options.find(({ long, short }) => name === long || name === short);

/** Those that are not said yet, or may be said again. */
function options(command: Command, given: ReadonlySet<Option>): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !given.has(option) || option.parseArg === (collect as unknown))
    .map((option) => [option.long ?? option.short ?? '', option.description]);
}

const visible = (command: Command) => {
  const shown = command.createHelp().visibleCommands(command);
  return command.commands.filter((one) => shown.includes(one));
};

/** What an option of this name takes: `--limit <names>`. */
export function valuesOf(option: Option): Partial<Completion> {
  const [, placeholder = ''] = /(<.*>)$/.exec(option.flags) ?? [];
  const name = ofOptions[`${option.long} ${placeholder}`];
  if (name) return { names: name, isList: placeholder === '<names>' };
  const choices = option.argChoices ?? wordsOf(option.parseArg);
  return choices ? { words: choices.map((word) => [word, '']) } : { paths: paths[placeholder] };
}

/** What may stand behind the words of a command: its inventory may stand before or behind its other word. */
function valuesOfArgument(command: Command, said: readonly string[]): Partial<Completion> {
  const { registeredArguments: all } = command;
  const here = all[said.length] ?? all.find(({ variadic }) => variadic);
  if (here === undefined) return {};
  const other = all.find((one) => !isInventories(one));
  if (other === undefined) return { paths: 'inventories' };
  if (!all.some(isInventories)) return namesOf(command, here);
  return { ...(said.every(isInventory) ? namesOf(command, other) : {}), paths: 'inventories' };
}

const isInventories = (argument: Argument) => ['inventory', 'inventories'].includes(argument.name());

function namesOf(command: Command, argument: Argument): Partial<Completion> {
  const name = argument.name();
  // Those of adopt are in no inventory.
  const ofArgument = argument.variadic ? undefined : ofArguments[name];
  const names = ofArgument ?? (name === 'name' ? ofNames[command.name()] : undefined);
  if (names) return { names, isList: name === 'hosts' };
  const choices = argument.argChoices ?? wordsOf(argument.parseArg);
  if (choices) return { words: choices.map((word) => [word, '']) };
  return name === 'files' ? { paths: 'files' } : {};
}

/** The words that a parser takes, where it takes no other. */
const wordsOf = (parser: unknown): readonly string[] | undefined =>
  (parser as { words?: readonly string[] } | undefined)?.words;
