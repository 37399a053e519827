import { usersOf } from '../ha/haproxy/userlist';
import { entries } from '../ha/keepalived/settings';
import type { Inventory } from '../inventory/inventory';
import { isWellKnown } from '../inventory/well-known';
import { type HostFiles, placeIn, placeOfValue, placeOfWord } from './host-files';
import { type Found, type Rule, saidVips } from './subject';

/** Passwords that everybody tries first: of the statistics page, of users in a list, and of VRRP. */
export const defaultCredentials: Rule = {
  name: 'default-credentials',
  checkFiles: (hosts) => hosts.flatMap((files) => [...inHaproxy(files), ...inKeepalived(files)]),
  check: ({ inventory, hosts }) => [
    ...inInventory(inventory),
    ...hosts.flatMap((files) => [
      ...inHaproxy(files, inventory.stats?.password),
      ...inKeepalived(files, new Set(inventory.vips.map(({ auth }) => auth))),
    ]),
  ],
};

const said = {
  page: {
    message: 'the statistics page lets in anybody who tries the passwords that are always tried first',
    why: 'the page shows every server, and an intruder may learn from it what to attack',
    fix: 'take credentials of your own; in an inventory from { "env": … } or { "file": … }',
  },
  user: {
    message: 'this user is let in with what is always tried first',
    why: 'somebody who guesses tries these before any other',
    fix: 'take a password of your own, as a hash behind "password"',
  },
  vrrp: {
    message: 'this is what is always tried first',
    why: 'examples are full of it: a pair that was set up by the same example takes these adverts for its own',
    fix: 'take another one of up to 8 characters, or leave auth out: it stops accidents, not attackers',
  },
};

function inInventory(inventory: Inventory): Found[] {
  const { stats } = inventory;
  const page = stats && isWellKnown(stats.password, stats.user) ? [['stats', 'password']] : [];
  const auths = saidVips(inventory).filter(({ auth }) => auth !== undefined && isWellKnown(auth));
  return [
    ...page.map((path): Found => ({ severity: 'warning', at: { path }, ...said.page })),
    ...auths.map(
      ({ name }): Found => ({ severity: 'warning', at: { path: ['vips', name, 'auth'] }, ...said.vrrp }),
    ),
  ];
}

/** @param known what is spoken of elsewhere */
function inHaproxy(files: HostFiles, known?: string): Found[] {
  const { sections } = files.haproxy;
  const pages = sections
    .flatMap(({ directives }) => directives)
    .filter(({ words: [first, second, third = ''] }) => {
      if (first !== 'stats' || second !== 'auth') return false;
      const at = third.indexOf(':');
      const [user, password] = [third.slice(0, at), third.slice(at + 1)];
      return password !== known && isWellKnown(password, user);
    })
    .map((directive): Found => ({ severity: 'warning', at: placeOfWord(files, directive, 2), ...said.page }));
  const users = sections
    .filter(({ kind }) => kind === 'userlist')
    .flatMap(usersOf)
    .filter(({ name, password }) => password?.isPlain && isWellKnown(password.text, name))
    .map(({ directive }): Found => ({ severity: 'warning', at: placeIn(files, directive), ...said.user }));
  return [...pages, ...users];
}

function inKeepalived(files: HostFiles, known: ReadonlySet<string | undefined> = new Set()): Found[] {
  const instances = files.keepalived?.instances ?? [];
  return instances
    .flatMap(({ settings }) => entries(settings, 'authentication'))
    .filter(({ keyword, words: [password = ''] }) => {
      return keyword === 'auth_pass' && !known.has(password) && isWellKnown(password);
    })
    .map((setting): Found => ({ severity: 'warning', at: placeOfValue(files, setting), ...said.vrrp }));
}
