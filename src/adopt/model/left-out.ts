import { readConfiguration } from '../../ha/haproxy/section';
import { readConfiguration as readKeepalived } from '../../ha/keepalived/configuration';
import { parse } from '../../ha/keepalived/parse';
import { tokensOf } from '../../ha/keepalived/syntax';
import type { HostKnowledge } from '../../playbook/context';
import type { Resource } from '../../playbook/expand';
import { isFile, type RenderedFile } from '../../resources/rendered';
import { textOfBytes } from '../../resources/text-of';
import type { AdoptedHost } from '../adopted';
import { concealed } from '../secret';
import { elsewhere } from './keepalived';
import { haproxyOf, type Kept, keepalivedMain, keepalivedOf } from './model';

/**
 * What a host has and the model gives it no more, or in another way, without any of it being a part of what HAProxy and
 * keepalived do for clients: comments, words that haprov writes by itself or elsewhere, owners and modes, packages.
 * @param wanted all that the host is to have
 */
export function leftOut(
  host: AdoptedHost,
  programs: Kept['programs'],
  { wanted, as }: { wanted: readonly Resource[]; as: HostKnowledge },
): string[] {
  const files = wanted.flatMap((one) => one.shows(as)).filter(isFile);
  const text = files.map(({ content }) => textOfBytes(content)).join('\n');
  const words = [
    ...(programs.has('haproxy') ? [] : ofGlobal(host)),
    ...(programs.has('keepalived') ? [] : ofGlobalDefs(host)),
    ...commentsOf(host, programs),
  ];
  const isWritten = (said: string) =>
    text.split('\n').some((line) => line.includes(said) && (/^[#!]/.test(said) || line.trim() === said));
  return [
    ...words
      .filter(({ said }) => !isWritten(said))
      .map(({ at, said }) => `\`${at}\`: \`${concealed(said).replaceAll('`', "'")}\``),
    ...(programs.has('keepalived') ? [] : statesOf(host, files)),
    ...ownersOf(host, files),
    ...removedFrom(host, wanted),
    ...packagesFor(host, wanted),
  ];
}

interface Said {
  /** FILE:LINE */
  at: string;
  said: string;
}

const ofGlobal = (host: AdoptedHost): Said[] =>
  haproxyOf(host)
    .sections.filter(({ kind }) => kind === 'global')
    .flatMap(({ directives }) => directives)
    .filter(({ words }) => words[0] === 'daemon')
    .map(({ file, line, words }) => ({ at: `${file ?? ''}:${line}`, said: words.join(' ') }));

const ofGlobalDefs = (host: AdoptedHost): Said[] =>
  keepalivedOf(host)
    .globals.settings.filter(({ keyword }) => elsewhere.test(keyword))
    .map(({ keyword, words, at }) => ({
      at: `${at.file ?? host.found.keepalived.main}:${at.line}`,
      said: [keyword, ...words].join(' '),
    }));

/** As what an instance begins, which counts until the first adverts. */
function statesOf(host: AdoptedHost, files: readonly RenderedFile[]): string[] {
  const main = files.find(({ path }) => path === keepalivedMain);
  const { instances } = readKeepalived({
    files: new Map([[keepalivedMain, main ? textOfBytes(main.content) : '']]),
    main: keepalivedMain,
    version: host.versions.keepalived,
  });
  return keepalivedOf(host).instances.flatMap(({ name, state, at }) => {
    const then = instances.find((one) => one.name === name)?.state;
    return then === undefined || then === state
      ? []
      : [`\`${at.file ?? host.found.keepalived.main}:${at.line}\`: state ${state} becomes ${then}`];
  });
}

/** Comments that say anything; a row of dashes does not. */
function commentsOf({ found, named, versions }: AdoptedHost, programs: Kept['programs']): Said[] {
  return named.found
    .filter(({ of, what }) => what === 'configuration' && !programs.has(of))
    .flatMap(({ path, of }) => {
      const text = textOfBytes(found.files.get(path)?.content ?? Buffer.alloc(0));
      const comments = of === 'haproxy' ? inHaproxy(text, versions.haproxy) : inKeepalived(text);
      return comments.map(({ line, said }) => ({ at: `${path}:${line}`, said }));
    })
    .filter(({ said }) => /[\p{L}\p{N}]/u.test(said));
}

const inHaproxy = (text: string, version: string) =>
  readConfiguration([{ text }], { version }).files.flatMap(({ syntax }) =>
    syntax.lines.flatMap(({ tokens }, index) =>
      tokens
        .filter(({ kind }) => kind === 'comment')
        .map(({ raw }) => ({ line: index + 1, said: raw.trimEnd() })),
    ),
  );

/** All that stands between its words. */
function inKeepalived(text: string): { line: number; said: string }[] {
  const { nodes, tail } = parse(text);
  const found: { line: number; said: string }[] = [];
  let line = 1;
  for (const { lead, raw } of [...tokensOf(nodes), { lead: tail, raw: '' }]) {
    for (const [index, row] of lead.split('\n').entries()) {
      const [said] = /[#!].*/.exec(row) ?? [];
      if (said !== undefined) found.push({ line: line + index, said: said.trimEnd() });
    }
    line += `${lead}${raw}`.split('\n').length - 1;
  }
  return found;
}

/** Of files from elsewhere than a host, nobody knows whose they are. */
function ownersOf({ found }: AdoptedHost, files: readonly RenderedFile[]): string[] {
  if (!found.onDisk) return [];
  return files.flatMap((one) => {
    const now = found.files.get(one.path);
    return now && owned(now) !== owned(one) ? [`\`${one.path}\`: ${owned(now)} becomes ${owned(one)}`] : [];
  });
}

const owned = ({ owner, group, mode }: Pick<RenderedFile, 'owner' | 'group' | 'mode'>) =>
  `${owner}:${group} ${mode}`;

/** Files of a configuration that haprov writes into one, and takes away. */
const removedFrom = ({ found, named }: AdoptedHost, wanted: readonly Resource[]): string[] =>
  named.found.flatMap(({ path, what }) => {
    const file = found.files.get(path);
    const isGone = wanted.some(({ about, content }) => about.path === path && !content);
    return file && isGone
      ? [`\`${path}\` (${owned(file)}, ${what}) is taken away: haprov says it in one file`]
      : [];
  });

const packagesFor = ({ found }: AdoptedHost, wanted: readonly Resource[]): string[] =>
  [...found.packages]
    .filter(
      ([name, version]) => version === '-' && wanted.some(({ about }) => about.packages?.includes(name)),
    )
    .map(([name]) => `the package ${name} is installed`);
