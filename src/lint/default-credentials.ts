import type { Statement } from '../ha/keepalived-config';
import type { Inventory } from '../inventory/inventory';
import { isWellKnown } from '../inventory/well-known';
import { type Found, type HostOutline, lineOf, literally, type Rule } from './subject';

/** Passwords that everybody tries first: of the statistics page, and of VRRP. */
export const defaultCredentials: Rule = {
  name: 'default-credentials',
  check: ({ inventory, hosts }) => [
    ...inInventory(inventory),
    ...hosts.flatMap((host) => [...inHaproxy(host, inventory), ...inKeepalived(host, inventory)]),
  ],
};

const said = {
  page: {
    message: 'the statistics page lets in whoever tries what is always tried first',
    why: 'the page shows every server, and whoever is let in may learn from it what to attack',
    fix: 'take credentials of your own, from { "env": … } or { "file": … }',
  },
  vrrp: {
    message: 'this is what is always tried first',
    why: 'examples are full of it: a pair that was set up by the same example takes these adverts for its own',
    fix: 'take another one of up to 8 characters, or leave auth out: it stops accidents, not attackers',
  },
};

function inInventory({ stats, vips }: Inventory): Found[] {
  const page = stats && isWellKnown(stats.password, stats.user) ? [['stats', 'password']] : [];
  const auths = vips.filter(({ auth }) => auth !== undefined && isWellKnown(auth));
  return [
    ...page.map((path): Found => ({ severity: 'warning', at: { path }, ...said.page })),
    ...auths.map(
      ({ name }): Found => ({ severity: 'warning', at: { path: ['vips', name, 'auth'] }, ...said.vrrp }),
    ),
  ];
}

/** What users' own templates and lines write. */
function inHaproxy({ host, haproxy }: HostOutline, { stats }: Inventory): Found[] {
  return haproxy.flatMap(({ file, sections }) =>
    sections.flatMap(({ directives }) =>
      directives.flatMap(({ line, words }): Found[] => {
        const [first, second, third = ''] = words;
        if (first !== 'stats' || second !== 'auth') return [];
        const at = third.indexOf(':');
        const [user, password] = [third.slice(0, at), third.slice(at + 1)];
        if (password === stats?.password || !isWellKnown(password, user)) return [];
        return [{ severity: 'warning', at: { host: host.name, file: file.path, line }, ...said.page }];
      }),
    ),
  );
}

function inKeepalived({ host, keepalived }: HostOutline, { vips }: Inventory): Found[] {
  const known = new Set(vips.map(({ auth }) => auth));
  return keepalived.flatMap(({ file, statements }) =>
    passwordsIn(statements)
      .filter((password) => !known.has(password) && isWellKnown(password))
      .map((password): Found => {
        const row = lineOf(file.text, new RegExp(`auth_pass\\s+"?${literally(password)}`));
        return { severity: 'warning', at: { host: host.name, file: file.path, ...row }, ...said.vrrp };
      }),
  );
}

function passwordsIn(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ keyword, args, children = [] }) => [
    ...(keyword === 'auth_pass' ? args.slice(0, 1) : []),
    ...passwordsIn(children),
  ]);
}
