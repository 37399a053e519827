import { movesVip, worstOf } from '../../src/plan/disruption';
import type { FullPlan } from '../../src/plan/plan';
import fc from '../support/property';
import { edits, topologies, worlds } from './edits';
import { cutByMove, simulate } from './simulation';
import type { World } from './wishes';

const cases = fc.record({
  topology: fc.constantFrom(...Object.keys(topologies)),
  chosen: fc.uniqueArray(fc.constantFrom(...edits), {
    minLength: 1,
    maxLength: 3,
    selector: ({ name }) => name,
  }),
  serial: fc.integer({ min: 1, max: 3 }),
  backwards: fc.boolean(),
});

/** A member that the inventory has forgotten goes on by itself, and no plan promises what it does. */
function isForgotten([from, to]: [World, World]): boolean {
  const members = ({ inventory }: World) =>
    inventory.vips.flatMap((one) => one.members.map(({ host }) => host.name));
  const still = new Set(members(to));
  return members(from).some((name) => !still.has(name));
}

test('no combination of changes is promised better than it is', () => {
  fc.assert(
    fc.property(cases, ({ topology, chosen, serial, backwards }) => {
      const both = worlds(topology, chosen, backwards);
      if (!both) return;
      const { plan, failed: all, longestGapMs, wasWell, end } = simulate(...both, serial);
      const worst = worstOf(plan);
      const promised = worst ? worst.seconds : 0;
      if (promised === null || end === 'stopped' || !wasWell) return;
      if (isForgotten(both) && all.some(({ why }) => why === 'two masters')) return;
      const failed = all.filter(({ why }) => why !== cutByMove || !movesVip(plan));
      const about = `${chosen.map(({ name }) => name).join(' + ')}: ${worst?.class}, ${promised} s`;
      if (promised === 0) expect([about, failed.slice(0, 3)]).toEqual([about, []]);
      else if (failed.length > 0)
        expect([about, longestGapMs <= promised * 1000 + 200, longestGapMs]).toEqual([
          about,
          true,
          longestGapMs,
        ]);
    }),
    { numRuns: Number(process.env.HAPROV_MODEL_RUNS ?? 100) },
  );
});

describe('the model knows what was seen on real pairs', () => {
  const pairWith = (...names: string[]) => {
    const both = worlds(
      'pair',
      edits.filter(({ name }) => names.includes(name)),
      false,
    );
    if (!both) throw new Error(`${names.join(' + ')} make no inventory`);
    return both;
  };
  const stagesAs = (how: 'rolling' | 'together') => (plan: FullPlan) => ({
    ...plan,
    stages: [{ how, class: 'none' as const, seconds: 0 }],
    hosts: plan.hosts.map((host) => ({
      ...host,
      changes: host.changes.map((one) => ({ ...one, stage: 1 })),
    })),
  });

  test.each([
    ['a port that moves on all hosts at once', ['backend port', 'advert interval'], 'together', 'no server'],
    ['servers that restart at once', ['restart httpd', 'advert interval'], 'together', 'no server'],
    ['authentication one after the other', ['authentication'], 'rolling', 'two masters'],
    ['a virtual_router_id one after the other', ['virtual router id'], 'rolling', 'two masters'],
  ] as const)('%s', (_, names, how, why) => {
    const { failed } = simulate(...pairWith(...names), 1, { steadyMs: 5000, made: stagesAs(how) });
    expect(failed.find((one) => one.why.startsWith(why))).toBeDefined();
  });

  test.each([
    ['a virtual_router_id on both at once', 'virtual router id'],
    ['a VIP that begins in a sync group of running ones', 'one VIP more in a group'],
  ])('%s: nobody for 3.8 s', (_, name) => {
    const { longestGapMs } = simulate(...pairWith(name), 1);
    expect(longestGapMs).toBeGreaterThan(3000);
    expect(longestGapMs).toBeLessThan(4000);
  });
});
