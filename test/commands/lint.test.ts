import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LintOptions, lintInventoryOrFiles } from '../../src/commands/lint';
import type { HaprovError } from '../../src/errors';
import { rules } from '../../src/lint/lint';
import { heardRules } from '../../src/pair/vrrp-strangers';
import type { Finding } from '../../src/plan/plan';
import { refuseStrangers } from '../../src/planning/vrrp-strangers';
import { withFiles } from '../bad-input/cases';
import { recorder } from './recorder';

const inventory = {
  hosts: { fred: { address: '10.0.0.1', priority: 100 }, ethyl: { address: '10.0.0.2', priority: 100 } },
  groups: { balancers: ['fred', 'ethyl'], web: ['fred', 'ethyl'] },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 46, group: 'balancers', ports: [80] } },
  playbooks: ['load-balancer'],
};

async function run(options: Partial<LintOptions> = {}): Promise<{ code: number; printed: string }> {
  const heard = recorder();
  const files = { 'inventory.json': JSON.stringify(inventory, null, 2) };
  const code = await withFiles({ files }, (_folder, file) =>
    lintInventoryOrFiles({ files: [file], json: false, ...options }, heard.context),
  );
  return { code, printed: heard.text().replace(/[^"\s]*\/inventory.json/g, 'inventory.json') };
}

test('a finding is printed with its place, reason and remedy, and makes the exit code 1', async () => {
  const { code, printed } = await run();
  expect(code).toBe(1);
  expect(printed).toBe(
    [
      'warning inventory.json:23: vips.v: fred and ethyl have the same priority, 100 [equal-priorities]',
      '  why: then the higher address decides which host holds the VIP, which nobody sees in the inventory',
      '  fix: give each host a priority of its own: hosts.NAME.priority, or the VIP’s priorities',
      '',
      'inventory.json: 1 finding',
    ].join('\n'),
  );
});

test('--json prints them as one document', async () => {
  const { code, printed } = await run({ json: true });
  expect(code).toBe(1);
  expect(JSON.parse(printed)).toMatchObject({
    version: 1,
    findings: [{ rule: 'equal-priorities', severity: 'warning', where: 'inventory.json:23: vips.v' }],
  });
});

test('--allow leaves a rule out; with nothing left the exit code is 0', async () => {
  expect(await run({ allow: ['equal-priorities'] })).toEqual({
    code: 0,
    printed: 'inventory.json: no findings',
  });
  expect(JSON.parse((await run({ allow: ['equal-priorities'], json: true })).printed)).toEqual({
    version: 1,
    findings: [],
  });
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

describe('files without an inventory', () => {
  const pair = {
    'haproxy.cfg': 'listen web 10.0.0.9:80\n  server one 10.0.0.1:8080\n',
    'a.conf': 'include pieces/*.conf\n',
    'pieces/v.conf':
      'vrrp_instance v {\n  state SLAVE\n  interface eth0\n  virtual_router_id 7\n  virtual_ipaddress {\n    10.0.0.9\n  }\n}\n',
  };

  async function runOn(names: string[], files: Record<string, string>, options: Partial<LintOptions> = {}) {
    const heard = recorder();
    return withFiles({ files: { ...files, 'inventory.json': '{}' } }, async (folder) => {
      const shorten = (text: string) => text.replaceAll(`${folder}/`, '');
      const given = names.map((name) => join(folder, name));
      try {
        const code = await lintInventoryOrFiles({ json: false, files: given, ...options }, heard.context);
        return { code, printed: shorten(heard.text()), said: heard.said.map(shorten) };
      } catch (error) {
        const { exitCode, message } = error as HaprovError;
        return { code: exitCode, printed: shorten(message), said: [] };
      }
    });
  }

  test('are told apart by what stands in them; what is included belongs to who includes it', async () => {
    const { code, printed } = await runOn(['a.conf', 'haproxy.cfg'], pair);
    expect(code).toBe(1);
    expect(printed.split('\n').filter((row) => /^(error|warning)/.test(row))).toEqual([
      'error haproxy.cfg:1:12: listen web has its address in the heading (HAProxy 1.6 and later) [address-in-heading]',
      'warning pieces/v.conf:2:9: v begins in a state SLAVE, which keepalived does not know: it takes BACKUP [unknown-state]',
    ]);
    expect(printed).toMatch(/\n\na\.conf, haproxy\.cfg: 2 findings$/);
  });

  test('a folder is its files', async () => {
    expect(JSON.parse((await runOn(['pieces'], pair, { json: true })).printed)).toMatchObject({
      findings: [{ rule: 'unknown-state', severity: 'warning', where: 'pieces/v.conf:2:9' }],
    });
  });

  test('rules of other versions are left out', async () => {
    expect(await runOn(['haproxy.cfg'], pair, { el: 7 })).toMatchObject({
      code: 0,
      printed: 'haproxy.cfg: no findings',
    });
    expect(await runOn(['haproxy.cfg'], pair, { el: 7, haproxy: '2.8' })).toMatchObject({ code: 1 });
  });

  test('what nobody can tell is said, and is no finding', async () => {
    expect(await runOn(['a.conf'], { 'a.conf': 'include gone.conf\n' })).toEqual({
      code: 0,
      printed: 'a.conf: no findings',
      said: ['warning: a.conf:1:1: nobody here can tell what gone.conf holds: it is left out'],
    });
  });

  test.each([
    ['a text', 'notes.txt', 'hello\n', 'notes.txt: is neither a haproxy.cfg nor a keepalived.conf'],
    ['an empty file', 'haproxy.cfg', '\n', 'haproxy.cfg: is empty'],
    ['a template', 'h.cfg.ejs', '<%= a %>', 'h.cfg.ejs: is a template'],
  ])('%s is an error', async (_, name, text, says) => {
    const { code, printed } = await runOn([name], { [name]: text });
    expect(code).toBe(2);
    expect(printed).toContain(says);
  });

  test('a file that is not there is one as well, with all others that are', async () => {
    const { code, printed } = await runOn(['gone.cfg', 'x.txt'], { 'x.txt': 'x' });
    expect(code).toBe(2);
    expect(printed).toMatch(/gone\.cfg: there is no such file in .*\nx\.txt: is neither/);
  });

  test('an inventory is looked at by itself', async () => {
    const { code, printed } = await runOn(['inventory.json', 'haproxy.cfg'], pair);
    expect(code).toBe(2);
    expect(printed).toBe('inventory.json is an inventory, and not the only file');
  });
});

describe('an inventory with files of one’s own', () => {
  const instance = (id: number, priority: number) =>
    `vrrp_instance v {\n  interface eth0\n  virtual_router_id ${id}\n  priority ${priority}\n  virtual_ipaddress {\n    10.0.0.9\n  }\n}\n`;
  const own = {
    hosts: { fred: { address: '10.0.0.1' }, ethyl: { address: '10.0.0.2' } },
    groups: { balancers: ['fred', 'ethyl'] },
    sysctl: { 'net.ipv4.ip_nonlocal_bind': 1 },
    haproxy: { config: { '/opt/haproxy/main.cfg': 'own/main.cfg' } },
    keepalived: {
      config: {
        '/etc/keepalived/keepalived.conf': { hosts: { fred: 'own/fred.conf', ethyl: 'own/ethyl.conf' } },
      },
    },
    playbooks: ['own-configuration'],
  };

  test('is told of in these files, also what is known of their VIPs and services', async () => {
    const heard = recorder();
    const files = {
      'inventory.json': JSON.stringify(own, null, 2),
      'own/main.cfg':
        'defaults\n  mode http\nlisten web\n  bind 10.0.0.9:80\n  server one 10.0.0.1:8080\n  use_backend gone if TRUE\n',
      'own/fred.conf': instance(7, 101),
      'own/ethyl.conf': `\n${instance(8, 101)}`,
    };
    await withFiles({ files }, (_folder, file) =>
      lintInventoryOrFiles({ files: [file], json: true }, heard.context),
    );
    const { findings } = JSON.parse(heard.text()) as { findings: Finding[] };
    expect(findings.map(({ rule, where }) => `${where.replace(/^.*\/inv/, 'inv')} ${rule}`)).toEqual([
      'own/main.cfg:6:15 backend-not-there',
      'own/ethyl.conf:4:21 peers-differ',
      'own/ethyl.conf:5:12 equal-priorities',
      // A host may have it by itself, and no playbook of the inventory sets it.
      'inventory.json:16: sysctl nonlocal-bind-missing',
      'own/main.cfg:3:1 too-few-hosts',
    ]);
  });
});
