import { readFileSync } from 'node:fs';
import { type LintOptions, lintInventory } from '../../src/commands/lint';
import { rules } from '../../src/lint/lint';
import { heardRules } from '../../src/pair/strangers';
import type { Finding } from '../../src/plan/plan';
import { refuseStrangers } from '../../src/planning/vrrp-strangers';
import { withFiles } from '../bad-input/cases';
import { recorder } from './recorder';

const inventory = {
  hosts: { fred: { address: '10.0.0.1', priority: 100 }, ethyl: { address: '10.0.0.2', priority: 100 } },
  groups: { balancers: ['fred', 'ethyl'], web: ['fred', 'ethyl'] },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 46, group: 'balancers' } },
  playbooks: ['load-balancer'],
};

async function run(options: Partial<LintOptions> = {}): Promise<{ code: number; printed: string }> {
  const heard = recorder();
  const files = { 'inventory.json': JSON.stringify(inventory, null, 2) };
  const code = await withFiles({ files }, (_folder, file) =>
    lintInventory({ inventory: file, json: false, ...options }, heard.context),
  );
  return { code, printed: heard.text().replace(/[^"\s]*\/inventory.json/g, 'inventory.json') };
}

test('a finding is printed with its place, reason and remedy, and makes the exit code 1', async () => {
  const { code, printed } = await run();
  expect(code).toBe(1);
  expect(printed).toBe(
    [
      'warning inventory.json:23: vips.v: fred and ethyl have the same priority, 100 [equal-priorities]',
      '  why: then the higher address decides who holds the VIP, which nobody sees in the inventory',
      '  fix: give each host a priority of its own: hosts.NAME.priority, or the VIP’s priorities',
      '',
      'inventory.json: 1 finding',
    ].join('\n'),
  );
});

test('--json prints the list', async () => {
  const { code, printed } = await run({ json: true });
  expect(code).toBe(1);
  expect(JSON.parse(printed)).toMatchObject([
    { rule: 'equal-priorities', severity: 'warning', where: 'inventory.json:23: vips.v' },
  ]);
});

test('--allow leaves a rule out; with nothing left the exit code is 0', async () => {
  expect(await run({ allow: ['equal-priorities'] })).toEqual({
    code: 0,
    printed: 'inventory.json: no findings',
  });
  expect(JSON.parse((await run({ allow: ['equal-priorities'], json: true })).printed)).toEqual([]);
});

test('--allow of a rule that is none', async () => {
  await expect(run({ allow: ['equal-priority'] })).rejects.toMatchObject({
    exitCode: 2,
    message: '--allow: there is no rule "equal-priority"; did you mean "equal-priorities"?',
  });
});

test('every rule is documented, and nothing else is', () => {
  const headings = [...readFileSync('docs/lint.md', 'utf8').matchAll(/^### `(.*)`$/gm)].map(
    ([, name]) => name,
  );
  expect(headings).toEqual([...rules.map(({ name }) => name), ...heardRules]);
});

test('each rule’s documentation says what, why and how it is mended, with an example', () => {
  for (const section of readFileSync('docs/lint.md', 'utf8').split(/^### /m).slice(1)) {
    expect(section).toMatch(/\*\*Why\*\*/);
    expect(section).toMatch(/\*\*Mend\*\*/);
    expect(section).toMatch(/^```/m);
  }
});

test('only what is sure keeps apply from beginning', () => {
  const finding = (rule: string, severity: Finding['severity']): Finding => ({
    rule,
    severity,
    where: 'i.json:1: vips.v.virtualRouterId',
    message: 'VRID 46 is spoken already',
    fix: 'take 47',
  });
  const plan = (warnings: Finding[]) => ({
    version: 1 as const,
    inventory: 'i',
    createdAt: '',
    hosts: [],
    warnings,
  });
  expect(() =>
    refuseStrangers(plan([finding('vrid-heard', 'warning'), finding('certificate-expires', 'error')])),
  ).not.toThrow();
  expect(() => refuseStrangers(plan([finding('vrid-heard', 'error')]))).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message:
        'somebody else is there already, so nothing was changed:\n  i.json:1: vips.v.virtualRouterId: VRID 46 is spoken already',
      hint: 'take 47',
    }),
  );
});
