import { namedFilesOf } from '../ha/haproxy/named-file';
import { readConfiguration } from '../ha/haproxy/section';
import { grouped, type OwnTexts } from '../ha/own/reading';
import type { Survey } from '../host/survey';
import type { Inventory } from '../inventory/inventory';
import { missingScript, readMissing } from '../pair/missing';
import type { Finding } from '../plan/plan';
import type { Resource } from '../playbook/expand';
import { ofReading, placeOf } from './own-configuration';

const id = 'haproxy-named-files';

/** What HAProxy reads when it starts, and does not start without. */
const needed =
  /^(?:crt|default-crt|crt-list|ca-file|crl-file|errorfile|file|lf-file|map|acl|lua-load|lua-load-per-thread|ssl-dh-param-file)$/;

/** The files that HAProxy's configuration names, and that do not come with it or by another task. */
function namedBeside({ haproxy = [] }: OwnTexts, resources: readonly Resource[]) {
  const { sections } = readConfiguration(haproxy);
  const made = resources.flatMap(({ about: { path, makes = [] } }) => [...(path ? [path] : []), ...makes]);
  return namedFilesOf(sections).filter(
    ({ what, path }) =>
      needed.test(what) &&
      path.startsWith('/') &&
      !path.includes('$') &&
      !made.some((one) => one === path || one.startsWith(`${path}/`)),
  );
}

/** Asks a host which of them are not there. */
export function missingQuestion(texts: OwnTexts | undefined, resources: readonly Resource[]) {
  const paths = texts ? [...new Set(namedBeside(texts, resources).map(({ path }) => path))] : [];
  return paths.length > 0 ? [{ id, script: missingScript(paths), mayFail: true as const }] : [];
}

/** Files that haproxy.cfg names, and that neither the inventory brings nor a host has. */
export function missingFiles(
  inventory: Inventory,
  { hosts }: Survey,
  all: readonly OwnTexts[],
  wanted: ReadonlyMap<OwnTexts['host'], readonly Resource[]>,
): Finding[] {
  const missing = hosts.flatMap(({ name, answers, facts }) => {
    // What comes with a package is not there before it.
    if (facts.versions.haproxy === undefined) return [];
    const rows = readMissing(answers.find(id) ?? '');
    const texts = all.find(({ host }) => host.name === name);
    if (!texts || rows.size === 0) return [];
    return namedBeside(texts, wanted.get(texts.host) ?? [])
      .filter(({ path }) => rows.has(path))
      .map(({ path, directive: { file = '', line }, column }) => ({ name, path, file, line, column }));
  });
  return grouped(missing, ({ path, file, line, column }) => [path, file, line, column].join(' ')).flatMap(
    ([first, ...more]): Finding[] => {
      if (!first) return [];
      const names = [first, ...more].map(({ name }) => name).join(' and ');
      const { path } = first;
      return [
        {
          rule: ofReading,
          severity: 'error',
          where: placeOf({ ...first, host: first.name }, inventory),
          message: `${names} ${more.length > 0 ? 'have' : 'has'} no ${path}, and the inventory brings none`,
          why: 'HAProxy does not start, nor reload, without it',
          fix: `correct the path, put the file there, or add it to haproxy.config: ${JSON.stringify(path)}: …`,
        },
      ];
    },
  );
}
