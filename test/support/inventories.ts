import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { shippedVersions } from '../../src/host/release';
import { anyHost } from '../../src/playbook/context';
import { isFile, type RenderedFile } from '../../src/resources/rendered';
import { loadAll } from '../bad-input/check-all';

/** The inventories of `test/inventories`, which together use every option there is, and of what people really run. */

const folder = resolve('test/inventories');
const setups = resolve('test/setups');

const namesIn = (where: string, ending: string) =>
  readdirSync(where)
    .filter((name) => name.endsWith(ending))
    .map((name) => basename(name, ending));
const setupNames = namesIn(setups, '.json');

export const inventories: readonly string[] = [...namesIn(folder, '.yaml'), ...setupNames];

export const inventoryOf = (name: string): string =>
  setupNames.includes(name) ? join(setups, `${name}.json`) : join(folder, `${name}.yaml`);

/** Those that use what HAProxy or keepalived of an older EL cannot do, by the first EL that can. */
const since: Record<string, number> = {
  'every-vip-option': 8,
  'tls-1.3-only': 8,
  'limits-and-names': 8,
  'stick-tables': 9,
  answers: 9,
  acme: 9,
  '06-rabbitmq-mqtt': 9,
  '08-nextcloud': 8,
  '10-mail': 8,
  '12-elasticsearch': 8,
  '13-grpc': 9,
  '14-many-names': 9,
  '23-stick-tables': 9,
  '24-names': 8,
  '25-prometheus': 9,
};

/** The ELs that an inventory can be for. */
export const majorsFor = (name: string): number[] =>
  [6, 7, 8, 9, 10].filter((major) => major >= (since[name] ?? 6));

/** The variables that they name. */
export const environment: NodeJS.ProcessEnv = {
  HAPROV_STATS_PASSWORD: 'a-password-of-tests',
  HAPROV_TEST_SECRET: 'a-secret-of-tests',
  HAPROV_TEST_HOOK: 'whsec_MfKQ9r8GKYqTwjUPD8ILPZIo2LaLaSw9r8GKYqT',
  HAPROV_TEST_HOOK_URL: 'https://chat.test.example/hooks/a-word-that-nobody-knows',
  HAPROV_TEST_KEY: readFileSync(join(folder, 'tls', 'only-for-tests.key'), 'utf8'),
};

export interface RenderedHost {
  host: string;
  files: RenderedFile[];
  /** The lines that are to be in files of somebody else's. */
  lines: { path: string; line: string; match?: string }[];
}

/** What each host of an inventory would have if it were of that EL. @throws InputError */
export function renderInventory(name: string, major: number): RenderedHost[] {
  const { resources } = loadAll(inventoryOf(name), environment);
  return [...resources].map(([host, wanted]) => ({
    host,
    files: wanted
      .flatMap((one) => one.shows({ ...anyHost, major, versions: shippedVersions(major) }))
      .filter(isFile),
    lines: wanted.flatMap(({ about, spec }) =>
      about.line === undefined ? [] : [spec as RenderedHost['lines'][number]],
    ),
  }));
}
