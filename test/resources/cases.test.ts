import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resourceType } from '../../src/resources/registry';
import type { DiffContext, Difference, Step } from '../../src/resources/resource';
import { el9, resourceOf } from '../support/resources';

/** What a probe printed on a real host → the state it means → what is to be done. */
interface Case {
  about: string;
  spec: Record<string, unknown> & { type: string };
  output: string[];
  context?: Partial<DiffContext>;
  state?: unknown;
  changes?: (Omit<Difference, 'step'> & { step?: Partial<Step> })[];
  /** Instead of changes: why there is no plan. */
  error?: string;
}

const folder = join(__dirname, '../cases');
const types = readdirSync(folder).filter((name) => resourceType(name) !== undefined);
const cases = types.flatMap((type) =>
  readdirSync(join(folder, type)).map((file): [string, Case] => [
    `${type}/${file}`,
    JSON.parse(readFileSync(join(folder, type, file), 'utf8')) as Case,
  ]),
);

/** As a case writes it: file contents as text, what is undefined not at all. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, node) =>
      node?.type === 'Buffer' ? Buffer.from(node.data as number[]).toString() : node,
    ),
  );

test.each(cases)('%s', (_, one) => {
  const resource = resourceOf(one.spec);
  const run = () => {
    const found = resource.observe(one.output.join('\n'), el9);
    if ('state' in one) expect(plain(found.state)).toEqual(one.state);
    return found.diff({ packagesPending: false, ...one.context });
  };
  if (one.error !== undefined) {
    expect(run).toThrow(one.error);
    return;
  }
  const found = run();
  expect(found.map(({ step: _step, ...difference }) => difference)).toEqual(
    one.changes?.map(({ step: _step, ...difference }) => difference),
  );
  for (const [index, { step }] of (one.changes ?? []).entries())
    if (step) expect(found[index]?.step).toMatchObject(step);
});

test('every type has cases', () => {
  expect(types.sort()).toEqual([
    'command',
    'directory',
    'file',
    'firewall',
    'line',
    'package',
    'selinux',
    'service',
    'sysctl',
  ]);
  expect(cases.length).toBeGreaterThanOrEqual(60);
});
