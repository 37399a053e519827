import { didYouMean } from '../document/suggest';
import { blocksOf, isKnown, keywordsIn } from '../ha/keepalived/keywords';
import type { Setting } from '../ha/keepalived/settings';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';
import { unknownToHaproxy } from './unknown-to-haproxy';
import { lacksBlock } from './unreadable';

/** A word that keepalived does not know where it stands (it says so in its log, and goes on), or HAProxy, which refuses it. */
export const unknownKeyword: Rule = {
  name: 'unknown-keyword',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => [
      ...files.haproxy.sections.flatMap((section) => unknownToHaproxy(section, files)),
      ...unknownIn(files.keepalived?.settings ?? [], [], files),
    ]),
};

/** What was meant by words that keepalived had once. */
const meant: Record<string, string> = { lvs_id: 'router_id' };

function unknownIn(settings: readonly Setting[], path: readonly string[], files: HostFiles): Found[] {
  const words = keywordsIn(path);
  if (!words) return [];
  const { keepalived: version } = files.versions;
  const torn = settings.findIndex(lacksBlock);
  // Nobody knows whose lines those are that follow.
  const whole = torn < 0 ? settings : settings.slice(0, torn);
  return whole.flatMap((setting): Found[] => {
    const { keyword, block } = setting;
    // What nobody could replace, and includes of files that nobody has.
    if (keyword.includes('$') || /^include[rmwba]?$/.test(keyword)) return [];
    if (isKnown(path, keyword, version)) return unknownIn(block ?? [], [...path, keyword], files);
    const { since, before } = words.get(keyword) ?? {};
    const where = path.length === 0 ? '' : ` in ${path.at(-1)}`;
    const who = since === undefined ? 'keepalived' : `keepalived ${version}`;
    return [
      {
        severity: block ? 'error' : 'warning',
        at: placeIn(files, setting.at),
        message: `${who} does not know ${keyword}${where}${words.has(keyword) ? '' : hintFor(keyword, [...words.keys()])}`,
        why: block
          ? 'it reads the lines of this block as if they stood around it, and its "}" ends what is around it'
          : 'it says so in its log only, and goes on without the line',
        fix: before === undefined ? fixFor(keyword, since) : 'take the line out',
        ...(before === undefined ? {} : { only: { program: 'keepalived', since: before } }),
      },
    ];
  });
}

function hintFor(keyword: string, known: readonly string[]): string {
  const old = Object.hasOwn(meant, keyword) ? meant[keyword] : undefined;
  return old === undefined ? didYouMean(keyword, known) : `; it is called ${old}`;
}

function fixFor(keyword: string, since: string | undefined): string {
  if (since !== undefined) return `it came with keepalived ${since}: take the line out, or take that version`;
  const old = Object.hasOwn(meant, keyword) ? meant[keyword] : undefined;
  if (old !== undefined) return `write ${old}`;
  const [home] = blocksOf(keyword);
  return home === undefined
    ? 'correct the word, or take the line out'
    : `correct the word, or move the line: ${keyword} belongs ${home === '' ? 'outside of all blocks' : `into ${home}`}`;
}
