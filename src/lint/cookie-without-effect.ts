import { type Directive, directives, type Section } from '../ha/haproxy/section';
import { serversOf } from '../ha/haproxy/server';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';

/** A cookie that keeps no client on its server. HAProxy has no diagnostic for it, in any version. */
export const cookieWithoutEffect: Rule = {
  name: 'cookie-without-effect',
  checkFiles: (hosts) =>
    hosts.flatMap((files) => files.haproxy.sections.flatMap((section) => inSection(section, files))),
};

function inSection(section: Section, files: HostFiles): Found[] {
  const cookie = cookieOf(section);
  const servers = serversOf(section);
  if (!cookie || servers.length === 0) return [];
  const at = placeIn(files, cookie);
  const name = cookie.words[1] ?? '';
  const isOne = servers.length === 1 && !servers[0]?.template;
  if (isOne)
    return [
      {
        severity: 'warning',
        at,
        message: `the cookie ${name} of ${section.name} chooses among one server`,
        why: 'a client has nowhere else to go: the cookie only shows which server answers',
        fix: 'remove the cookie, or add a server',
      },
    ];
  const without = servers.filter(({ options }) => !options.has('backup') && !options.has('cookie'));
  if (without.length === 0) return [];
  const names = without.map(({ name }) => name).join(', ');
  return [
    {
      severity: 'error',
      at,
      message: `the cookie ${name} of ${section.name} has no value for ${names}`,
      why: 'HAProxy says nothing, and clients are not kept on these servers: sessions are lost at random',
      fix: 'give each server line "cookie VALUE", with a value of its own',
    },
  ];
}

/** The cookie that makes clients stay, where HAProxy does not make the servers' values itself. */
function cookieOf(section: Section): Directive | undefined {
  if (!['listen', 'backend'].includes(section.kind)) return undefined;
  if (directives(section, 'mode').at(-1)?.words[1] === 'tcp') return undefined;
  const cookie = directives(section, 'cookie').at(-1);
  return cookie?.words.includes('dynamic') ? undefined : cookie;
}
