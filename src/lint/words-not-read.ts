import { isIP } from 'node:net';
import { keywordsIn } from '../ha/keepalived/keywords';
import type { Setting } from '../ha/keepalived/settings';
import { type HostFiles, placeOfValue } from './host-files';
import type { Found, Rule } from './subject';

/** Words that keepalived leaves unread, since they stand behind a statement on its line; mostly without a word in its log. */
export const wordsNotRead: Rule = {
  name: 'words-not-read',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => (files.keepalived?.settings ?? []).flatMap((one) => judge(one, [], files))),
};

function judge(setting: Setting, path: readonly string[], files: HostFiles): Found[] {
  const { keyword, block = [], at } = setting;
  const inner = block.flatMap((one) => judge(one, [...path, keyword], files));
  const { index, named = [] } = unreadIn(setting, path);
  if (index < 0) return inner;
  const quotes = isCommand.test(keyword) ? ', and a command with its arguments in double quotes' : '';
  return [
    {
      severity: 'error',
      at: placeOfValue(files, setting, index),
      message: `words behind ${keyword} on line ${at.line} are not read by keepalived${named.length > 0 ? `: ${named.join(', ')}` : ''}`,
      why: 'keepalived reads one statement a line, and goes on without what stands behind it, mostly without a word in its log',
      fix: `write one statement a line${quotes}`,
    },
    ...inner,
  ];
}

const isCommand = /^(?:script|misc_path)$/;

interface Unread {
  /** Of the first word that is not read; -1 where all are. */
  index: number;
  /** Those that may be shown: the others can be passwords. */
  named?: string[];
}

function unreadIn({ keyword, words }: Setting, path: readonly string[]): Unread {
  const block = path.at(-1) ?? '';
  if (/^track_(?:script|interface|process|file)$/.test(block) && path.length > 1)
    return { index: words.findIndex((one, index) => index === 0 && one !== 'weight'), named: words };
  if (/^(?:virtual_ipaddress(?:_excluded)?|unicast_peer)$/.test(block)) {
    const isMore = (one: string, index: number) =>
      isIP(one.replace(/\/\d+$/, '')) !== 0 && !/^(?:peer|brd|broadcast)$/.test(words[index - 1] ?? '');
    return { index: words.findIndex(isMore), named: words.filter(isMore) };
  }
  // What stands outside of all blocks has a name, and a process has arguments: these may be any word.
  const known = path.length > 0 && keyword !== 'process' ? keywordsIn(path) : undefined;
  if (!known?.has(keyword)) return { index: -1 };
  const named = words.filter((one) => known.has(one));
  if (isCommand.test(keyword)) return { index: words.length > 1 ? 1 : -1, named };
  return { index: words.findIndex((one) => known.has(one)), named };
}
