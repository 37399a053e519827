import { grouped } from '../ha/own/reading';
import type { Survey } from '../host/survey';
import type { Host, Inventory } from '../inventory/inventory';
import { inInventory } from '../lint/lint';
import { isReadWith, readStartedWith, startedWithScript } from '../pair/started-with';
import type { Finding } from '../plan/plan';
import { ofReading } from './own-configuration';

const id = 'haproxy-started-with';

/** What a host is asked that has HAProxy files of the user's own. */
export const startedWithQuestion = ({ own }: Inventory, { name }: Host) =>
  own.haproxy?.files.get(name)?.length ? [{ id, script: startedWithScript, mayFail: true as const }] : [];

/** Configuration that is pushed and that nobody reads: HAProxy on its hosts is started with other files. */
export function unreadFiles(inventory: Inventory, { hosts }: Survey, file: string): Finding[] {
  const unread = hosts.flatMap(({ name, answers }) => {
    const startedWith = readStartedWith(answers.find(id) ?? '');
    if (startedWith.length === 0) return [];
    const files = inventory.own.haproxy?.files.get(name) ?? [];
    return files
      .filter(({ role, path }) => role !== 'named' && !isReadWith(path, startedWith))
      .map(({ path, at }) => ({ name, path, at, startedWith: startedWith.join(' ') }));
  });
  return grouped(unread, ({ path, startedWith }) => `${path} ${startedWith}`).flatMap(
    ([first, ...more]): Finding[] => {
      if (!first) return [];
      const names = [first, ...more].map(({ name }) => name);
      const folder = first.path.slice(0, first.path.lastIndexOf('/'));
      return [
        {
          rule: ofReading,
          severity: 'warning',
          where: inInventory(first.at, inventory, file),
          message: `HAProxy on ${names.join(' and ')} does not read ${first.path}: its unit starts it with ${first.startedWith}`,
          why: 'the file is pushed, and has no effect',
          fix: `start HAProxy with "-f ${folder}" too, by a drop-in for its unit or OPTIONS in /etc/sysconfig/haproxy, or name one of those files in haproxy.config`,
        },
      ];
    },
  );
}
