import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lint } from '../../src/lint/lint';
import { subjectOf } from '../../src/planning/lint-subject';
import { environment } from '../support/inventories';
import { loadDesiredState } from '../support/load-inventory';

/** What people really run, said in the words of the inventory. That each is rendered and read: test/inventory, test/integration. */

const names = readdirSync(__dirname).filter((name) => name.endsWith('.json'));
const fileOf = (name: string) => join(__dirname, name);

/** Keys under which lines, sections or files of one's own stand. */
const ownWords = ['extra', 'sections', 'config', 'template'];

function usesOwnWords(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, part]) => ownWords.includes(key) || usesOwnWords(part));
}

const load = (name: string) => loadDesiredState(fileOf(name), { env: environment });

/** What lint says of them all the same: of programs that are brought elsewhere. */
const verdicts: Record<string, string[]> = {
  '17-lvs.json': ['check-binary-missing', 'check-binary-missing'],
  '19-floating-address.json': ['check-binary-missing'],
  '22-own-service.json': ['check-binary-missing'],
};

test('all need nothing but keys', () => {
  const found = names.filter((name) => usesOwnWords(JSON.parse(readFileSync(fileOf(name), 'utf8'))));
  expect(found).toEqual([]);
});

test.each(names)('%s: no service is reached through a port that only HAProxy asks', (name) => {
  const { services, vips, hosts } = load(name).inventory;
  const fronts = services.flatMap(({ endpoints }) => endpoints);
  const own = [
    ...vips.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    '127.0.0.1',
    '::1',
  ];
  const balancers = vips.flatMap(({ members }) => members.map(({ host }) => host.address));
  const helpers = services.flatMap(({ backends }) =>
    backends.servers.filter(({ address, port }) => {
      const isHere = own.includes(address) || balancers.includes(address);
      return isHere && fronts.some((front) => front.port === port);
    }),
  );
  expect([hosts.length > 1, helpers]).toEqual([true, []]);
});

test.each(names)('%s: lint’s verdict', (name) => {
  const said = load(name);
  expect(lint(subjectOf(said), name).map(({ rule }) => rule)).toEqual(verdicts[name] ?? []);
});
