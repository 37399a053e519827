import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { adopt } from '../../../src/adopt/adopted';
import type { FoundFile } from '../../../src/adopt/found-host';
import { fromFiles } from '../../../src/adopt/from-files';
import { modelled } from '../../../src/adopt/model/compare';
import { readOnDisk } from '../../../src/adopt/on-disk';
import type { Sources } from '../../../src/adopt/sources';
import { keywordsOf } from '../../../src/ha/haproxy/keywords';
import { keywordsIn } from '../../../src/ha/keepalived/keywords';

/**
 * What cannot be said is listed or refused, never lost: two pairs that differ in anything, be it a line, a comment, an owner or
 * a byte of a file that is named, are told apart by what `--model` writes and lists of them.
 */

/** All that a user gets of the model, as one text. */
function told({ found, base }: Sources): string {
  const { files, ...model } = modelled(adopt(found), base, { env: {} });
  return JSON.stringify({
    ...model,
    kept: [...model.kept.programs],
    leftOut: [...model.leftOut],
    files: [...files].map(([place, { content }]) => [place, content.toString('latin1')]),
  });
}

type Change = (file: FoundFile, host: string) => FoundFile;

/** The same hosts with other files. */
const changed = ({ found, base }: Sources, change: Change): Sources => ({
  base,
  found: found.map(({ host, versions }) => ({
    host: {
      ...host,
      files: new Map([...host.files].map(([path, file]) => [path, change(file, host.name)])),
    },
    versions,
  })),
});

const withText =
  (path: string, edit: (lines: string[]) => string[], only?: string): Change =>
  (file, host) =>
    file.path !== path || (only !== undefined && host !== only)
      ? file
      : { ...file, content: Buffer.from(edit(file.content.toString().split('\n')).join('\n')) };

const sourcesOf = (folder: string): Sources =>
  fromFiles(
    ['fred', 'ethyl'].map((host) => join(folder, host)),
    () => {},
  );

const pairs = readdirSync('test/adopted').filter((name) =>
  statSync(join('test/adopted', name)).isDirectory(),
);

/** What a comment of signs only says, what keepalived does by itself, and what haprov writes in the same words. */
const anyway =
  /^(?:\W*|(?:@\w+ )?(?:advert_int 1|priority 100|state BACKUP|auth_type PASS|enable_script_security|router_id (?:fred|ethyl)))$/;

