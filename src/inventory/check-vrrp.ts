import { isIP, isIPv6 } from 'node:net';
import type { Path } from '../document/document';
import { oneOf } from '../document/suggest';
import { type Checkable, membersOf, type Report } from './checkable';

/** What each VIP says of how its hosts speak to each other, and its lines of keepalived.conf. */
export function checkVrrp(inventory: Checkable, report: Report): void {
  for (const name of Object.keys(inventory.vips ?? {})) {
    checkUnicast(inventory, name, report);
    checkChecks(inventory, name, report);
    checkBraces(inventory.vips?.[name]?.extra, ['vips', name, 'extra'], report);
  }
}

/** What has a VIP of its own, or reads more from elsewhere, which nobody here would know of. */
const strays = /^\s*(vrrp_instance|global_defs|include[rmwba]?)\b/m;

/** What keepalived's own sections must leave to the inventory, which everything else looks at. */
export function checkSections({ keepalived }: Checkable, report: Report): void {
  const { config, sections = [] } = keepalived ?? {};
  if (config && sections.length > 0)
    report(['keepalived', 'sections'], 'stands beside keepalived.config', 'the same in those files');
  for (const [index, text = ''] of sections.entries()) {
    const block = strays.exec(text)?.[1];
    const expected =
      block === 'vrrp_instance'
        ? 'a VIP under "vips", with what it cannot say in its "extra"'
        : 'other blocks, or a template of your own (haprov eject)';
    if (block) report(['keepalived', 'sections', index], `has a ${block}`, expected);
  }
}

/** Unicast needs an address of each host, of the VIP's own family. */
function checkUnicast(inventory: Checkable, name: string, report: Report): void {
  const { unicast, address, group } = inventory.vips?.[name] ?? {};
  if (!unicast) return;
  const members = membersOf(inventory, group);
  const given = typeof unicast === 'object' ? unicast : {};
  for (const host of Object.keys(given)) {
    const path: Path = ['vips', name, 'unicast', host];
    if (members && !members.includes(host))
      report(path, `"${host}" is not in group ${group}`, oneOf(members), host);
  }
  const family = address === undefined ? undefined : isIPv6(address.split('/')[0] ?? '') ? 6 : 4;
  for (const host of members ?? []) {
    const own = Object.hasOwn(given, host) ? given[host] : inventory.hosts?.[host]?.address;
    if (own === undefined || family === undefined || isIP(own) === family) continue;
    const path: Path = Object.hasOwn(given, host)
      ? ['vips', name, 'unicast', host]
      : ['vips', name, 'unicast'];
    report(
      path,
      `${host} would send from "${own}", which is no IPv${family} address, as the VIP is`,
      `{ "${host}": an IPv${family} address of it, … }`,
    );
  }
}

/** Somebody runs the command, and routes are of one family. */
function checkChecks(inventory: Checkable, name: string, report: Report): void {
  const { check = {}, virtualRoutes = [] } = inventory.vips?.[name] ?? {};
  const at: Path = ['vips', name];
  if (check.user !== undefined && !Object.hasOwn(check, 'command'))
    report([...at, 'check', 'user'], 'is for a command, and there is none', 'a command, or no user');
  for (const [index, route] of virtualRoutes.entries()) {
    const { to, via, source } = route ?? {};
    const families = new Set(
      [to, via, source].flatMap((one) =>
        one === undefined || one === 'default' ? [] : isIP(one.split('/')[0] ?? ''),
      ),
    );
    if (families.size > 1)
      report([...at, 'virtualRoutes', index], 'has addresses of both families', 'addresses of one family');
  }
}

/** A brace too many would end the vrrp_instance. */
function checkBraces(lines: readonly (string | undefined)[] | undefined, at: Path, report: Report): void {
  let depth = 0;
  for (const [index, line = ''] of (lines ?? []).entries()) {
    for (const brace of line.replace(/[!#].*$/, '').replace(/[^{}]/g, '')) depth += brace === '{' ? 1 : -1;
    if (depth < 0) {
      report([...at, index], 'closes a block that it did not open', 'a "{" before it');
      return;
    }
  }
  if (depth > 0) report(at, 'opens a block and does not close it', 'a line with "}"');
}