/** One of a kind is enough in all pairs: `option httplog`, a server. */
const kindOf = (line: string): string =>
  (/^(?:\s*[#!].*|\s*(?:option|timeout|stats|log|http-\w+|tcp-\w+) \S+|\s*\S+)/.exec(line)?.[0] ?? '').trim();

interface Line {
  pair: string;
  path: string;
  /** Whose file it is, where not all have the same. */
  only?: string;
  index: number;
  text: string;
}

const linesOf = (pair: string): Line[] =>
  adopt(sourcesOf(join('test/adopted', pair)).found).files.flatMap(({ path, on, isSame }) => {
    const [[host, { content }] = ['', { content: Buffer.alloc(0) }]] = on;
    return content
      .toString()
      .split('\n')
      .map((text, index) => ({ pair, path, index, text: text.trim(), ...(isSame ? {} : { only: host }) }));
  });

const kinds = new Map(
  pairs
    .flatMap(linesOf)
    .filter(({ text }) => !anyway.test(text.replace(/\s+/g, ' ')))
    .map((line) => [`${line.path} ${kindOf(line.text)}`, line]),
);

test.each(pairs)('each line of %s is carried or listed', (pair) => {
  const sources = sourcesOf(join('test/adopted', pair));
  const whole = told(sources);
  const lost = [...kinds.values()]
    .filter((line) => line.pair === pair)
    .filter(({ path, index, only }) => {
      const blanked = withText(path, (all) => all.with(index, ''), only);
      return told(changed(sources, blanked)) === whole;
    });
  expect(lost).toEqual([]);
});

test.each(pairs)(
  'whose a file of %s is, who may read it, and what one host has of it, is carried or listed',
  (pair) => {
    const sources = asked(sourcesOf(join('test/adopted', pair)));
    const whole = told(sources);
    const changes: Record<string, (file: FoundFile) => FoundFile> = {
      owner: (file) => ({ ...file, owner: 'ops', uid: 1000 }),
      group: (file) => ({ ...file, group: 'ops', gid: 1000 }),
      mode: (file) => ({ ...file, mode: '0611' }),
      bytes: (file) => ({ ...file, content: Buffer.concat([file.content, Buffer.from('\n# and more\n')]) }),
    };
    const lost: string[] = [];
    for (const { path, on } of adopt(sources.found).files)
      for (const host of [...on.keys()].slice(-1))
        for (const [what, change] of Object.entries(changes)) {
          const other = changed(sources, (file, name) =>
            file.path === path && name === host ? change(file) : file,
          );
          if (told(other) === whole) lost.push(`${what} of ${path} on ${host}`);
        }
    expect(lost).toEqual([]);
  },
);

/** Hosts that were asked, so that owners are no guesses. */
const asked = ({ found, base }: Sources): Sources => ({
  base,
  found: found.map(({ host, versions }) => ({ host: { ...host, onDisk: readOnDisk([]) }, versions })),
});

test('a file that one host alone has, or that both have otherwise, is pushed to each as it was', () => {
  const { found, base } = asked(sourcesOf('test/adopted/hosting'));
  const path = '/etc/haproxy/maps/hosts.map';
  const other = changed({ found, base }, (file, host) =>
    file.path === path && host === 'ethyl' ? { ...file, content: Buffer.from('a b\n'), mode: '0600' } : file,
  );
  const { files, inventory } = modelled(adopt(other.found), base, { env: {} });
  expect(inventory).toMatchObject({ groups: { 'only-fred': ['fred'], 'only-ethyl': ['ethyl'] } });
  expect(JSON.parse(String(files.get('files.json')?.content))).toMatchObject({
    tasks: expect.arrayContaining([
      expect.objectContaining({
        group: 'only-ethyl',
        resources: [expect.objectContaining({ path, source: `ethyl${path}`, mode: '0600' })],
      }),
    ]),
  });
  expect(files.get(`ethyl${path}`)?.content.toString()).toBe('a b\n');
});

/** Each keyword with a value of its own, which stands in no other text. */
const marked = (words: Iterable<string>, used: (marker: string) => string): Map<string, string> =>
  new Map([...words].map((word, index) => [word, used(`${word} ${71_000 + index}`)]));

test.each(['global', 'defaults', 'listen', 'backend'])(
  'each word that HAProxy knows in %s is carried or listed',
  (kind) => {
    // For one of 51degrees, which no line of the inventory can begin with, HAProxy keeps its own files.
    const words = [...(keywordsOf(kind)?.keys() ?? [])].filter((word) => !word.startsWith('51'));
    const rows = marked(words, (row) => ` ${row}`);
    const name = kind === 'global' || kind === 'defaults' ? kind : `${kind} own`;
    const text = `${name}\n${[...rows.values()].join('\n')}\n`;
    const sources = sourcesOf('test/adopted/shop');
    const model = told(
      changed(sources, (file) =>
        file.path === '/etc/haproxy/haproxy.cfg'
          ? { ...file, content: Buffer.concat([Buffer.from(text), file.content]) }
          : file,
      ),
    );
    // A program that keeps its own files proves nothing.
    expect(model).not.toContain('["haproxy",');
    expect(
      [...rows].filter(([, row]) => !model.includes(row.split(' ').at(-1) ?? '')).map(([word]) => word),
    ).toEqual([]);
  },
);

test.each(['global_defs', 'vrrp_instance', 'vrrp_script', 'vrrp_sync_group'])(
  'each word that keepalived knows in %s is carried or listed',
  (kind) => {
    const sources = sourcesOf('test/adopted/own-httpd');
    for (const [word, row] of marked(keywordsIn([kind])?.keys() ?? [], (one) => one)) {
      const text = kind === 'global_defs' ? `global_defs {\n ${row}\n}` : `${kind} own {\n ${row}\n}`;
      const model = told(
        changed(sources, (file) =>
          file.path === '/etc/keepalived/keepalived.conf'
            ? { ...file, content: Buffer.concat([file.content, Buffer.from(`\n${text}\n`)]) }
            : file,
        ),
      );
      expect([word, model.includes(row.split(' ')[1] ?? '')]).toEqual([word, true]);
    }
  },
);
